package incident

import (
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

const (
	notesRoute            = "GET /v1/incidents/{identifier}/notes"
	logsRoute             = "GET /v1/incidents/{identifier}/logs"
	responderAlertsRoute  = "GET /v1/incidents/{identifier}/responder-alert-ids"
	associatedAlertsRoute = "GET /v1/incidents/{identifier}/associated-alert-ids"
)

// AddNoteRequest asks to add a note to one incident.
type AddNoteRequest struct {
	Ref

	Note string `json:"note" check:"required"` // at most 25,000 characters
}

// AddNote adds a note to an incident. Asynchronous; a repeat may add the note
// twice, so it is not repeated when an answer was lost.
//
// API: https://docs.opsgenie.com/docs/incident-api#add-note
func (s *Service) AddNote(ctx context.Context, in AddNoteRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/notes", in, services.ByMethod)
}

// ListNotesRequest asks for notes of one incident.
type ListNotesRequest struct {
	Ref
	shape.Cursor
}

// ListNotes returns one page of the notes of an incident.
//
// API: https://docs.opsgenie.com/docs/incident-api#list-incident-notes
func (s *Service) ListNotes(ctx context.Context, in ListNotesRequest) (*services.Result[[]shape.Note], error) {
	return services.Do[[]shape.Note](ctx, s.client, notesRoute, in, services.ByMethod)
}

// AllNotes returns all notes of an incident, page after page; see [services.All].
func (s *Service) AllNotes(ctx context.Context, in ListNotesRequest) iter.Seq2[shape.Note, error] {
	return services.All[shape.Note](ctx, s.client, notesRoute, in)
}

// ListLogsRequest asks for the history of one incident.
type ListLogsRequest struct {
	Ref
	shape.Cursor
}

// ListLogs returns one page of the history of an incident.
//
// API: https://docs.opsgenie.com/docs/incident-api#list-incident-logs
func (s *Service) ListLogs(ctx context.Context, in ListLogsRequest) (*services.Result[[]shape.Log], error) {
	return services.Do[[]shape.Log](ctx, s.client, logsRoute, in, services.ByMethod)
}

// AllLogs returns the whole history of an incident, page after page; see
// [services.All].
func (s *Service) AllLogs(ctx context.Context, in ListLogsRequest) iter.Seq2[shape.Log, error] {
	return services.All[shape.Log](ctx, s.client, logsRoute, in)
}

// ListResponderAlertsRequest asks for the alerts of one incident's responders.
type ListResponderAlertsRequest struct {
	Ref
	shape.Cursor
}

// ListResponderAlerts returns the ids of the alerts that were raised for the
// responders of an incident.
//
// API: https://docs.opsgenie.com/docs/incident-api#list-responder-alerts
func (s *Service) ListResponderAlerts(ctx context.Context, in ListResponderAlertsRequest) (*services.Result[[]string], error) {
	return services.Do[[]string](ctx, s.client, responderAlertsRoute, in, services.ByMethod)
}

// AllResponderAlerts returns the ids of all those alerts, for as long as pages
// have a link to the next; see [services.All].
func (s *Service) AllResponderAlerts(ctx context.Context, in ListResponderAlertsRequest) iter.Seq2[string, error] {
	return services.All[string](ctx, s.client, responderAlertsRoute, in)
}

// ListAssociatedAlertsRequest asks for the alerts that belong to one incident.
type ListAssociatedAlertsRequest struct {
	Ref
	shape.Cursor
}

// ListAssociatedAlerts returns the ids of the alerts that belong to an incident.
//
// API: https://docs.opsgenie.com/docs/incident-api#list-associated-alerts
func (s *Service) ListAssociatedAlerts(ctx context.Context, in ListAssociatedAlertsRequest) (*services.Result[[]string], error) {
	return services.Do[[]string](ctx, s.client, associatedAlertsRoute, in, services.ByMethod)
}

// AllAssociatedAlerts returns the ids of all those alerts, for as long as pages
// have a link to the next; see [services.All].
func (s *Service) AllAssociatedAlerts(ctx context.Context, in ListAssociatedAlertsRequest) iter.Seq2[string, error] {
	return services.All[string](ctx, s.client, associatedAlertsRoute, in)
}
