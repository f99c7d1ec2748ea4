package integration

import (
	"errors"

	"github.com/tripware/tripware/services"
)

// CreateRequest asks for an integration.
type CreateRequest struct {
	Integration Integration `body:"json"` // [API], [Email] and [Webhook] make one
}

// Check refuses an integration without type or name.
func (r CreateRequest) Check() error { return r.Integration.check() }

// repeat says that a repeat would be refused by the server.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// GetRequest asks for one integration.
type GetRequest struct {
	ID string `path:"id"`
}

// ListRequest asks for integrations.
type ListRequest struct {
	Type     Type   `query:"type"`     // all if empty
	TeamID   string `query:"teamId"`   // those of a team
	TeamName string `query:"teamName"` // in the stead of TeamID
}

// UpdateRequest asks to replace one integration.
type UpdateRequest struct {
	ID          string      `path:"id"`
	Integration Integration `body:"json"` // all of it, as [Service.Get] read it
}

// Check refuses an integration without type or name.
func (r UpdateRequest) Check() error { return r.Integration.check() }

func (i Integration) check() error {
	var faults []error
	if i.Type == "" {
		faults = append(faults, &services.ArgumentError{Field: "type", Problem: "is required"})
	}
	if i.Name == "" {
		faults = append(faults, &services.ArgumentError{Field: "name", Problem: "is required"})
	}
	return errors.Join(faults...)
}

// DeleteRequest asks to delete one integration.
type DeleteRequest struct {
	ID string `path:"id"`
}

// EnableRequest asks to enable one integration.
type EnableRequest struct {
	ID string `path:"id"`
}

// repeat says that a repeat is harmless.
func (r EnableRequest) repeat() services.Repeat { return services.SafeToRetry }

// DisableRequest asks to disable one integration.
type DisableRequest struct {
	ID string `path:"id"`
}

// repeat says that a repeat is harmless.
func (r DisableRequest) repeat() services.Repeat { return services.SafeToRetry }

// AuthenticateRequest asks whether the key is one of an integration.
type AuthenticateRequest struct {
	Type Type `json:"type" check:"required"`
}

// repeat says that a repeat is harmless.
func (r AuthenticateRequest) repeat() services.Repeat { return services.SafeToRetry }
