// Package logs is the Logs API: the files in which Opsgenie writes down what was
// done in an account. The Enterprise plan has it; under others the errors Is
// [services.ErrPlan].
//
// The documentation names no rate-limit domain for these calls: they count in
// the domain other.
package logs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport/layer"
)

// A Service calls the Logs API. It is safe for concurrent use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

const listRoute = "GET /v2/logs/list/{marker}"

// A File is a file of logs.
type File struct {
	Name string
	Date time.Time // in UTC, of milliseconds
	Size int64     // in bytes
}

// fileWire is a file as the server writes it: its date in milliseconds.
type fileWire struct {
	Name string `json:"filename"`
	Date int64  `json:"date"`
	Size int64  `json:"size"`
}

// UnmarshalJSON reads a file.
func (f *File) UnmarshalJSON(raw []byte) error {
	var w fileWire
	if err := json.Unmarshal(raw, &w); err != nil {
		return fmt.Errorf("logs: read file: %w", err)
	}
	*f = File{Name: w.Name, Size: w.Size}
	if w.Date != 0 {
		f.Date = time.UnixMilli(w.Date).UTC()
	}
	return nil
}

// MarshalJSON writes a file as the server does.
func (f File) MarshalJSON() ([]byte, error) {
	w := fileWire{Name: f.Name, Size: f.Size}
	if !f.Date.IsZero() {
		w.Date = f.Date.UnixMilli()
	}
	return json.Marshal(w)
}

// MarkerAt returns the marker of a time: a list that begins there has the files
// after it.
func MarkerAt(t time.Time) string {
	t = t.UTC()
	return t.Format("2006-01-02-15-04-05") + fmt.Sprintf("_%03d", t.Nanosecond()/int(time.Millisecond))
}

// ListRequest asks for files of logs.
type ListRequest struct {
	Marker string `path:"marker"`               // where the list begins: MarkerAt makes one, and each page tells the next
	Limit  int    `query:"limit" check:"min=0"` // per page, at most 1,000, which zero means too
}

// List returns one page of the files behind the marker. The marker of the next
// page is in the metadata; the last page has no files.
//
// API: https://docs.opsgenie.com/docs/logs-api#list-log-files
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]File], error) {
	return services.Do[[]File](ctx, s.client, listRoute, in, services.ByMethod)
}

// errLoop is why a list ends whose pages lead to each other.
var errLoop = errors.New("marker leads back to a page that was read already")

// All returns all files behind the marker, page after page. Each page is a call
// of its own and is fetched when the loop comes to it. An error comes as the
// last pair, with the zero File; where markers lead back to a page that was read
// already it Is [services.ErrResponse].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[File, error] {
	ctx = layer.Detach(ctx) // a begun record is for one call
	return func(yield func(File, error) bool) {
		seen, next := map[string]bool{}, in
		for {
			seen[next.Marker] = true
			page, err := s.List(ctx, next)
			if err != nil {
				yield(File{}, err)
				return
			}
			for _, file := range page.Value {
				if !yield(file, nil) {
					return
				}
			}
			next.Marker = page.Meta.Marker
			if len(page.Value) == 0 || next.Marker == "" {
				return
			}
			if seen[next.Marker] {
				yield(File{}, failed(listRoute, page.Meta, errLoop))
				return
			}
		}
	}
}

// failed says that an answer was of no use.
func failed(route string, m services.Metadata, cause error) error {
	return &services.Error{Route: route, Status: m.Status, RequestID: m.RequestID, TransactionID: m.TransactionID,
		Attempts: m.Attempts, Kind: services.ErrResponse, Err: cause}
}
