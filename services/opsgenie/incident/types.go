package incident

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Ref says which incident a request is about. [ByID] and [ByTinyID] make one;
// the zero value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// ByID refers to the incident with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByTinyID refers to the incident with a tiny id, the short number that people see.
func ByTinyID(id string) Ref { return Ref{identifier: id, kind: "tiny"} }

// An Incident is an incident as the server shows it.
type Incident struct {
	ID               string            `json:"id"`
	TinyID           string            `json:"tinyId"`
	Message          string            `json:"message"`
	Description      string            `json:"description,omitzero"`
	Status           string            `json:"status"` // "open", "resolved" or "closed"; the set is open
	IsSeen           bool              `json:"isSeen"`
	Tags             []string          `json:"tags"`
	CreatedAt        shape.Time        `json:"createdAt,omitzero"`
	UpdatedAt        shape.Time        `json:"updatedAt,omitzero"`
	Source           string            `json:"source,omitzero"`
	Owner            string            `json:"owner,omitzero"`
	OwnerTeam        string            `json:"ownerTeam,omitzero"` // its id
	Priority         shape.Priority    `json:"priority"`
	Responders       []shape.Responder `json:"responders"`
	ServiceID        string            `json:"serviceId,omitzero"`
	ImpactedServices []string          `json:"impactedServices,omitzero"` // their ids
	ImpactStartDate  shape.Time        `json:"impactStartDate,omitzero"`
	ImpactEndDate    shape.Time        `json:"impactEndDate,omitzero"`   // zero while it lasts
	ExtraProperties  map[string]string `json:"extraProperties,omitzero"` // what requests call details
	Actions          []string          `json:"actions,omitzero"`
	Links            Links             `json:"links,omitzero"`
}

// Links are where an incident is found.
type Links struct {
	Web string `json:"web"` // for people
	API string `json:"api"`
}

// RequestStatus is what became of an asynchronous request.
type RequestStatus struct {
	shape.RequestStatus

	IncidentID string `json:"incidentId"` // empty if it failed
}

// EntityID returns the id of the incident that the request was about.
func (s RequestStatus) EntityID() string { return s.IncidentID }

// CreateRequest asks to open an incident.
type CreateRequest struct {
	Message            string            `json:"message" check:"required"` // at most 130 characters
	Description        string            `json:"description,omitzero"`     // at most 10,000 characters
	Responders         []shape.Responder `json:"responders,omitzero"`      // teams and users
	Tags               []string          `json:"tags,omitzero"`            // at most 20 of 50 characters
	Details            map[string]string `json:"details,omitzero"`         // at most 8,000 characters in all
	Priority           shape.Priority    `json:"priority,omitzero"`        // P3 if empty
	Note               string            `json:"note,omitzero"`            // at most 25,000 characters
	ServiceID          string            `json:"serviceId,omitzero"`       // older form of ImpactedServices
	ImpactedServices   []string          `json:"impactedServices,omitzero"`
	StatusPageEntry    StatusPageEntry   `json:"statusPageEntry,omitzero"`
	NotifyStakeholders bool              `json:"notifyStakeholders,omitzero"`
}

// A StatusPageEntry is what a status page says of an incident.
type StatusPageEntry struct {
	Title  string `json:"title"`
	Detail string `json:"detail,omitzero"`
}

// Check refuses responders without id and name.
func (r CreateRequest) Check() error { return check.Responders("responders", r.Responders...) }

// repeat says that only what was not processed may be repeated: each copy is
// another incident.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// GetRequest asks for one incident.
type GetRequest struct{ Ref }

// Check refuses what would ask for something else: the API has other things
// where incidents of these names would lie.
func (r GetRequest) Check() error {
	if r.identifier == "create" || r.identifier == "requests" {
		return &services.ArgumentError{Field: "identifier", Problem: "would lead to another route"}
	}
	return nil
}

// DeleteRequest asks to delete one incident.
type DeleteRequest struct{ Ref }

// A Sort is the field by which incidents are listed. The server's default is
// [SortCreatedAt].
type Sort string

// The fields to sort by.
const (
	SortCreatedAt Sort = "createdAt"
	SortTinyID    Sort = "tinyId"
	SortMessage   Sort = "message"
	SortStatus    Sort = "status"
	SortIsSeen    Sort = "isSeen"
	SortOwner     Sort = "owner"
)

// ListRequest asks for the incidents that match a query.
type ListRequest struct {
	Query  string      `query:"query"` // such as "status: open"; older descriptions of the API require one
	Offset int         `query:"offset" check:"min=0"`
	Limit  int         `query:"limit" check:"min=0"` // per page, at most 100; zero means the server's default, 20
	Sort   Sort        `query:"sort"`
	Order  shape.Order `query:"order"`
}
