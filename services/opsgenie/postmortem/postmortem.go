// Package postmortem is the Postmortem API: what was learnt from an incident.
//
// The vendor documents how to read a postmortem, and nothing else. Create,
// Update and Delete are unconfirmed: they were seen in a community client, and
// may be refused. The documentation names no rate-limit domain for these calls:
// they count in the domain other.
package postmortem

import (
	"context"
	"encoding/json"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Postmortem API. It is safe for concurrent use. [New] makes
// one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Postmortem is a postmortem as the server shows it. Its texts are documents
// of Atlassian's format, and are kept as they came; so are the lists whose items
// the vendor does not describe.
type Postmortem struct {
	ID               string          `json:"postmortemId"`
	Title            string          `json:"title"`
	Severity         shape.Priority  `json:"severity"`
	Status           string          `json:"status"` // such as "draft"; the set is open
	StartTime        shape.Time      `json:"startTime,omitzero"`
	EndTime          shape.Time      `json:"endTime,omitzero"`
	RespondTime      shape.Time      `json:"respondTime,omitzero"`
	ResolveTime      shape.Time      `json:"resolveTime,omitzero"`
	CreatedAt        shape.Time      `json:"createdAtTime,omitzero"`
	ExecutiveSummary json.RawMessage `json:"executiveSummary,omitzero"` // a document
	Content          json.RawMessage `json:"content,omitzero"`          // a document
	RootIncident     Incident        `json:"rootIncident,omitzero"`
	Owner            Owner           `json:"owner,omitzero"`
	Timeline         Timeline        `json:"timeline,omitzero"`
	JiraIssues       json.RawMessage `json:"jiraIssues,omitzero"`       // a list
	RelatedIncidents json.RawMessage `json:"relatedIncidents,omitzero"` // a list
	AffectedServices json.RawMessage `json:"affectedServices,omitzero"` // a list
	ICCSessions      json.RawMessage `json:"iccSessions,omitzero"`      // a list: sessions of the incident command center
	ResponderTeams   json.RawMessage `json:"responderTeams,omitzero"`   // a list
	Responders       json.RawMessage `json:"responders,omitzero"`       // a list
}

// An Incident is the incident that a postmortem is about.
type Incident struct {
	ID           string         `json:"id"`
	MetadataID   string         `json:"metadataId"` // of the link between the two
	TinyID       string         `json:"tinyId"`
	Message      string         `json:"message"`
	Priority     shape.Priority `json:"priority"`
	Status       string         `json:"status"` // such as "closed"; the set is open
	CreationTime shape.Time     `json:"creationTime,omitzero"`
	Tags         []string       `json:"tags"`
}

// An Owner is the user who writes a postmortem.
type Owner struct {
	ID         string `json:"id"`
	MetadataID string `json:"metadataId"` // of the link between the two
	Name       string `json:"name"`
}

// A Timeline is the timeline that belongs to a postmortem.
type Timeline struct {
	ID         string `json:"id"`
	MetadataID string `json:"metadataId"` // of the link between the two
}

// GetRequest asks for one postmortem.
type GetRequest struct {
	ID string `path:"postmortemId"`
}

// Get reads one postmortem.
//
// API: https://docs.opsgenie.com/docs/postmortem-api#get-postmortem-request
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Postmortem], error) {
	return services.Do[Postmortem](ctx, s.client, "GET /v2/postmortem/{postmortemId}", in, services.ByMethod)
}

// CreateRequest asks for a postmortem of one incident.
type CreateRequest struct {
	IncidentID string `json:"incidentId" check:"required"`
}

// repeat says that only what was not processed may be repeated: a copy of what
// was might be a second postmortem.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates a postmortem. Unconfirmed, and so is the answer's shape: the
// value is nil if it holds no postmortem. A repeat after a lost answer might
// create it twice, so there is none.
//
// API: https://docs.opsgenie.com/docs/postmortem-api#get-postmortem-request
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[services.Optional[Postmortem]], error) {
	return services.Do[services.Optional[Postmortem]](ctx, s.client, "POST /v2/postmortem", in, in.repeat())
}

// UpdateRequest asks to change one postmortem. What is nil or empty is not sent.
// The fields are called as answers call them, which is unconfirmed.
type UpdateRequest struct {
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
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[services.Optional[Postmortem]], error) {
	return services.Do[services.Optional[Postmortem]](ctx, s.client, "PUT /v2/postmortem/{postmortemId}", in, services.ByMethod)
}

// DeleteRequest asks to delete one postmortem.
type DeleteRequest struct {
	ID string `path:"postmortemId"`
}

// Delete deletes a postmortem. Unconfirmed. A repeat is harmless, but where an
// answer was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/postmortem-api#get-postmortem-request
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/postmortem/{postmortemId}", in, services.ByMethod)
}
