package integration

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
)

// An ActionService reads and changes the actions of integrations: which data creates an alert,
// closes one, or is ignored. It is safe for concurrent use. [NewActions] returns one.
type ActionService struct{ client *services.Client }

// NewActions returns a service that uses client, whose codec must be Opsgenie's.
func NewActions(client *services.Client) *ActionService { return &ActionService{client: client} }

// List returns all actions of an integration, grouped by type. It counts towards the rate-limit
// domain configuration.
//
// API: https://docs.opsgenie.com/docs/integration-api#get-integration-actions
func (s *ActionService) List(ctx context.Context, integrationID string) (*services.Result[Actions], error) {
	return services.Do[Actions](ctx, s.client, "GET /v2/integrations/{id}/actions", byID{integrationID}, services.ByMethod)
}

// Create adds an action to an integration and returns all actions that it then has. Its
// rate-limit domain is not documented. Only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/integration-api#create-a-new-integration-action
func (s *ActionService) Create(ctx context.Context, integrationID string, in Action) (*services.Result[Actions], error) {
	request := actionCreation{integrationID, in.complete()}
	return services.Do[Actions](ctx, s.client, "POST /v2/integrations/{id}/actions", request, services.RetryIfRefused)
}

type actionCreation struct {
	IntegrationID string `path:"id"`
	Action        Action `body:"json"`
}

// Check refuses an action without a required member.
func (r actionCreation) Check() error { return r.Action.check("") }

// Replace replaces all actions of an integration; actions that in does not contain are removed.
// Each action must be in the list of its type. Its rate-limit domain is not documented. Safe to
// retry.
//
// API: https://docs.opsgenie.com/docs/integration-api#update-all-integration-actions
func (s *ActionService) Replace(ctx context.Context, integrationID string, in Actions) (*services.Result[Actions], error) {
	request := actionReplacement{integrationID, in.complete()}
	return services.Do[Actions](ctx, s.client, "PUT /v2/integrations/{id}/actions", request, services.ByMethod)
}

type actionReplacement struct {
	IntegrationID string  `path:"id"`
	Actions       Actions `body:"json"`
}

// Check refuses actions without a required member.
func (r actionReplacement) Check() error {
	a := r.Actions
	return errors.Join(
		checkActions("ignore", a.Ignore), checkActions("create", a.Create), checkActions("close", a.Close),
		checkActions("acknowledge", a.Acknowledge), checkActions("addNote", a.AddNote),
	)
}

func checkActions(field string, list []Action) error {
	var faults []error
	for i, a := range list {
		faults = append(faults, a.check(fmt.Sprintf("%s[%d].", field, i)))
	}
	return errors.Join(faults...)
}

// check refuses an action without a required member. Names of members begin with field.
func (a Action) check(field string) error {
	missing := func(name, value string, required bool) error {
		return check.Missing(field+name, required && value == "" && !check.Kept(a.Other, name))
	}
	alias, _ := a.Alias.Get()
	note, _ := a.Note.Get()
	return errors.Join(
		missing("type", string(a.Type), true),
		missing("name", a.Name, true),
		missing("alias", alias, a.onAlert() && a.Type != ActionCreate),
		missing("note", note, a.Type == ActionAddNote),
		check.Order(field+"order", a.Order),
		a.Filter.check(field+"filter"),
		check.Recipients(field+"recipients", a.Recipients...),
		check.Recipients(field+"responders", a.Responders...),
	)
}

// complete returns the action with the members that the API requires of its type.
func (a Action) complete() Action {
	if !a.onAlert() {
		return a
	}
	for name, text := range map[string]*services.Optional[string]{"user": &a.User, "note": &a.Note, "alias": &a.Alias} {
		if text.IsZero() && !check.Kept(a.Other, name) {
			*text = services.Set("")
		}
	}
	return a
}

// complete returns the actions with a list for each type, and each action complete. The lists of
// the receiver are not changed.
func (a Actions) complete() Actions {
	lists := map[string]*[]Action{
		"ignore": &a.Ignore, "create": &a.Create, "close": &a.Close, "acknowledge": &a.Acknowledge, "addNote": &a.AddNote,
	}
	for name, list := range lists {
		if *list == nil && !check.Kept(a.Other, name) {
			*list = []Action{}
		}
		*list = slices.Clone(*list)
		for i := range *list {
			(*list)[i] = (*list)[i].complete()
		}
	}
	return a
}
