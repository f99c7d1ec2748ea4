package forwardingrule

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A ForwardingRule is a rule that forwards the notifications of one user to another from
// StartDate to EndDate.
type ForwardingRule struct {
	services.Other

	ID         string     `json:"id"`
	FromUserID string     `json:"fromUserId"` // an Atlassian account id
	ToUserID   string     `json:"toUserId"`   // an Atlassian account id
	StartDate  shape.Time `json:"startDate,omitzero"`
	EndDate    shape.Time `json:"endDate,omitzero"`
}

// Request returns a request that writes the rule back as it is.
func (r ForwardingRule) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](r)
	in.ID, in.StartDate, in.EndDate = r.ID, r.StartDate.Time, r.EndDate.Time
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
