// Package logs calls the Logs API, which lists the files that Opsgenie writes the audit log of an
// account to. It is part of the Enterprise plan; under other plans, errors.Is matches
// [services.ErrPlan].
//
// The API does not document the rate-limit domain of these calls. This module counts them towards
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

// A Service calls the Logs API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

const listRoute = "GET /v2/logs/list/{marker}"

// A File describes a log file.
type File struct {
	Name string `json:"filename"`
	Date Time   `json:"date,omitzero"`
	Size int64  `json:"size"` // in bytes
}

// A Time is the time of a file, in UTC. The API writes it in milliseconds since 1970.
type Time struct{ time.Time }

// UnmarshalJSON reads milliseconds. Zero and null are the zero time.
func (t *Time) UnmarshalJSON(raw []byte) error {
	var ms int64
	if err := json.Unmarshal(raw, &ms); err != nil {
		return fmt.Errorf("logs: read time: %w", err)
	}
	*t = Time{}
	if ms != 0 {
		t.Time = time.UnixMilli(ms).UTC()
	}
	return nil
}

// MarshalJSON writes milliseconds, and 0 for the zero time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("0"), nil
	}
	return fmt.Append(nil, t.UnixMilli()), nil
}

// MarkerAt returns the marker of a time. A list that begins there has the files after that time.
func MarkerAt(t time.Time) string {
	t = t.UTC()
	return t.Format("2006-01-02-15-04-05") + fmt.Sprintf("_%03d", t.Nanosecond()/int(time.Millisecond))
}

// ListRequest selects log files.
type ListRequest struct {
	Marker string `path:"marker"`               // where the list begins: MarkerAt makes one
	Limit  int    `query:"limit" check:"min=0"` // files per page, at most 1,000; zero means the server's default, 1,000
}

// List returns one page of the files after the marker. Meta.Marker is the marker of the next page;
// the last page has no files. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/logs-api#list-log-files
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]File], error) {
	return services.Do[[]File](ctx, s.client, listRoute, in, services.ByMethod)
}

// errLoop ends a list whose pages lead to each other.
var errLoop = errors.New("marker leads back to a page that was read already")

// All returns all files after the marker, page after page. Each page is a separate call, made when
// the loop reaches it. An error is the last pair of the sequence, with the zero File; if a marker
// leads back to a page that was read already, errors.Is matches [services.ErrResponse]. The
// sequence can be read again, which sends the requests again.
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[File, error] {
	ctx = layer.Detach(ctx) // a record that was begun is for one call
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

// failed returns the error for a response that cannot be used.
func failed(route string, m services.Metadata, cause error) error {
	return &services.Error{Route: route, Status: m.Status, RequestID: m.RequestID, TransactionID: m.TransactionID,
		Attempts: m.Attempts, Kind: services.ErrResponse, Err: cause}
}
