// Package incidenttimeline is the Incident Timeline API: what happened in an
// incident, entry by entry.
//
// It is known from the vendor's page alone, which neither its official
// description nor its SDKs repeat. The documentation names no rate-limit domain
// for these calls: they count in the domain other.
package incident

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A TimelineService calls the Incident Timeline API. It is safe for concurrent use. [NewTimelines]
// makes one.
type TimelineService struct{ client *services.Client }

// NewTimelines returns a service that calls by client, whose codec must be Opsgenie's.
func NewTimelines(client *services.Client) *TimelineService { return &TimelineService{client: client} }

// ListEntries returns entries of an incident's timeline. How the offset of the
// next page is found is not documented.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#list-incident-timeline-entries
func (s *TimelineService) ListEntries(ctx context.Context, in ListEntriesRequest) (*services.Result[[]TimelineEntry], error) {
	got, err := services.Do[struct {
		Entries []TimelineEntry `json:"entries"`
	}](ctx, s.client, "GET /v2/incident-timelines/{incidentId}/entries", in, services.ByMethod)
	if err != nil {
		return nil, err
	}
	return &services.Result[[]TimelineEntry]{Value: got.Value.Entries, Meta: got.Meta}, nil
}

// GetEntry reads one entry of an incident's timeline.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#get-incident-timeline-entry
func (s *TimelineService) GetEntry(ctx context.Context, in GetEntryRequest) (*services.Result[TimelineEntry], error) {
	return services.Do[TimelineEntry](ctx, s.client, "GET /v2/incident-timelines/{incidentId}/entries/{timelineEntryId}", in, services.ByMethod)
}

// AddEntry adds an entry to an incident's timeline. A repeat after a lost answer
// might add it twice, so there is none.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#add-incident-timeline-entry
func (s *TimelineService) AddEntry(ctx context.Context, in AddEntryRequest) (*services.Result[TimelineEntry], error) {
	return services.Do[TimelineEntry](ctx, s.client, "POST /v2/incident-timelines/{incidentId}/entries", in, in.repeat())
}

// UpdateEntry changes an entry that a user or this API added. The answer's shape
// is unconfirmed: the value is nil if it holds no entry. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#update-incident-timeline-entry
func (s *TimelineService) UpdateEntry(ctx context.Context, in UpdateEntryRequest) (*services.Result[services.Optional[TimelineEntry]], error) {
	return services.Do[services.Optional[TimelineEntry]](ctx, s.client, "PUT /v2/incident-timelines/{incidentId}/entries/{timelineEntryId}", in, services.ByMethod)
}

// DeleteEntry deletes an entry of an incident's timeline. A repeat is harmless,
// but where an answer was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#delete-incident-timeline-entry
func (s *TimelineService) DeleteEntry(ctx context.Context, in DeleteEntryRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/incident-timelines/{incidentId}/entries/{timelineEntryId}", in, services.ByMethod)
}

// HideEntry hides an entry of an incident's timeline. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#hide-incident-timeline-entry
func (s *TimelineService) HideEntry(ctx context.Context, in HideEntryRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "PATCH /v2/incident-timelines/{incidentId}/entries/{timelineEntryId}/hide", in, in.repeat())
}

// UnhideEntry shows an entry again that was hidden. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/incident-timeline-api#unhide-incident-timeline-entry
func (s *TimelineService) UnhideEntry(ctx context.Context, in UnhideEntryRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "PATCH /v2/incident-timelines/{incidentId}/entries/{timelineEntryId}/unhide", in, in.repeat())
}
