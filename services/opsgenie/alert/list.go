package alert

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Ref says which alert a request is about. [ByID], [ByTinyID] and [ByAlias]
// make one; the zero value is refused.
type Ref struct {
	identifier     string `path:"identifier"`
	kind           string `query:"identifierType"`
	attachmentKind string `query:"alertIdentifierType"` // in the stead of kind, where it is called so
}

// ByID refers to the alert with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByTinyID refers to the alert with a tiny id, the short number that people see.
func ByTinyID(id string) Ref { return Ref{identifier: id, kind: "tiny"} }

// ByAlias refers to the open alert with an alias. What lies below the aliases
// "requests" and "saved-searches" cannot be reached by them: the API has other
// things at these paths.
func ByAlias(alias string) Ref { return Ref{identifier: alias, kind: "alias"} }

// forAttachment returns the reference as the operations on attachments call it.
func (r Ref) forAttachment() Ref {
	r.kind, r.attachmentKind = "", r.kind
	return r
}

// A Search says by which saved search alerts are listed. [BySearchID] and
// [BySearchName] make one; the zero value is none.
type Search struct {
	identifier string `query:"searchIdentifier"`
	kind       string `query:"searchIdentifierType"`
}

// BySearchID lists by the saved search with an id.
func BySearchID(id string) Search { return Search{identifier: id, kind: "id"} }

// BySearchName lists by the saved search with a name.
func BySearchName(name string) Search { return Search{identifier: name, kind: "name"} }

// CreateRequest asks to create an alert. Whether the server cuts or refuses what
// is longer than documented is not known; nothing is cut here.
type CreateRequest struct {
	Message     string            `json:"message" check:"required"` // at most 130 characters
	Alias       string            `json:"alias,omitzero"`           // at most 512 characters; the alert's id if empty
	Description string            `json:"description,omitzero"`     // at most 15,000 characters
	Responders  []shape.Responder `json:"responders,omitzero"`      // whom to notify; those of the integration if none
	VisibleTo   []shape.Responder `json:"visibleTo,omitzero"`       // teams and users who see it and are not notified
	Actions     []string          `json:"actions,omitzero"`         // names of custom actions; at most 10
	Tags        []string          `json:"tags,omitzero"`            // at most 20 of 50 characters
	Details     map[string]string `json:"details,omitzero"`         // at most 8,000 characters in all
	Entity      string            `json:"entity,omitzero"`          // what it is about; at most 512 characters
	Source      string            `json:"source,omitzero"`          // at most 100 characters; the caller's IP address if empty
	Priority    shape.Priority    `json:"priority,omitzero"`        // P3 if empty
	User        string            `json:"user,omitzero"`            // shown as the actor; at most 100 characters
	Note        string            `json:"note,omitzero"`            // at most 25,000 characters
}

// Check refuses responders without id and name.
func (r CreateRequest) Check() error {
	if err := check.Responders("responders", r.Responders...); err != nil {
		return err
	}
	return check.Responders("visibleTo", r.VisibleTo...)
}

// repeat says that a creation is harmless to repeat if there is an alias, by
// which the server de-duplicates.
func (r CreateRequest) repeat() services.Repeat {
	if r.Alias != "" {
		return services.SafeToRetry
	}
	return services.RetryIfRefused
}

// GetRequest asks for one alert.
type GetRequest struct{ Ref }

// Check refuses what would ask for something else: the API has its counter and
// its saved searches where alerts of these names would lie.
func (r GetRequest) Check() error {
	switch r.identifier {
	case "count", "requests", "saved-searches":
		return &services.ArgumentError{Field: "identifier", Problem: "would lead to another route"}
	}
	return nil
}

// DeleteRequest asks to delete one alert.
type DeleteRequest struct {
	Ref

	User   string `query:"user"`   // shown as the actor
	Source string `query:"source"` // at most 100 characters
}

// A Sort is the field by which alerts are listed. The server's default is
// [SortCreatedAt].
type Sort string

// The fields to sort by.
const (
	SortCreatedAt       Sort = "createdAt"
	SortUpdatedAt       Sort = "updatedAt"
	SortTinyID          Sort = "tinyId"
	SortAlias           Sort = "alias"
	SortMessage         Sort = "message"
	SortStatus          Sort = "status"
	SortAcknowledged    Sort = "acknowledged"
	SortIsSeen          Sort = "isSeen"
	SortSnoozed         Sort = "snoozed"
	SortSnoozedUntil    Sort = "snoozedUntil"
	SortCount           Sort = "count"
	SortLastOccurredAt  Sort = "lastOccurredAt"
	SortSource          Sort = "source"
	SortOwner           Sort = "owner"
	SortIntegrationName Sort = "integration.name"
	SortIntegrationType Sort = "integration.type"
	SortAckTime         Sort = "report.ackTime"
	SortCloseTime       Sort = "report.closeTime"
	SortAcknowledgedBy  Sort = "report.acknowledgedBy"
	SortClosedBy        Sort = "report.closedBy"
)

// ListRequest asks for alerts: those that match a query or a saved search, else
// all. Which of the two counts when both are given is not documented.
type ListRequest struct {
	Search

	Query  string      `query:"query"` // such as "status: open AND priority: P1"
	Offset int         `query:"offset" check:"min=0"`
	Limit  int         `query:"limit" check:"min=0"` // per page, at most 100; zero means the server's default, 20
	Sort   Sort        `query:"sort"`
	Order  shape.Order `query:"order"`
}

// CountRequest asks how many alerts match a query or a saved search.
type CountRequest struct {
	Search

	Query string `query:"query"`
}
