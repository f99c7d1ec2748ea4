package alert

import (
	"cmp"
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// AddNoteRequest is the request to add a note to an alert.
type AddNoteRequest struct {
	Ref

	Note   string `json:"note" check:"required"` // at most 25,000 characters
	User   string `json:"user,omitzero"`         // shown as the author; at most 100 characters
	Source string `json:"source,omitzero"`       // at most 100 characters
}

// AddNote adds a note to an alert asynchronously. Only 429 and 503 are retried, because a second
// copy would add the note twice.
//
// API: https://docs.opsgenie.com/docs/alert-api#add-note
func (s *Service) AddNote(ctx context.Context, in AddNoteRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/notes", in, services.RetryIfRefused)
}

// EntriesRequest is the request for notes or logs of an alert.
type EntriesRequest struct {
	Ref
	shape.Cursor
}

// Check refuses the paths of other resources: see [ByAlias].
func (r EntriesRequest) Check() error { return shadowed{r.Ref}.Check() }

// whole returns the request with the largest page if none is given.
func (r EntriesRequest) whole() EntriesRequest {
	r.Limit = cmp.Or(r.Limit, maxPage)
	return r
}

const (
	notesRoute = "GET /v2/alerts/{identifier}/notes"
	logsRoute  = "GET /v2/alerts/{identifier}/logs"
)

// ListNotes returns one page of the notes of an alert. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#list-alert-notes
func (s *Service) ListNotes(ctx context.Context, in EntriesRequest) (*services.Result[[]shape.Note], error) {
	return services.Do[[]shape.Note](ctx, s.client, notesRoute, in, services.ByMethod)
}

// AllNotes returns all notes of an alert, page after page: see [services.All]. A page has 100
// notes unless Limit is set.
func (s *Service) AllNotes(ctx context.Context, in EntriesRequest) iter.Seq2[shape.Note, error] {
	return services.All[shape.Note](ctx, s.client, notesRoute, in.whole())
}

// ListLogs returns one page of the history of an alert. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#list-alert-logs
func (s *Service) ListLogs(ctx context.Context, in EntriesRequest) (*services.Result[[]shape.Log], error) {
	return services.Do[[]shape.Log](ctx, s.client, logsRoute, in, services.ByMethod)
}

// AllLogs returns the whole history of an alert, page after page: see [services.All]. A page has
// 100 entries unless Limit is set.
func (s *Service) AllLogs(ctx context.Context, in EntriesRequest) iter.Seq2[shape.Log, error] {
	return services.All[shape.Log](ctx, s.client, logsRoute, in.whole())
}

// ListRecipients returns the users that an alert notified. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#list-alert-recipients
func (s *Service) ListRecipients(ctx context.Context, ref Ref) (*services.Result[[]Recipient], error) {
	return services.Do[[]Recipient](ctx, s.client, "GET /v2/alerts/{identifier}/recipients", shadowed{ref}, services.ByMethod)
}
