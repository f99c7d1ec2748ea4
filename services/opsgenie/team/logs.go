package team

import (
	"context"
	"encoding/json"
	"errors"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/transport/layer"
)

const logsRoute = "GET /v2/teams/{identifier}/logs"

// errLoop is why a list ends whose pages lead to each other.
var errLoop = errors.New("offset leads back to a page that was read already")

// A Log is a line in the history of a team.
type Log struct {
	Log         string     `json:"log"`
	Owner       string     `json:"owner"` // who did it
	CreatedDate shape.Time `json:"createdDate,omitzero"`
}

// A LogPage is one page of the history of a team.
type LogPage struct {
	Offset Offset `json:"offset,omitzero"` // where the next page begins; empty if there is none
	Logs   []Log  `json:"logs"`
}

// An Offset is a place in the history of a team, an opaque text. The server's
// numbers are taken for their text.
type Offset string

// UnmarshalJSON reads a text or a number.
func (o *Offset) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		var number json.Number
		if json.Unmarshal(raw, &number) != nil {
			return err
		}
		text = number.String()
	}
	*o = Offset(text)
	return nil
}

// ListLogsRequest asks for the history of one team.
type ListLogsRequest struct {
	Ref

	Limit  int         `query:"limit" check:"min=0"` // lines per page; zero means the server's default
	Order  shape.Order `query:"order"`               // [shape.Descending] if empty: the newest first
	Offset Offset      `query:"offset"`              // that of a page before; the beginning if empty
}

// ListLogs returns one page of the history of a team. The offset for the next is
// in the value, not in the metadata.
//
// API: https://docs.opsgenie.com/docs/team-api#list-team-logs
func (s *Service) ListLogs(ctx context.Context, in ListLogsRequest) (*services.Result[LogPage], error) {
	return services.Do[LogPage](ctx, s.client, logsRoute, in, services.ByMethod)
}

// AllLogs returns the history of a team, page after page, until a page is empty
// or leads nowhere. Each page is a call of its own and is fetched when the loop
// comes to it, so breaking off leaves nothing behind. The first error ends the
// sequence; so does an offset that leads back, with an error that Is
// [services.ErrResponse].
func (s *Service) AllLogs(ctx context.Context, in ListLogsRequest) iter.Seq2[Log, error] {
	ctx = layer.Detach(ctx) // a begun record is for one call
	return func(yield func(Log, error) bool) {
		next, seen := in, map[Offset]bool{in.Offset: true}
		for {
			page, err := s.ListLogs(ctx, next)
			if err != nil {
				yield(Log{}, err)
				return
			}
			for _, line := range page.Value.Logs {
				if !yield(line, nil) {
					return
				}
			}
			next.Offset = page.Value.Offset
			switch {
			case next.Offset == "" || len(page.Value.Logs) == 0:
				return
			case seen[next.Offset]:
				yield(Log{}, &services.Error{Route: logsRoute, Status: page.Meta.Status, RequestID: page.Meta.RequestID,
					TransactionID: page.Meta.TransactionID, Kind: services.ErrResponse, Err: errLoop})
				return
			}
			seen[next.Offset] = true
		}
	}
}
