package forwardingrule

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A ForwardingRule is a rule that forwards the notifications of FromUser to ToUser from
// StartDate to EndDate.
type ForwardingRule struct {
	services.Other

	ID        string     `json:"id"`
	Alias     string     `json:"alias,omitzero"`
	FromUser  shape.User `json:"fromUser"`
	ToUser    shape.User `json:"toUser"`
	StartDate shape.Time `json:"startDate,omitzero"`
	EndDate   shape.Time `json:"endDate,omitzero"`
}

// Request returns a request that writes the rule back as it is.
func (r ForwardingRule) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](r)
	in.Ref, in.StartDate, in.EndDate = ByID(r.ID), r.StartDate.Time, r.EndDate.Time
	return in
}

// MarshalJSON writes the rule, with the members that it keeps.
func (r ForwardingRule) MarshalJSON() ([]byte, error) {
	type plain ForwardingRule
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a rule of any form.
func (r *ForwardingRule) UnmarshalJSON(raw []byte) error {
	type plain ForwardingRule
	return services.UnmarshalObject(raw, (*plain)(r))
}

// A Summary identifies a forwarding rule that was created or updated.
type Summary struct {
	ID    string `json:"id"`
	Alias string `json:"alias,omitzero"`
}
