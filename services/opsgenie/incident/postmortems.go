package incident

import (
	"context"
	"encoding/json"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A PostmortemService calls the Postmortem API: a postmortem is a report on an incident. The
// vendor documents only how to read one. Create, Update and Delete are unconfirmed: they are
// known from a community client, and the server may refuse them. The documentation names no
// rate-limit domain for its calls, which count towards the domain other. It is safe for
// concurrent use. [NewPostmortems] returns one.
type PostmortemService struct{ client *services.Client }

// NewPostmortems returns a service that calls through client, whose codec must be Opsgenie's.
func NewPostmortems(client *services.Client) *PostmortemService {
	return &PostmortemService{client: client}
}

// A Postmortem is a postmortem as the server returns it. Its texts are documents in
// Atlassian's format and are kept as they came; so are the lists whose items the vendor does
// not describe.
type Postmortem struct {
	services.Other

	ID               string             `json:"postmortemId"`
	Title            string             `json:"title"`
	Severity         shape.Priority     `json:"severity"`
	Status           string             `json:"status"` // such as "draft"; other values are possible
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

// Request returns a request that writes the postmortem back as it is.
func (p Postmortem) Request() UpdatePostmortemRequest {
	in := services.RequestFrom[UpdatePostmortemRequest](p)
	in.ID = p.ID
	return in
}

// MarshalJSON writes the postmortem, with the members that it keeps.
func (p Postmortem) MarshalJSON() ([]byte, error) {
	type plain Postmortem
	return services.MarshalObject(plain(p))
}

// UnmarshalJSON reads a postmortem of any form.
func (p *Postmortem) UnmarshalJSON(raw []byte) error {
	type plain Postmortem
	return services.UnmarshalObject(raw, (*plain)(p))
}

// A PostmortemIncident is the incident that a postmortem is about.
type PostmortemIncident struct {
	ID           string         `json:"id"`
	MetadataID   string         `json:"metadataId"` // id of the link between the two
	TinyID       string         `json:"tinyId"`
	Message      string         `json:"message"`
	Priority     shape.Priority `json:"priority"`
	Status       string         `json:"status"` // such as "closed"; other values are possible
	CreationTime shape.Time     `json:"creationTime,omitzero"`
	Tags         []string       `json:"tags"`
}

// A PostmortemOwner is the user who writes a postmortem.
type PostmortemOwner struct {
	ID         string `json:"id"`
	MetadataID string `json:"metadataId"` // id of the link between the two
	Name       string `json:"name"`
}

// A PostmortemTimeline names the timeline that belongs to a postmortem.
type PostmortemTimeline struct {
	ID         string `json:"id"`
	MetadataID string `json:"metadataId"` // id of the link between the two
}

type postmortemByID struct {
	ID string `path:"postmortemId"`
}

// Get returns the postmortem with an id.
//
// API: https://docs.opsgenie.com/docs/postmortem-api#get-postmortem-request
func (s *PostmortemService) Get(ctx context.Context, id string) (*services.Result[Postmortem], error) {
	return services.Do[Postmortem](ctx, s.client, "GET /v2/postmortem/{postmortemId}", postmortemByID{id}, services.ByMethod)
}

type createPostmortem struct {
	IncidentID string `json:"incidentId" check:"required"`
}

// Create creates a postmortem of the incident with an id. It is unconfirmed, and so is the
// form of the response: the value is set only if the response has a postmortem. Only 429 and
// 503 are retried: a second request might create a second postmortem.
//
// API: https://docs.opsgenie.com/docs/postmortem-api#get-postmortem-request
func (s *PostmortemService) Create(ctx context.Context, incidentID string) (*services.Result[services.Optional[Postmortem]], error) {
	return services.Do[services.Optional[Postmortem]](ctx, s.client, "POST /v2/postmortem",
		createPostmortem{incidentID}, services.RetryIfRefused)
}

// An UpdatePostmortemRequest changes one postmortem. Members that are left out are not sent.
// They have the names that responses use, which is unconfirmed. [Postmortem.Request] returns one
// from a postmortem that was read.
type UpdatePostmortemRequest struct {
	services.Other

	ID               string                             `path:"postmortemId"`
	Title            services.Optional[string]          `json:"title,omitzero"`
	Severity         services.Optional[shape.Priority]  `json:"severity,omitzero"`
	Status           services.Optional[string]          `json:"status,omitzero"`
	ExecutiveSummary services.Optional[json.RawMessage] `json:"executiveSummary,omitzero"` // a document
	Content          services.Optional[json.RawMessage] `json:"content,omitzero"`          // a document
}

// Update changes a postmortem. It is unconfirmed, and so is the form of the response: the
// value is set only if the response has a postmortem. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/postmortem-api#get-postmortem-request
func (s *PostmortemService) Update(ctx context.Context, in UpdatePostmortemRequest) (
	*services.Result[services.Optional[Postmortem]], error,
) {
	return services.Do[services.Optional[Postmortem]](ctx, s.client, "PUT /v2/postmortem/{postmortemId}", in, services.ByMethod)
}

// Delete deletes the postmortem with an id. It is unconfirmed. Safe to retry; after a lost
// response, errors.Is may match [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/postmortem-api#get-postmortem-request
func (s *PostmortemService) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/postmortem/{postmortemId}", postmortemByID{id}, services.ByMethod)
}
