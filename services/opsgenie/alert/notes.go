package alert

import (
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

const (
	notesRoute = "GET /v2/alerts/{identifier}/notes"
	logsRoute  = "GET /v2/alerts/{identifier}/logs"
)

// AddNoteRequest asks to add a note to one alert.
type AddNoteRequest struct {
	Ref

	Note   string `json:"note" check:"required"` // at most 25,000 characters
	User   string `json:"user,omitzero"`         // shown as the author; at most 100 characters
	Source string `json:"source,omitzero"`       // at most 100 characters
}

// AddNote adds a note to an alert. Asynchronous; domain alert; a repeat may add
// the note twice, so it is not repeated when an answer was lost.
//
// API: https://docs.opsgenie.com/docs/alert-api#add-note
func (s *Service) AddNote(ctx context.Context, in AddNoteRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/notes", in, services.ByMethod)
}

// ListNotesRequest asks for notes of one alert.
type ListNotesRequest struct {
	Ref
	shape.Cursor
}

// ListNotes returns one page of the notes of an alert. Domain alert.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#list-alert-notes
func (s *Service) ListNotes(ctx context.Context, in ListNotesRequest) (*services.Result[[]shape.Note], error) {
	return services.Do[[]shape.Note](ctx, s.client, notesRoute, in, services.ByMethod)
}

// AllNotes returns all notes of an alert, page after page; see [services.All].
func (s *Service) AllNotes(ctx context.Context, in ListNotesRequest) iter.Seq2[shape.Note, error] {
	return services.All[shape.Note](ctx, s.client, notesRoute, in)
}

// ListLogsRequest asks for the history of one alert.
type ListLogsRequest struct {
	Ref
	shape.Cursor
}

// ListLogs returns one page of the history of an alert. Domain alert.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#list-alert-logs
func (s *Service) ListLogs(ctx context.Context, in ListLogsRequest) (*services.Result[[]shape.Log], error) {
	return services.Do[[]shape.Log](ctx, s.client, logsRoute, in, services.ByMethod)
}

// AllLogs returns the whole history of an alert, page after page; see [services.All].
func (s *Service) AllLogs(ctx context.Context, in ListLogsRequest) iter.Seq2[shape.Log, error] {
	return services.All[shape.Log](ctx, s.client, logsRoute, in)
}

// ListRecipientsRequest asks whom one alert notified.
type ListRecipientsRequest struct{ Ref }

// ListRecipients returns the users whom an alert notified. Domain alert.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#list-alert-recipients
func (s *Service) ListRecipients(ctx context.Context, in ListRecipientsRequest) (*services.Result[[]Recipient], error) {
	return services.Do[[]Recipient](ctx, s.client, "GET /v2/alerts/{identifier}/recipients", in, services.ByMethod)
}
