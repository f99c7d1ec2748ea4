package user

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Ref says which user a request is about. [ByID] and [ByUsername] make one;
// the zero value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	named      bool
}

// ByID refers to the user with an id.
func ByID(id string) Ref { return Ref{identifier: id} }

// ByUsername refers to the user with a username, which is an e-mail address.
func ByUsername(username string) Ref { return Ref{identifier: username, named: true} }

// Check refuses what would ask for something else: the API has its saved
// searches where a user of this name would lie.
func (r Ref) Check() error {
	if r.identifier == "saved-searches" {
		return &services.ArgumentError{Field: "identifier", Problem: "would lead to another route"}
	}
	return nil
}

// CreateRequest asks to add a user.
type CreateRequest struct {
	Username           string              `json:"username" check:"required"` // the e-mail address; at most 100 characters
	FullName           string              `json:"fullName" check:"required"` // at most 512 characters
	Role               Role                `json:"role" check:"required"`
	SkypeUsername      string              `json:"skypeUsername,omitzero"`
	TimeZone           string              `json:"timeZone,omitzero"` // such as "Europe/London"; that of the account if empty
	Locale             string              `json:"locale,omitzero"`   // such as "en_GB"; that of the account if empty
	Address            Address             `json:"userAddress,omitzero"`
	Tags               []string            `json:"tags,omitzero"`
	Details            map[string][]string `json:"details,omitzero"`
	InvitationDisabled bool                `json:"invitationDisabled,omitzero"` // sends no invitation
}

// repeat says that only what was not processed may be repeated: a copy of what
// was would be refused.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// An Expansion is what Get tells beside the user itself. The set is open.
type Expansion string

// ExpandContact asks for the user's contacts.
const ExpandContact Expansion = "contact"

// GetRequest asks for one user.
type GetRequest struct {
	Ref

	Expand []Expansion `query:"expand"`
}

// UpdateRequest asks to change one user. What is nil or empty stays as it is.
type UpdateRequest struct {
	Ref

	Username           string              `json:"username,omitzero"` // at most 100 characters
	FullName           string              `json:"fullName,omitzero"` // at most 512 characters
	Role               Role                `json:"role,omitzero"`
	SkypeUsername      *string             `json:"skypeUsername,omitzero"`
	TimeZone           string              `json:"timeZone,omitzero"`
	Locale             string              `json:"locale,omitzero"`
	Address            *Address            `json:"userAddress,omitzero"`
	Tags               []string            `json:"tags,omitzero"`    // an empty list removes all, nil leaves them
	Details            map[string][]string `json:"details,omitzero"` // an empty map removes all, nil leaves them
	InvitationDisabled *bool               `json:"invitationDisabled,omitzero"`
}

// repeat says that a repeat is harmless, unless the user is referred to by the
// username that the request changes.
func (r UpdateRequest) repeat() services.Repeat {
	if r.named && r.Username != "" && r.Username != r.identifier {
		return services.RetryIfRefused
	}
	return services.SafeToRetry
}

// DeleteRequest asks to remove one user.
type DeleteRequest struct{ Ref }

// A Sort is the field by which users are listed. The server's default is not
// documented.
type Sort string

// The fields to sort by. The vendor's description names the first three, its Go
// SDK the others.
const (
	SortUsername   Sort = "username"
	SortFullName   Sort = "fullName"
	SortInsertedAt Sort = "insertedAt"
	SortRole       Sort = "role"
	SortVerified   Sort = "verified"
	SortBlocked    Sort = "blocked"
	SortCreatedAt  Sort = "createdAt"
)

// ListRequest asks for the users that match a query.
type ListRequest struct {
	Query  string      `query:"query"` // such as "role: admin AND verified: false"; all if empty
	Offset int         `query:"offset" check:"min=0"`
	Limit  int         `query:"limit" check:"min=0"` // per page; zero means the server's default, 100
	Sort   Sort        `query:"sort"`
	Order  shape.Order `query:"order"` // the server's default is ascending here
}

// ListEscalationsRequest asks for the escalations of one user.
type ListEscalationsRequest struct{ Ref }

// ListForwardingRulesRequest asks for the forwarding rules of one user.
type ListForwardingRulesRequest struct{ Ref }

// ListSchedulesRequest asks for the schedules of one user.
type ListSchedulesRequest struct{ Ref }

// ListTeamsRequest asks for the teams of one user.
type ListTeamsRequest struct{ Ref }
