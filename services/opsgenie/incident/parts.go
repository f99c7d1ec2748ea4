package incident

import (
	"cmp"
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

// An AddNoteRequest holds the note to add to one incident.
type AddNoteRequest struct {
	Ref

	Note string `json:"note" check:"required"` // at most 25,000 characters
}

// AddNote adds a note to an incident asynchronously. Only 429 and 503 are retried: a second
// request would add a second note.
//
// API: https://docs.opsgenie.com/docs/incident-api#add-note
func (s *Service) AddNote(ctx context.Context, in AddNoteRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/notes", in, services.RetryIfRefused)
}

// A PageRequest selects a page of the notes, the logs or the alerts of one incident.
type PageRequest struct {
	Ref
	shape.Cursor
}

// all returns the request for pages of the largest size, unless the caller chose one.
func (r PageRequest) all() PageRequest {
	r.Limit = cmp.Or(r.Limit, pageLimit)
	return r
}

// ListNotes returns one page of the notes of an incident.
//
// API: https://docs.opsgenie.com/docs/incident-api#list-incident-notes
func (s *Service) ListNotes(ctx context.Context, in PageRequest) (*services.Result[[]shape.Note], error) {
	return services.Do[[]shape.Note](ctx, s.client, notesRoute, in, services.ByMethod)
}

// AllNotes returns all notes of an incident, in pages of 100 unless Limit is set; see
// [services.All].
func (s *Service) AllNotes(ctx context.Context, in PageRequest) iter.Seq2[shape.Note, error] {
	return services.All[shape.Note](ctx, s.client, notesRoute, in.all())
}

// ListLogs returns one page of the history of an incident.
//
// API: https://docs.opsgenie.com/docs/incident-api#list-incident-logs
func (s *Service) ListLogs(ctx context.Context, in PageRequest) (*services.Result[[]shape.Log], error) {
	return services.Do[[]shape.Log](ctx, s.client, logsRoute, in, services.ByMethod)
}

// AllLogs returns the whole history of an incident, in pages of 100 unless Limit is set; see
// [services.All].
func (s *Service) AllLogs(ctx context.Context, in PageRequest) iter.Seq2[shape.Log, error] {
	return services.All[shape.Log](ctx, s.client, logsRoute, in.all())
}

// ListResponderAlerts returns one page of the ids of the alerts that were created for the
// responders of an incident.
//
// API: https://docs.opsgenie.com/docs/incident-api#list-responder-alerts
func (s *Service) ListResponderAlerts(ctx context.Context, in PageRequest) (*services.Result[[]string], error) {
	return services.Do[[]string](ctx, s.client, responderAlertsRoute, in, services.ByMethod)
}

// AllResponderAlerts returns the ids of all alerts that were created for the responders of an
// incident, as long as each page links to the next, in pages of 100 unless Limit is set; see
// [services.All].
func (s *Service) AllResponderAlerts(ctx context.Context, in PageRequest) iter.Seq2[string, error] {
	return services.All[string](ctx, s.client, responderAlertsRoute, in.all())
}

// ListAssociatedAlerts returns one page of the ids of the alerts that are associated with an
// incident.
//
// API: https://docs.opsgenie.com/docs/incident-api#list-associated-alerts
func (s *Service) ListAssociatedAlerts(ctx context.Context, in PageRequest) (*services.Result[[]string], error) {
	return services.Do[[]string](ctx, s.client, associatedAlertsRoute, in, services.ByMethod)
}

// AllAssociatedAlerts returns the ids of all alerts that are associated with an incident, as
// long as each page links to the next, in pages of 100 unless Limit is set; see
// [services.All].
func (s *Service) AllAssociatedAlerts(ctx context.Context, in PageRequest) iter.Seq2[string, error] {
	return services.All[string](ctx, s.client, associatedAlertsRoute, in.all())
}
