package alert

import (
	"context"
	"errors"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// Acknowledge acknowledges an alert asynchronously. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) Acknowledge(ctx context.Context, ref Ref) (*Pending, error) {
	return s.accept(ctx, "POST /v1/alerts/{id}/acknowledge", ref, services.SafeToRetry)
}

// Unacknowledge takes back the acknowledgement of an alert asynchronously. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) Unacknowledge(ctx context.Context, ref Ref) (*Pending, error) {
	return s.accept(ctx, "POST /v1/alerts/{id}/unacknowledge", ref, services.SafeToRetry)
}

// Close closes an alert asynchronously. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) Close(ctx context.Context, ref Ref) (*Pending, error) {
	return s.accept(ctx, "POST /v1/alerts/{id}/close", ref, services.SafeToRetry)
}

// SnoozeRequest is the request to snooze an alert.
type SnoozeRequest struct {
	Ref

	EndTime time.Time `json:"endTime" check:"required"` // when notifications resume
}

// Snooze silences an alert until a time, asynchronously. Safe to retry. On the Standard plan
// the request is accepted and then fails.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) Snooze(ctx context.Context, in SnoozeRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/alerts/{id}/snooze", in, services.SafeToRetry)
}

// ExecuteActionRequest is the request to execute a custom action of an alert.
type ExecuteActionRequest struct {
	Ref

	Action string `json:"actionName" check:"required"` // one of the alert's actions
}

// ExecuteAction executes a custom action of an alert asynchronously. Only 429 and 503 are
// retried, because a second copy would execute the action again. On the Standard plan the
// request is accepted and then fails.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) ExecuteAction(ctx context.Context, in ExecuteActionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/alerts/{id}/action", in, services.RetryIfRefused)
}

// AssignRequest is the request to make a user the owner of an alert.
type AssignRequest struct {
	Ref

	AccountID string `json:"accountId" check:"required"` // the Atlassian account id of the owner
}

// Check refuses an owner who is not given by an account id, and what [Ref.Check] refuses.
func (r AssignRequest) Check() error {
	return errors.Join(r.Ref.Check(), check.AccountID("accountId", r.AccountID))
}

// Assign makes a user the owner of an alert asynchronously. Safe to retry. On the Standard
// plan the request is accepted and then fails.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) Assign(ctx context.Context, in AssignRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/alerts/{id}/assign", in, services.SafeToRetry)
}

// EscalateRequest is the request to escalate an alert.
type EscalateRequest struct {
	Ref

	EscalationID string `json:"escalationId" check:"required"`
}

// Escalate notifies the next responder of an escalation asynchronously. Only 429 and 503 are
// retried, because a second copy would escalate the alert one step further.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) Escalate(ctx context.Context, in EscalateRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/alerts/{id}/escalate", in, services.RetryIfRefused)
}

// AddResponderRequest is the request to add a responder to an alert.
type AddResponderRequest struct {
	Ref

	Responder shape.Responder `body:"json"` // of any kind but nobody
}

// Check refuses a responder that is not given, and what [Ref.Check] refuses.
func (r AddResponderRequest) Check() error {
	return errors.Join(r.Ref.Check(),
		check.Responder("responder", r.Responder, shape.KindTeam, shape.KindUser, shape.KindEscalation, shape.KindSchedule))
}

// AddResponder adds a responder to an alert and notifies it, asynchronously. Safe to retry, as
// far as is known.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) AddResponder(ctx context.Context, in AddResponderRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/alerts/{id}/responders", in, services.SafeToRetry)
}
