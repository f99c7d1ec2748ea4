package integrationaction

import (
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
)

// ListRequest asks for the actions of one integration.
type ListRequest struct {
	IntegrationID string `path:"id"`
}

// CreateRequest asks for an action of one integration.
type CreateRequest struct {
	IntegrationID string `path:"id"`
	Action        Action `body:"json"`
}

// Check refuses an action that lacks what it must have.
func (r CreateRequest) Check() error { return r.Action.check("") }

// repeat says that a repeat might add the action twice.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// ReplaceRequest asks to set all actions of one integration.
type ReplaceRequest struct {
	IntegrationID string  `path:"id"`
	Actions       Actions `body:"json"` // each list with actions of its type; an empty or nil one leaves none
}

// Check refuses actions that lack what they must have.
func (r ReplaceRequest) Check() error {
	a := r.Actions
	return errors.Join(
		checkAll("ignore", a.Ignore), checkAll("create", a.Create), checkAll("close", a.Close),
		checkAll("acknowledge", a.Acknowledge), checkAll("addNote", a.AddNote),
	)
}

func checkAll(field string, list []Action) error {
	var faults []error
	for i, a := range list {
		faults = append(faults, a.check(fmt.Sprintf("%s[%d].", field, i)))
	}
	return errors.Join(faults...)
}
