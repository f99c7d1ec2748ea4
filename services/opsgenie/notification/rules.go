// Package notification calls the Notification Rule API. A rule says which notifications a user
// gets of an event, and its steps say when and by which contact. For most uses call
// [Service.Create] with the steps of the rule; a [StepService] changes single steps.
//
// A user is identified by id or username. The API key needs the right to access the
// configuration. All calls count towards the rate-limit domain configuration.
package notification

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service reads and changes notification rules. It is safe for concurrent use. [New] returns
// one.
type Service struct{ client *services.Client }

// New returns a service that uses client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A CreateRequest describes a new rule of one user.
type CreateRequest struct {
	User             string                        `path:"identifier"` // id or username
	Name             string                        `json:"name" check:"required"`
	ActionType       Event                         `json:"actionType" check:"required"`
	Criteria         shape.Filter                  `json:"criteria,omitzero"`         // the alerts; all if absent
	NotificationTime []Lead                        `json:"notificationTime,omitzero"` // required for ScheduleStart and ScheduleEnd
	TimeRestriction  shape.TimeRestriction         `json:"timeRestriction,omitzero"`  // always in force if absent
	Schedules        []shape.Responder             `json:"schedules,omitzero"`        // the schedules, for ScheduleStart and ScheduleEnd
	Order            services.Optional[int]        `json:"order,omitzero"`            // position, from 0; the last if absent
	Steps            []Step                        `json:"steps,omitzero"`
	Repeat           services.Optional[Repetition] `json:"repeat,omitzero"`
	Enabled          services.Optional[bool]       `json:"enabled,omitzero"` // true if absent
}

// Check refuses invalid criteria, restrictions, schedules and steps, and negative numbers.
func (r CreateRequest) Check() error {
	return errors.Join(
		check.Filter("criteria", r.Criteria),
		check.TimeRestriction("timeRestriction", r.TimeRestriction),
		checkSchedules(r.Schedules),
		check.Order("order", r.Order),
		checkSteps(r.Steps),
		checkRepeat(r.Repeat),
	)
}

// Create creates a rule of a user, which is enabled unless in.Enabled says otherwise. Only 429
// and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#create-notification-rule
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	in.Enabled, in.Steps = enabled(in.Enabled), enabledSteps(in.Steps)
	return services.Do[Summary](ctx, s.client, "POST /v2/users/{identifier}/notification-rules", in, services.RetryIfRefused)
}

// Get returns one rule with its steps.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#get-notification-rule
func (s *Service) Get(ctx context.Context, user, id string) (*services.Result[Rule], error) {
	return services.Do[Rule](ctx, s.client, "GET /v2/users/{identifier}/notification-rules/{ruleId}", ruleRef{user, id}, services.ByMethod)
}

type ruleRef struct {
	User string `path:"identifier"`
	ID   string `path:"ruleId"`
}

// List returns all rules of a user, on one page and without their steps.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#list-notification-rule
func (s *Service) List(ctx context.Context, user string) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v2/users/{identifier}/notification-rules", ofUser{user}, services.ByMethod)
}

type ofUser struct {
	User string `path:"identifier"`
}

// An UpdateRequest changes one rule. A member that is left out is not changed; null clears it.
// [Rule.Request] returns one.
type UpdateRequest struct {
	services.Other

	User             string                                   `path:"identifier"` // id or username
	ID               string                                   `path:"ruleId"`
	Name             services.Optional[string]                `json:"name,omitzero"`
	Criteria         services.Optional[shape.Filter]          `json:"criteria,omitzero"`
	NotificationTime services.Optional[[]Lead]                `json:"notificationTime,omitzero"`
	TimeRestriction  services.Optional[shape.TimeRestriction] `json:"timeRestriction,omitzero"`
	Schedules        services.Optional[[]shape.Responder]     `json:"schedules,omitzero"`
	Steps            services.Optional[[]Step]                `json:"steps,omitzero"` // replaces the existing steps
	Repeat           services.Optional[Repetition]            `json:"repeat,omitzero"`
	Order            services.Optional[int]                   `json:"order,omitzero"` // position among the rules for the event, from 0
	Enabled          services.Optional[bool]                  `json:"enabled,omitzero"`
}

// Check refuses an empty name, invalid criteria, restrictions, schedules and steps, and negative
// numbers.
func (r UpdateRequest) Check() error {
	name, named := r.Name.Get()
	criteria, _ := r.Criteria.Get()
	restriction, _ := r.TimeRestriction.Get()
	schedules, _ := r.Schedules.Get()
	steps, _ := r.Steps.Get()
	return errors.Join(
		check.Missing("name", named && name == ""),
		check.NotZero("criteria", r.Criteria),
		check.Filter("criteria", criteria),
		check.NotZero("timeRestriction", r.TimeRestriction),
		check.TimeRestriction("timeRestriction", restriction),
		checkSchedules(schedules),
		check.Order("order", r.Order),
		checkSteps(steps),
		checkRepeat(r.Repeat),
	)
}

// Update changes a rule. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#update-notification-rule-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	if steps, set := in.Steps.Get(); set {
		in.Steps = services.Set(enabledSteps(steps))
	}
	return services.Do[Summary](ctx, s.client, "PATCH /v2/users/{identifier}/notification-rules/{ruleId}", in, services.SafeToRetry)
}

// Delete deletes a rule. Safe to retry; a retry after a lost response may return
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#delete-notification-rule
func (s *Service) Delete(ctx context.Context, user, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"DELETE /v2/users/{identifier}/notification-rules/{ruleId}", ruleRef{user, id}, services.ByMethod)
}

// Enable enables a rule. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#enable-notification-rule
func (s *Service) Enable(ctx context.Context, user, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"POST /v2/users/{identifier}/notification-rules/{ruleId}/enable", ruleRef{user, id}, services.SafeToRetry)
}

// Disable disables a rule. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#disable-notification-rule
func (s *Service) Disable(ctx context.Context, user, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"POST /v2/users/{identifier}/notification-rules/{ruleId}/disable", ruleRef{user, id}, services.SafeToRetry)
}

// A ChangeOrderRequest moves one rule.
type ChangeOrderRequest struct {
	User  string `path:"identifier"` // id or username
	ID    string `path:"ruleId"`
	Order int    `json:"order" check:"min=0"` // new position among the rules for the event, from 0
}

// ChangeOrder moves a rule to a position among the rules of the user for the same event. Safe to
// retry.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#change-order-of-notification-rule
func (s *Service) ChangeOrder(ctx context.Context, in ChangeOrderRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"POST /v2/users/{identifier}/notification-rules/{ruleId}/change-order", in, services.SafeToRetry)
}

// A RuleType selects the rules that are copied. Values other than those listed here are sent as
// they are.
type RuleType string

// The rule types.
const (
	CopyAll               RuleType = "all"
	CopyNewAlert          RuleType = "new-alert"
	CopyAcknowledgedAlert RuleType = "acknowledged-alert"
	CopyRenotifiedAlert   RuleType = "renotified-alert"
	CopyClosedAlert       RuleType = "closed-alert"
	CopyAssignedAlert     RuleType = "assigned-alert"
	CopyAddNote           RuleType = "add-note"
	CopyScheduleStart     RuleType = "schedule-start"
)

// A CopyToRequest copies rules of one user to others.
type CopyToRequest struct {
	User      string     `path:"identifier"`               // id or username of the user who has the rules
	ToUsers   []string   `json:"toUsers" check:"required"` // usernames
	RuleTypes []RuleType `json:"ruleTypes" check:"required"`
}

// CopyTo copies rules of a user to other users. Its HTTP method is not confirmed: the vendor's Go
// SDK sends a POST, a page of the documentation names PATCH, and the vendor's OpenAPI description
// does not contain the operation. Only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#copy-notification-rules
func (s *Service) CopyTo(ctx context.Context, in CopyToRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/users/{identifier}/notification-rules/copy-to", in, services.RetryIfRefused)
}
