package alert

import (
	"cmp"
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// AddNoteRequest is the request to add a note to an alert.
type AddNoteRequest struct {
	Ref

	Note string `json:"note" check:"required"` // at most 25,000 characters
}

// AddNote adds a note to an alert and returns it. Only 429 and 503 are retried, because a
// second copy would add the note twice.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) AddNote(ctx context.Context, in AddNoteRequest) (*services.Result[Note], error) {
	return services.Do[Note](ctx, s.client, "POST /v1/alerts/{id}/notes", in, services.RetryIfRefused)
}

// UpdateNoteRequest is the request to change a note of an alert.
type UpdateNoteRequest struct {
	Ref

	ID   string `path:"noteId"`
	Note string `json:"note" check:"required"` // at most 25,000 characters
}

// UpdateNote changes a note of an alert and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) UpdateNote(ctx context.Context, in UpdateNoteRequest) (*services.Result[Note], error) {
	return services.Do[Note](ctx, s.client, "PATCH /v1/alerts/{id}/notes/{noteId}", in, services.SafeToRetry)
}

// DeleteNote deletes a note of an alert. Safe to retry, but if the response to the first attempt
// was lost, errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (one source)
func (s *Service) DeleteNote(ctx context.Context, ref Ref, id string) (*services.Result[services.None], error) {
	type request struct {
		Ref

		ID string `path:"noteId"`
	}
	return services.Do[services.None](ctx, s.client, "DELETE /v1/alerts/{id}/notes/{noteId}", request{ref, id}, services.ByMethod)
}

// EntriesRequest is the request for notes, logs or attachments of an alert.
type EntriesRequest struct {
	Ref
	shape.Cursor
}

// whole returns the request with the largest page if none is given.
func (r EntriesRequest) whole() EntriesRequest {
	r.Limit = cmp.Or(r.Limit, maxPage)
	return r
}

const (
	notesRoute = "GET /v1/alerts/{id}/notes"
	logsRoute  = "GET /v1/alerts/{id}/logs"
)

// ListNotes returns one page of the notes of an alert. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) ListNotes(ctx context.Context, in EntriesRequest) (*services.Result[[]Note], error) {
	return services.Do[[]Note](ctx, s.client, notesRoute, in, services.ByMethod)
}

// AllNotes returns all notes of an alert, page after page: see [services.All]. A page has 100
// notes unless Limit is set.
func (s *Service) AllNotes(ctx context.Context, in EntriesRequest) iter.Seq2[Note, error] {
	return services.All[Note](ctx, s.client, notesRoute, in.whole())
}

// ListLogs returns one page of the history of an alert. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) ListLogs(ctx context.Context, in EntriesRequest) (*services.Result[[]Log], error) {
	return services.Do[[]Log](ctx, s.client, logsRoute, in, services.ByMethod)
}

// AllLogs returns the whole history of an alert, page after page: see [services.All]. A page has
// 100 entries unless Limit is set.
func (s *Service) AllLogs(ctx context.Context, in EntriesRequest) iter.Seq2[Log, error] {
	return services.All[Log](ctx, s.client, logsRoute, in.whole())
}
