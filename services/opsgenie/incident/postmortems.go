// Package postmortem is the Postmortem API: what was learnt from an incident.
//
// The vendor documents how to read a postmortem, and nothing else. Create,
// Update and Delete are unconfirmed: they were seen in a community client, and
// may be refused. The documentation names no rate-limit domain for these calls:
// they count in the domain other.
package incident

import (
	"context"
	"encoding/json"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A PostmortemService calls the Postmortem API. It is safe for concurrent use. [NewPostmortems] makes
// one.
type PostmortemService struct{ client *services.Client }

// NewPostmortems returns a service that calls by client, whose codec must be Opsgenie's.
func NewPostmortems(client *services.Client) *PostmortemService {
	return &PostmortemService{client: client}
}

// A Postmortem is a postmortem as the server shows it. Its texts are documents
// of Atlassian's format, and are kept as they came; so are the lists whose items
// the vendor does not describe.
type Postmortem struct {
	ID               string             `json:"postmortemId"`
	Title            string             `json:"title"`
	Severity         shape.Priority     `json:"severity"`
	Status           string             `json:"status"` // such as "draft"; the set is open
	StartTime        shape.Time         `json:"startTime,omitzero"`
	EndTime          shape.Time         `json:"endTime,omitzero"`
	RespondTime      shape.Time         `json:"respondTime,omitzero"`
	ResolveTime      shape.Time         `json:"resolveTime,omitzero"`
	CreatedAt        shape.Time         `json:"createdAtTime,omitzero"`
	ExecutiveSummary json.RawMessage    `json:"executiveSummary,omitzero"` // a document
	Content          json.RawMessage    `json:"content,omitzero"`          // a document
	RootIncident     PostmortemIncident `json:"rootIncident,omitzero"`
	Owner            PostmortemOwner    `json:"owner,omitzero"`
	Timeline         PostmortemTimeline `json:"timeline,omitzero"`
	JiraIssues       json.RawMessage    `json:"jiraIssues,omitzero"`       // a list
	RelatedIncidents json.RawMessage    `json:"relatedIncidents,omitzero"` // a list
	AffectedServices json.RawMessage    `json:"affectedServices,omitzero"` // a list
	ICCSessions      json.RawMessage    `json:"iccSessions,omitzero"`      // a list: sessions of the incident command center
	ResponderTeams   json.RawMessage    `json:"responderTeams,omitzero"`   // a list
	Responders       json.RawMessage    `json:"responders,omitzero"`       // a list
}

// An PostmortemIncident is the incident that a postmortem is about.
type PostmortemIncident struct {
	ID           string         `json:"id"`
	MetadataID   string         `json:"metadataId"` // of the link between the two
	TinyID       string         `json:"tinyId"`
	Message      string         `json:"message"`
	Priority     shape.Priority `json:"priority"`
	Status       string         `json:"status"` // such as "closed"; the set is open
	CreationTime shape.Time     `json:"creationTime,omitzero"`
	Tags         []string       `json:"tags"`
}

// An PostmortemOwner is the user who writes a postmortem.
type PostmortemOwner struct {
	ID         string `json:"id"`
	MetadataID string `json:"metadataId"` // of the link between the two
	Name       string `json:"name"`
}

// A PostmortemTimeline is the timeline that belongs to a postmortem.
type PostmortemTimeline struct {
	ID         string `json:"id"`
	MetadataID string `json:"metadataId"` // of the link between the two
}

// GetPostmortemRequest asks for one postmortem.
type GetPostmortemRequest struct {
	ID string `path:"postmortemId"`
}

// Get reads one postmortem.
//
// API: https://docs.opsgenie.com/docs/postmortem-api#get-postmortem-request
func (s *PostmortemService) Get(ctx context.Context, in GetPostmortemRequest) (*services.Result[Postmortem], error) {
	return services.Do[Postmortem](ctx, s.client, "GET /v2/postmortem/{postmortemId}", in, services.ByMethod)
}

// CreatePostmortemRequest asks for a postmortem of one incident.
type CreatePostmortemRequest struct {
	IncidentID string `json:"incidentId" check:"required"`
}

// repeat says that only what was not processed may be repeated: a copy of what
// was might be a second postmortem.
func (r CreatePostmortemRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates a postmortem. Unconfirmed, and so is the answer's shape: the
// value is nil if it holds no postmortem. A repeat after a lost answer might
// create it twice, so there is none.
//
// API: https://docs.opsgenie.com/docs/postmortem-api#get-postmortem-request
func (s *PostmortemService) Create(ctx context.Context, in CreatePostmortemRequest) (*services.Result[services.Optional[Postmortem]], error) {
	return services.Do[services.Optional[Postmortem]](ctx, s.client, "POST /v2/postmortem", in, in.repeat())
}

// UpdatePostmortemRequest asks to change one postmortem. What is nil or empty is not sent.
// The fields are called as answers call them, which is unconfirmed.
type UpdatePostmortemRequest struct {
	ID               string          `path:"postmortemId"`
	Title            string          `json:"title,omitzero"`
	Severity         shape.Priority  `json:"severity,omitzero"`
	Status           string          `json:"status,omitzero"`
	ExecutiveSummary json.RawMessage `json:"executiveSummary,omitzero"` // a document
	Content          json.RawMessage `json:"content,omitzero"`          // a document
}

// Update changes a postmortem. Unconfirmed, and so is the answer's shape: the
// value is nil if it holds no postmortem. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/postmortem-api#get-postmortem-request
func (s *PostmortemService) Update(ctx context.Context, in UpdatePostmortemRequest) (*services.Result[services.Optional[Postmortem]], error) {
	return services.Do[services.Optional[Postmortem]](ctx, s.client, "PUT /v2/postmortem/{postmortemId}", in, services.ByMethod)
}

// DeletePostmortemRequest asks to delete one postmortem.
type DeletePostmortemRequest struct {
	ID string `path:"postmortemId"`
}

// Delete deletes a postmortem. Unconfirmed. A repeat is harmless, but where an
// answer was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/postmortem-api#get-postmortem-request
func (s *PostmortemService) Delete(ctx context.Context, in DeletePostmortemRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/postmortem/{postmortemId}", in, services.ByMethod)
}
