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

// errLoop is the error for a list whose pages lead to each other.
var errLoop = errors.New("offset leads back to a page that was read already")

// A Log is an entry in the log of a team.
type Log struct {
	Log         string     `json:"log"`
	Owner       string     `json:"owner"` // the user who acted
	CreatedDate shape.Time `json:"createdDate,omitzero"`
}

// A LogPage is one page of the log of a team.
type LogPage struct {
	Offset Offset `json:"offset,omitzero"` // of the next page; empty if there is none
	Logs   []Log  `json:"logs"`
}

// An Offset is a position in the log of a team: an opaque text.
type Offset string

// UnmarshalJSON reads a text, or a number as its text.
func (o *Offset) UnmarshalJSON(raw []byte) error {
	*o = ""
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

// ListLogsRequest selects a page of the log of a team.
type ListLogsRequest struct {
	Ref

	Limit  int         `query:"limit" check:"min=0"` // entries per page; zero means the server's default
	Order  shape.Order `query:"order"`               // [shape.Descending] if empty: the newest first
	Offset Offset      `query:"offset"`              // from the previous page; the beginning if empty
}

// ListLogs returns one page of the log of a team. The offset of the next page is part of the
// value, not of the metadata.
//
// API: https://docs.opsgenie.com/docs/team-api#list-team-logs
func (s *Service) ListLogs(ctx context.Context, in ListLogsRequest) (*services.Result[LogPage], error) {
	return services.Do[LogPage](ctx, s.client, logsRoute, in, services.ByMethod)
}

// AllLogs returns the log of a team, page after page, until a page is empty or has no offset.
// Each page is a separate call, made when the loop reaches it. The first error ends the
// sequence. An offset that was read already is an error that matches [services.ErrResponse].
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
