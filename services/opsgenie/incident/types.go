package incident

import "github.com/tripware/tripware/services/opsgenie/shape"

// An Incident is an incident as the server returns it.
type Incident struct {
	ID               string            `json:"id"`
	TinyID           string            `json:"tinyId"`
	Message          string            `json:"message"`
	Description      string            `json:"description,omitzero"`
	Status           string            `json:"status"` // "open", "resolved" or "closed"; other values are possible
	IsSeen           bool              `json:"isSeen"`
	Tags             []string          `json:"tags"`
	CreatedAt        shape.Time        `json:"createdAt,omitzero"`
	UpdatedAt        shape.Time        `json:"updatedAt,omitzero"`
	Source           string            `json:"source,omitzero"`
	Owner            string            `json:"owner,omitzero"`
	OwnerTeam        string            `json:"ownerTeam,omitzero"` // the team's id
	Priority         shape.Priority    `json:"priority"`
	Responders       []shape.Responder `json:"responders"`
	ServiceID        string            `json:"serviceId,omitzero"`
	ImpactedServices []string          `json:"impactedServices,omitzero"` // ids
	ImpactStartDate  shape.Time        `json:"impactStartDate,omitzero"`
	ImpactEndDate    shape.Time        `json:"impactEndDate,omitzero"`   // zero while the impact lasts
	ExtraProperties  map[string]string `json:"extraProperties,omitzero"` // requests call them details
	Actions          []string          `json:"actions,omitzero"`
	Links            Links             `json:"links,omitzero"`
}

// Links are the URLs of an incident.
type Links struct {
	Web string `json:"web"` // in the web interface
	API string `json:"api"`
}
