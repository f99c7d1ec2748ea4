package incident

import (
	"context"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A TimelineService calls the Incident Timeline API: the entries of a timeline are the events
// of an incident. Its operations are known only from the vendor's page. The documentation
// names no rate-limit domain for its calls, which count towards the domain other. It is safe
// for concurrent use. [NewTimelines] returns one.
type TimelineService struct{ client *services.Client }

// NewTimelines returns a service that calls through client, whose codec must be Opsgenie's.
func NewTimelines(client *services.Client) *TimelineService { return &TimelineService{client: client} }

// A TimelineEntry is an entry of an incident's timeline as the server returns it.
type TimelineEntry struct {
	services.Other

	ID          string              `json:"id"`
	Group       string              `json:"group"` // such as "custom" or "incident"; other values are possible
	Type        string              `json:"type"`  // such as "CustomUserEntry"; other values are possible
	EventTime   shape.Time          `json:"eventTime,omitzero"`
	Hidden      bool                `json:"hidden"`
	Actor       TimelineActor       `json:"actor"`
	Description TimelineDescription `json:"description"`
	LastEdit    TimelineEdit        `json:"lastEdit,omitzero"` // zero if the entry was not edited
}

// Request returns a request that writes the entry back as it is. The caller sets its
// IncidentID, which an entry does not have.
func (e TimelineEntry) Request() UpdateEntryRequest {
	in := services.RequestFrom[UpdateEntryRequest](e)
	in.ID = e.ID
	if !e.EventTime.IsZero() {
		in.Time = services.Set(e.EventTime.Time)
	}
	return in
}

// MarshalJSON writes the entry, with the members that it keeps.
func (e TimelineEntry) MarshalJSON() ([]byte, error) {
	type plain TimelineEntry
	return services.MarshalObject(plain(e))
}

// UnmarshalJSON reads an entry of any form.
func (e *TimelineEntry) UnmarshalJSON(raw []byte) error {
	type plain TimelineEntry
	return services.UnmarshalObject(raw, (*plain)(e))
}

// A TimelineActor is the user or integration that added or edited an entry.
type TimelineActor struct {
	Name string `json:"name"`
	Type string `json:"type"` // such as "user"; other values are possible
}

// A TimelineEdit is a change of an entry.
type TimelineEdit struct {
	EditTime shape.Time    `json:"editTime,omitzero"`
	Actor    TimelineActor `json:"actor"`
}

// A TimelineDescription is the text of an entry. [PlainText] returns one.
type TimelineDescription struct {
	services.Other

	Name    string `json:"name,omitzero"` // set by the server
	Type    string `json:"type,omitzero"` // "plain_text", the only type so far; other values are possible
	Content string `json:"content"`       // required
}

// PlainText returns the description that is a plain text.
func PlainText(content string) TimelineDescription {
	return TimelineDescription{Type: "plain_text", Content: content}
}

// check refuses a description without content.
func (d TimelineDescription) check() error {
	return check.Missing("description.content", d.Content == "" && !check.Kept(d.Other, "content"))
}

// MarshalJSON writes the description, with the members that it keeps.
func (d TimelineDescription) MarshalJSON() ([]byte, error) {
	type plain TimelineDescription
	return services.MarshalObject(plain(d))
}

// UnmarshalJSON reads a description of any form.
func (d *TimelineDescription) UnmarshalJSON(raw []byte) error {
	type plain TimelineDescription
	return services.UnmarshalObject(raw, (*plain)(d))
}

// A ListEntriesRequest selects entries of one incident's timeline.
type ListEntriesRequest struct {
	IncidentID    string      `path:"incidentId"`
	Groups        []string    `query:"group"` // such as "custom" and "incident"; all if empty
	DiscardHidden bool        `query:"discardHidden"`
	Offset        string      `query:"offset"`
	Limit         int         `query:"limit" check:"min=0"` // zero means the server's default, which is not documented
	Order         shape.Order `query:"order"`
	ContentType   string      `query:"contentType"` // of the descriptions; the values are not documented
}

// A TimelinePage is a page of a timeline. The documentation does not say how to find the
// offset of the next page; members that the server adds to the entries are kept.
type TimelinePage struct {
	services.Other

	Entries []TimelineEntry `json:"entries"`
}

// MarshalJSON writes the page, with the members that it keeps.
func (p TimelinePage) MarshalJSON() ([]byte, error) {
	type plain TimelinePage
	return services.MarshalObject(plain(p))
}

// UnmarshalJSON reads a page of any form.
func (p *TimelinePage) UnmarshalJSON(raw []byte) error {
	type plain TimelinePage
	return services.UnmarshalObject(raw, (*plain)(p))
}

// ListEntries returns a page of an incident's timeline.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#list-incident-timeline-entries
func (s *TimelineService) ListEntries(ctx context.Context, in ListEntriesRequest) (*services.Result[TimelinePage], error) {
	return services.Do[TimelinePage](ctx, s.client, "GET /v2/incident-timelines/{incidentId}/entries", in, services.ByMethod)
}

// A GetEntryRequest names one entry of one incident's timeline.
type GetEntryRequest struct {
	IncidentID  string `path:"incidentId"`
	ID          string `path:"timelineEntryId"`
	ContentType string `query:"contentType"` // of the description; the values are not documented
}

// GetEntry returns one entry of an incident's timeline.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#get-incident-timeline-entry
func (s *TimelineService) GetEntry(ctx context.Context, in GetEntryRequest) (*services.Result[TimelineEntry], error) {
	return services.Do[TimelineEntry](ctx, s.client,
		"GET /v2/incident-timelines/{incidentId}/entries/{timelineEntryId}", in, services.ByMethod)
}

// An AddEntryRequest describes the entry to add to one incident's timeline.
type AddEntryRequest struct {
	IncidentID  string              `path:"incidentId"`
	Description TimelineDescription `json:"description"`   // its content is required
	Time        time.Time           `json:"time,omitzero"` // of the event; now if zero
}

// Check refuses a description without content.
func (r AddEntryRequest) Check() error { return r.Description.check() }

// AddEntry adds an entry to an incident's timeline. Only 429 and 503 are retried: a second
// request would add a second entry.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#add-incident-timeline-entry
func (s *TimelineService) AddEntry(ctx context.Context, in AddEntryRequest) (*services.Result[TimelineEntry], error) {
	return services.Do[TimelineEntry](ctx, s.client, "POST /v2/incident-timelines/{incidentId}/entries", in, services.RetryIfRefused)
}

// An UpdateEntryRequest changes one entry of one incident's timeline. Members that are left
// out keep their values. [TimelineEntry.Request] returns one from an entry that was read.
type UpdateEntryRequest struct {
	services.Other

	IncidentID  string                                 `path:"incidentId"`
	ID          string                                 `path:"timelineEntryId"`
	Description services.Optional[TimelineDescription] `json:"description,omitzero"` // its content is required
	Time        services.Optional[time.Time]           `json:"time,omitzero"`        // of the event
}

// Check refuses a description without content.
func (r UpdateEntryRequest) Check() error {
	if d, ok := r.Description.Get(); ok {
		return d.check()
	}
	return nil
}

// UpdateEntry changes an entry that was added by a user or through this API. The documentation
// does not describe the response: the value is set only if the response has an entry. Safe to
// retry.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#update-incident-timeline-entry
func (s *TimelineService) UpdateEntry(ctx context.Context, in UpdateEntryRequest) (
	*services.Result[services.Optional[TimelineEntry]], error,
) {
	return services.Do[services.Optional[TimelineEntry]](ctx, s.client,
		"PUT /v2/incident-timelines/{incidentId}/entries/{timelineEntryId}", in, services.ByMethod)
}

type entryByID struct {
	IncidentID string `path:"incidentId"`
	ID         string `path:"timelineEntryId"`
}

// DeleteEntry deletes the entry with an id from an incident's timeline. Safe to retry; after a
// lost response, errors.Is may match [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#delete-incident-timeline-entry
func (s *TimelineService) DeleteEntry(ctx context.Context, incidentID, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"DELETE /v2/incident-timelines/{incidentId}/entries/{timelineEntryId}", entryByID{incidentID, id}, services.ByMethod)
}

// HideEntry hides the entry with an id of an incident's timeline. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#hide-incident-timeline-entry
func (s *TimelineService) HideEntry(ctx context.Context, incidentID, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"PATCH /v2/incident-timelines/{incidentId}/entries/{timelineEntryId}/hide", entryByID{incidentID, id}, services.SafeToRetry)
}

// UnhideEntry shows the entry with an id of an incident's timeline again. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#unhide-incident-timeline-entry
func (s *TimelineService) UnhideEntry(ctx context.Context, incidentID, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"PATCH /v2/incident-timelines/{incidentId}/entries/{timelineEntryId}/unhide", entryByID{incidentID, id}, services.SafeToRetry)
}
