// Package notification calls the notification rules API of JSM Operations. A rule says which
// notifications a user gets of an event, and its steps say when and by which contact. For most
// uses call [Service.Create] with the steps of the rule; a [StepService] changes single steps.
//
// All operations act on the rules of the owner of the credential.
package notification

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service reads and changes notification rules. It is safe for concurrent use. [New] returns
// one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// item identifies a rule.
type item struct {
	ID string `path:"id"`
}

// CreateRequest is the request to create a rule of the caller.
type CreateRequest struct {
	Name             string                        `json:"name" check:"required"`
	ActionType       Event                         `json:"actionType" check:"required"`
	Criteria         shape.Filter                  `json:"criteria,omitzero"`         // the alerts; all if absent
	NotificationTime []Lead                        `json:"notificationTime,omitzero"` // for ScheduleStart and ScheduleEnd
	TimeRestriction  shape.TimeRestriction         `json:"timeRestriction,omitzero"`  // always in force if absent
	Schedules        []string                      `json:"schedules,omitzero"`        // ids, for ScheduleStart and ScheduleEnd
	Order            services.Optional[int]        `json:"order,omitzero"`            // position, from 0; the server chooses it if absent
	Steps            []Step                        `json:"steps,omitzero"`
	Repeat           services.Optional[Repetition] `json:"repeat,omitzero"`
	Enabled          services.Optional[bool]       `json:"enabled,omitzero"` // true if absent
}

// Check refuses invalid criteria, restrictions and steps, and negative numbers.
func (r CreateRequest) Check() error {
	return errors.Join(
		check.Filter("criteria", r.Criteria),
		check.TimeRestriction("timeRestriction", r.TimeRestriction),
		check.Order("order", r.Order),
		checkSteps(r.Steps),
		checkRepeat(r.Repeat),
	)
}

// Create creates a rule of the caller, which is enabled unless in.Enabled says otherwise, and
// returns it. Only 429 and 503 are retried, because a second copy might create a second rule.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-notification-rules (confirmed)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Rule], error) {
	in.Enabled, in.Steps = enabled(in.Enabled), enabledSteps(in.Steps)
	return services.Do[Rule](ctx, s.client, "POST /v1/notification-rules", in, services.RetryIfRefused)
}

// Get returns one rule with its steps. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-notification-rules (confirmed)
func (s *Service) Get(ctx context.Context, id string) (*services.Result[Rule], error) {
	return services.Do[Rule](ctx, s.client, "GET /v1/notification-rules/{id}", item{id}, services.ByMethod)
}

const (
	listRoute = "GET /v1/notification-rules"
	maxPage   = 100 // the most rules or steps that the server returns on one page
)

// List returns one page of the rules of the caller. A Limit of zero means 20, and the most is
// 100. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-notification-rules (confirmed)
func (s *Service) List(ctx context.Context, in shape.Page) (*services.Result[[]Rule], error) {
	return services.Do[[]Rule](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all rules of the caller, page after page: see [services.All]. A page has 100 rules
// unless Limit is set.
func (s *Service) All(ctx context.Context, in shape.Page) iter.Seq2[Rule, error] {
	in.Limit = cmp.Or(in.Limit, maxPage)
	return services.All[Rule](ctx, s.client, listRoute, in)
}

// UpdateRequest is the request to change a rule. The API documents that it takes the whole rule,
// so change what [Rule.Request] returns for a rule that was read. Whether members that are absent
// keep their values, and whether null clears one, is not documented.
type UpdateRequest struct {
	services.Other

	ID               string                                   `path:"id"`
	Name             string                                   `json:"name" check:"required"`
	ActionType       Event                                    `json:"actionType" check:"required"`
	Criteria         services.Optional[shape.Filter]          `json:"criteria,omitzero"`
	NotificationTime services.Optional[[]Lead]                `json:"notificationTime,omitzero"`
	TimeRestriction  services.Optional[shape.TimeRestriction] `json:"timeRestriction,omitzero"`
	Schedules        services.Optional[[]string]              `json:"schedules,omitzero"` // ids
	Order            services.Optional[int]                   `json:"order,omitzero"`     // position, from 0
	Steps            services.Optional[[]Step]                `json:"steps,omitzero"`
	Repeat           services.Optional[Repetition]            `json:"repeat,omitzero"`
	Enabled          services.Optional[bool]                  `json:"enabled,omitzero"` // required
}

// Check refuses invalid criteria, restrictions and steps, negative numbers, and a request that
// does not say whether the rule is enabled.
func (r UpdateRequest) Check() error {
	criteria, _ := r.Criteria.Get()
	restriction, _ := r.TimeRestriction.Get()
	steps, _ := r.Steps.Get()
	return errors.Join(
		check.NotZero("criteria", r.Criteria),
		check.Filter("criteria", criteria),
		check.NotZero("timeRestriction", r.TimeRestriction),
		check.TimeRestriction("timeRestriction", restriction),
		check.Order("order", r.Order),
		checkSteps(steps),
		checkRepeat(r.Repeat),
		checkEnabled(r.Enabled, r.Other),
	)
}

// Update changes a rule and returns it. It also enables and disables a rule, and moves it, for
// which the API has no other operations. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-notification-rules (confirmed)
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Rule], error) {
	if steps, set := in.Steps.Get(); set {
		in.Steps = services.Set(enabledSteps(steps))
	}
	return services.Do[Rule](ctx, s.client, "PATCH /v1/notification-rules/{id}", in, services.SafeToRetry)
}

// Delete deletes a rule. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-notification-rules (confirmed)
func (s *Service) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/notification-rules/{id}", item{id}, services.ByMethod)
}
