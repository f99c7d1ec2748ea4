package maintenance

import (
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/services"
)

// A Status is how far a maintenance is. The set is open.
type Status string

// The statuses.
const (
	Planned   Status = "planned"
	Active    Status = "active"
	Past      Status = "past"
	Cancelled Status = "cancelled"
)

// A Maintenance is a time in which rules hold.
type Maintenance struct {
	ID          string `json:"id"`
	Status      Status `json:"status"`
	Description string `json:"description,omitzero"`
	Time        Window `json:"time,omitzero"`
	Rules       []Rule `json:"rules,omitzero"` // only Get tells them
}

// A State is what a rule makes of its entity.
type State string

// The states.
const (
	Enabled  State = "enabled"
	Disabled State = "disabled"
)

// An EntityType is what a rule is about. The set is open.
type EntityType string

// The types.
const (
	Integration EntityType = "integration"
	Policy      EntityType = "policy"
)

// A Rule switches one entity during the maintenance.
type Rule struct {
	State  State  `json:"state,omitzero"` // an integration can only be disabled
	Entity Entity `json:"entity"`         // required
}

// An Entity is an integration or a policy.
type Entity struct {
	ID   string     `json:"id"`   // required
	Type EntityType `json:"type"` // required
}

// CreateRequest asks for a maintenance.
type CreateRequest struct {
	Description string `json:"description,omitzero"`
	Time        Window `json:"time" check:"required"`
	Rules       []Rule `json:"rules" check:"required"`
}

// Check refuses a time that ends before it starts, and rules without an entity.
func (r CreateRequest) Check() error { return check(r.Time, r.Rules) }

// repeat says that a repeat might create a second maintenance.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// GetRequest asks for one maintenance.
type GetRequest struct {
	ID string `path:"id"`
}

// A Selection says which maintenances are listed. The server's default is [SelectAll].
type Selection string

// The selections.
const (
	SelectAll        Selection = "all"
	SelectPast       Selection = "past"
	SelectNonExpired Selection = "non-expired"
)

// ListRequest asks for maintenances.
type ListRequest struct {
	Type Selection `query:"type"`
}

// UpdateRequest asks to replace what one maintenance is.
type UpdateRequest struct {
	ID          string `path:"id"`
	Description string `json:"description,omitzero"`
	Time        Window `json:"time" check:"required"`
	Rules       []Rule `json:"rules" check:"required"`
}

// Check refuses a time that ends before it starts, and rules without an entity.
func (r UpdateRequest) Check() error { return check(r.Time, r.Rules) }

func check(w Window, rules []Rule) error {
	faults := []error{w.check()}
	for i, r := range rules {
		at := fmt.Sprintf("rules[%d].entity", i)
		if r.Entity.ID == "" {
			faults = append(faults, &services.ArgumentError{Field: at + ".id", Problem: "is required"})
		}
		if r.Entity.Type == "" {
			faults = append(faults, &services.ArgumentError{Field: at + ".type", Problem: "is required"})
		}
	}
	return errors.Join(faults...)
}

// ChangeEndDateRequest asks to end one maintenance at another time.
type ChangeEndDateRequest struct {
	ID      string    `path:"id"`
	EndDate time.Time `json:"endDate" check:"required"`
}

// repeat says that a repeat is harmless.
func (r ChangeEndDateRequest) repeat() services.Repeat { return services.SafeToRetry }

// CancelRequest asks to cancel one maintenance.
type CancelRequest struct {
	ID string `path:"id"`
}

// repeat says that a repeat is harmless.
func (r CancelRequest) repeat() services.Repeat { return services.SafeToRetry }

// DeleteRequest asks to delete one maintenance.
type DeleteRequest struct {
	ID string `path:"id"`
}
