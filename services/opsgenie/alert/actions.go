package alert

import (
	"context"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// ActionRequest is the request to acknowledge, unacknowledge or close an alert.
type ActionRequest struct {
	Ref

	User   string `json:"user,omitzero"`   // shown as the actor; at most 100 characters
	Source string `json:"source,omitzero"` // at most 100 characters
	Note   string `json:"note,omitzero"`   // at most 25,000 characters
}

// Acknowledge acknowledges an alert asynchronously. Safe to retry without a note; with one, only
// 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api#acknowledge-alert
func (s *Service) Acknowledge(ctx context.Context, in ActionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/acknowledge", in, check.Noted(in.Note))
}

// Unacknowledge takes back the acknowledgement of an alert asynchronously. Safe to retry without a
// note; with one, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api#unacknowledge-alert
func (s *Service) Unacknowledge(ctx context.Context, in ActionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/unacknowledge", in, check.Noted(in.Note))
}

// Close closes an alert asynchronously. Safe to retry without a note; with one, only 429 and 503
// are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api#close-alert
func (s *Service) Close(ctx context.Context, in ActionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/close", in, check.Noted(in.Note))
}

// SnoozeRequest is the request to snooze an alert.
type SnoozeRequest struct {
	Ref

	EndTime time.Time `json:"endTime" check:"required"` // when notifications resume
	User    string    `json:"user,omitzero"`            // shown as the actor; at most 100 characters
	Source  string    `json:"source,omitzero"`          // at most 100 characters
	Note    string    `json:"note,omitzero"`            // at most 25,000 characters
}

// Snooze silences an alert until a time, asynchronously. Safe to retry without a note; with one,
// only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api#snooze-alert
func (s *Service) Snooze(ctx context.Context, in SnoozeRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/snooze", in, check.Noted(in.Note))
}

// ExecuteActionRequest is the request to execute a custom action of an alert.
type ExecuteActionRequest struct {
	Ref

	Action string `path:"actionName"`      // one of the alert's actions
	User   string `json:"user,omitzero"`   // shown as the actor; at most 100 characters
	Source string `json:"source,omitzero"` // at most 100 characters
	Note   string `json:"note,omitzero"`   // at most 25,000 characters
}

// ExecuteAction executes a custom action of an alert asynchronously. Only 429 and 503 are retried,
// because a second copy would execute the action again.
//
// API: https://docs.opsgenie.com/docs/alert-api#execute-custom-action
func (s *Service) ExecuteAction(ctx context.Context, in ExecuteActionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/actions/{actionName}", in, services.RetryIfRefused)
}

// AssignRequest is the request to make a user the owner of an alert.
type AssignRequest struct {
	Ref

	Owner  shape.Responder `json:"owner" check:"required"` // a user
	User   string          `json:"user,omitzero"`          // shown as the actor; at most 100 characters
	Source string          `json:"source,omitzero"`        // at most 100 characters
	Note   string          `json:"note,omitzero"`          // at most 25,000 characters
}

// Check refuses an owner that is not a user.
func (r AssignRequest) Check() error { return check.Kind("owner", shape.KindUser, r.Owner) }

// Assign makes a user the owner of an alert asynchronously. Safe to retry without a note; with
// one, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api#assign-alert
func (s *Service) Assign(ctx context.Context, in AssignRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/assign", in, check.Noted(in.Note))
}

// EscalateRequest is the request to escalate an alert.
type EscalateRequest struct {
	Ref

	Escalation shape.Responder `json:"escalation" check:"required"` // an escalation
	User       string          `json:"user,omitzero"`               // shown as the actor; at most 100 characters
	Source     string          `json:"source,omitzero"`             // at most 100 characters
	Note       string          `json:"note,omitzero"`               // at most 25,000 characters
}

// Check refuses a responder that is not an escalation.
func (r EscalateRequest) Check() error {
	return check.Kind("escalation", shape.KindEscalation, r.Escalation)
}

// Escalate notifies the next responder of an escalation asynchronously. Only 429 and 503 are
// retried, because a second copy would escalate the alert one step further.
//
// API: https://docs.opsgenie.com/docs/alert-api#escalate-alert
func (s *Service) Escalate(ctx context.Context, in EscalateRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/escalate", in, services.RetryIfRefused)
}

// AddResponderRequest is the request to add a responder to an alert.
type AddResponderRequest struct {
	Ref

	Responder shape.Responder `json:"responder" check:"required"`
	User      string          `json:"user,omitzero"`   // shown as the actor; at most 100 characters
	Source    string          `json:"source,omitzero"` // at most 100 characters
	Note      string          `json:"note,omitzero"`   // at most 25,000 characters
}

// AddResponder adds a responder to an alert and notifies it, asynchronously. Safe to retry without
// a note; with one, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api#add-responder
func (s *Service) AddResponder(ctx context.Context, in AddResponderRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/responders", in, check.Noted(in.Note))
}

// AddTeamRequest is the request to add a team to an alert.
type AddTeamRequest struct {
	Ref

	Team   shape.Responder `json:"team" check:"required"` // a team
	User   string          `json:"user,omitzero"`         // shown as the actor; at most 100 characters
	Source string          `json:"source,omitzero"`       // at most 100 characters
	Note   string          `json:"note,omitzero"`         // at most 25,000 characters
}

// Check refuses a responder that is not a team.
func (r AddTeamRequest) Check() error { return check.Kind("team", shape.KindTeam, r.Team) }

// AddTeam adds a team to an alert asynchronously; AddResponder can add other responders as well.
// Safe to retry without a note; with one, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api#add-team
func (s *Service) AddTeam(ctx context.Context, in AddTeamRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/teams", in, check.Noted(in.Note))
}
