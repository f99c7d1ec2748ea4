package alert

import (
	"context"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// AcknowledgeRequest asks to acknowledge one alert.
type AcknowledgeRequest struct {
	Ref

	User   string `json:"user,omitzero"`   // shown as the actor; at most 100 characters
	Source string `json:"source,omitzero"` // at most 100 characters
	Note   string `json:"note,omitzero"`   // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r AcknowledgeRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// Acknowledge marks an alert as somebody's who works on it. Asynchronous;
// domain alert; a repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/alert-api#acknowledge-alert
func (s *Service) Acknowledge(ctx context.Context, in AcknowledgeRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/acknowledge", in, in.repeat())
}

// UnacknowledgeRequest asks to take an acknowledgement back.
type UnacknowledgeRequest struct {
	Ref

	User   string `json:"user,omitzero"`   // shown as the actor; at most 100 characters
	Source string `json:"source,omitzero"` // at most 100 characters
	Note   string `json:"note,omitzero"`   // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r UnacknowledgeRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// Unacknowledge takes an acknowledgement back. Asynchronous; domain alert; a
// repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/alert-api#unacknowledge-alert
func (s *Service) Unacknowledge(ctx context.Context, in UnacknowledgeRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/unacknowledge", in, in.repeat())
}

// CloseRequest asks to close one alert.
type CloseRequest struct {
	Ref

	User   string `json:"user,omitzero"`   // shown as the actor; at most 100 characters
	Source string `json:"source,omitzero"` // at most 100 characters
	Note   string `json:"note,omitzero"`   // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r CloseRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// Close closes an alert. Asynchronous; domain alert; a repeat is harmless, but
// for a note.
//
// API: https://docs.opsgenie.com/docs/alert-api#close-alert
func (s *Service) Close(ctx context.Context, in CloseRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/close", in, in.repeat())
}

// SnoozeRequest asks to silence one alert for a while.
type SnoozeRequest struct {
	Ref

	EndTime time.Time `json:"endTime" check:"required"` // until when
	User    string    `json:"user,omitzero"`            // shown as the actor; at most 100 characters
	Source  string    `json:"source,omitzero"`          // at most 100 characters
	Note    string    `json:"note,omitzero"`            // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r SnoozeRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// Snooze silences an alert until a time. Asynchronous; domain alert; a repeat is
// harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/alert-api#snooze-alert
func (s *Service) Snooze(ctx context.Context, in SnoozeRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/snooze", in, in.repeat())
}

// ExecuteActionRequest asks to execute a custom action of one alert.
type ExecuteActionRequest struct {
	Ref

	Action string `path:"actionName"`      // one of the alert's actions
	User   string `json:"user,omitzero"`   // shown as the actor; at most 100 characters
	Source string `json:"source,omitzero"` // at most 100 characters
	Note   string `json:"note,omitzero"`   // at most 25,000 characters
}

// repeat says that only what was not processed may be repeated: nobody knows
// what an action does the second time.
func (r ExecuteActionRequest) repeat() services.Repeat { return services.RetryIfRefused }

// ExecuteAction executes a custom action of an alert. Asynchronous; domain
// alert; a repeat executes it again, so only answers of 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api#execute-custom-action
func (s *Service) ExecuteAction(ctx context.Context, in ExecuteActionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/actions/{actionName}", in, in.repeat())
}

// AssignRequest asks to make a user the owner of one alert.
type AssignRequest struct {
	Ref

	Owner  shape.Responder `json:"owner" check:"required"` // a user
	User   string          `json:"user,omitzero"`          // shown as the actor; at most 100 characters
	Source string          `json:"source,omitzero"`        // at most 100 characters
	Note   string          `json:"note,omitzero"`          // at most 25,000 characters
}

// Check refuses an owner who is no user.
func (r AssignRequest) Check() error { return check.Kind("owner", shape.KindUser, r.Owner) }

// repeat says that a repeat is harmless without a note.
func (r AssignRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// Assign makes a user the owner of an alert. Asynchronous; domain alert; a
// repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/alert-api#assign-alert
func (s *Service) Assign(ctx context.Context, in AssignRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/assign", in, in.repeat())
}

// EscalateRequest asks to go on with an escalation of one alert.
type EscalateRequest struct {
	Ref

	Escalation shape.Responder `json:"escalation" check:"required"` // an escalation
	User       string          `json:"user,omitzero"`               // shown as the actor; at most 100 characters
	Source     string          `json:"source,omitzero"`             // at most 100 characters
	Note       string          `json:"note,omitzero"`               // at most 25,000 characters
}

// Check refuses what is no escalation.
func (r EscalateRequest) Check() error {
	return check.Kind("escalation", shape.KindEscalation, r.Escalation)
}

// repeat says that only what was not processed may be repeated: each copy
// notifies the next in the escalation.
func (r EscalateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Escalate notifies the next in an escalation. Asynchronous; domain alert; a
// repeat escalates one step further, so only answers of 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api#escalate-alert
func (s *Service) Escalate(ctx context.Context, in EscalateRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/escalate", in, in.repeat())
}

// AddResponderRequest asks to add a responder to one alert.
type AddResponderRequest struct {
	Ref

	Responder shape.Responder `json:"responder" check:"required"`
	User      string          `json:"user,omitzero"`   // shown as the actor; at most 100 characters
	Source    string          `json:"source,omitzero"` // at most 100 characters
	Note      string          `json:"note,omitzero"`   // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r AddResponderRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// AddResponder adds a responder to an alert and notifies it. Asynchronous;
// domain alert; a repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/alert-api#add-responder
func (s *Service) AddResponder(ctx context.Context, in AddResponderRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/responders", in, in.repeat())
}

// AddTeamRequest asks to add a team to one alert.
type AddTeamRequest struct {
	Ref

	Team   shape.Responder `json:"team" check:"required"` // a team
	User   string          `json:"user,omitzero"`         // shown as the actor; at most 100 characters
	Source string          `json:"source,omitzero"`       // at most 100 characters
	Note   string          `json:"note,omitzero"`         // at most 25,000 characters
}

// Check refuses what is no team.
func (r AddTeamRequest) Check() error { return check.Kind("team", shape.KindTeam, r.Team) }

// repeat says that a repeat is harmless without a note.
func (r AddTeamRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// AddTeam adds a team to an alert; AddResponder does the same and more.
// Asynchronous; domain alert; a repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/alert-api#add-team
func (s *Service) AddTeam(ctx context.Context, in AddTeamRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/teams", in, in.repeat())
}
