package events

import (
	"context"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service sends alerts, and acts on them. It is safe for concurrent use. The field Alerts of
// a [Client] has one.
type Service struct{ client *services.Client }

// A Ref identifies an alert. [ByID], [ByTinyID] and [ByAlias] return one; the zero value is
// refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// ByID returns a reference to the alert with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByTinyID returns a reference to the alert with a tiny id, the short number that users see.
func ByTinyID(id string) Ref { return Ref{identifier: id, kind: "tiny"} }

// ByAlias returns a reference to the open alert with an alias.
func ByAlias(alias string) Ref { return Ref{identifier: alias, kind: "alias"} }

// CreateRequest is the request to create an alert. The limits are those that the API documents;
// they are not checked before sending, and the server may refuse or cut longer values.
type CreateRequest struct {
	Message     string            `json:"message" check:"required"` // at most 130 characters
	Alias       string            `json:"alias,omitzero"`           // at most 512 characters; the alert's id if empty
	Description string            `json:"description,omitzero"`     // at most 15,000 characters
	Responders  []Responder       `json:"responders,omitzero"`      // who is notified; at most 50
	VisibleTo   []Responder       `json:"visibleTo,omitzero"`       // teams and users who can see it and are not notified; at most 50
	Actions     []string          `json:"actions,omitzero"`         // names of custom actions
	Tags        []string          `json:"tags,omitzero"`
	Details     map[string]string `json:"details,omitzero"`
	Entity      string            `json:"entity,omitzero"`   // what the alert is about; at most 512 characters
	Source      string            `json:"source,omitzero"`   // at most 100 characters
	Priority    shape.Priority    `json:"priority,omitzero"` // P3 if empty
	User        string            `json:"user,omitzero"`     // shown as the actor
	Note        string            `json:"note,omitzero"`     // at most 25,000 characters
}

// Check refuses responders that have neither id nor name, and an alert that is visible to
// escalations or schedules.
func (r CreateRequest) Check() error {
	return errors.Join(
		checkResponders("responders", r.Responders),
		checkResponders("visibleTo", r.VisibleTo, shape.KindEscalation, shape.KindSchedule),
	)
}

func checkResponders(field string, all []Responder, except ...shape.Kind) error {
	for i, r := range all {
		at := fmt.Sprintf("%s[%d]", field, i)
		if r.IsZero() {
			return &services.ArgumentError{Field: at, Problem: "has neither id nor name"}
		}
		for _, kind := range except {
			if r.Kind() == kind {
				return &services.ArgumentError{Field: at, Problem: "must be a team or a user"}
			}
		}
	}
	return nil
}

// repeat says that a creation with an alias, by which the server de-duplicates, is safe to retry.
func (r CreateRequest) repeat() services.Repeat {
	if r.Alias != "" {
		return services.SafeToRetry
	}
	return services.RetryIfRefused
}

// Create asks to create an alert. If an open alert has the same alias, the server creates none
// and raises the count of that alert by one. Safe to retry with an alias; without one, only 429
// and 503 are retried.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/integration-events (confirmed)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/alerts", in, in.repeat())
}

// ActionRequest is the request to acknowledge or close an alert.
type ActionRequest struct {
	Ref

	User   string `json:"user,omitzero"`   // shown as the actor
	Source string `json:"source,omitzero"` // at most 100 characters
	Note   string `json:"note,omitzero"`   // at most 25,000 characters
}

// repeat says that an action without a note is safe to retry: a second copy would add the note
// twice.
func (r ActionRequest) repeat() services.Repeat {
	if r.Note != "" {
		return services.RetryIfRefused
	}
	return services.SafeToRetry
}

// Acknowledge asks to acknowledge an alert. Safe to retry without a note; with one, only 429 and
// 503 are retried.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/integration-events (one source)
func (s *Service) Acknowledge(ctx context.Context, in ActionRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/alerts/{identifier}/acknowledge", in, in.repeat())
}

// Close asks to close an alert. Safe to retry without a note; with one, only 429 and 503 are
// retried.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/integration-events (confirmed)
func (s *Service) Close(ctx context.Context, in ActionRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/alerts/{identifier}/close", in, in.repeat())
}

// AddNoteRequest is the request to add a note to an alert.
type AddNoteRequest struct {
	Ref

	Note   string `json:"note" check:"required"` // at most 25,000 characters
	User   string `json:"user,omitzero"`         // shown as the actor
	Source string `json:"source,omitzero"`       // at most 100 characters
}

// AddNote asks to add a note to an alert. Only 429 and 503 are retried, because a second copy
// would add the note twice.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/integration-events (one source)
func (s *Service) AddNote(ctx context.Context, in AddNoteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/alerts/{identifier}/notes", in, services.RetryIfRefused)
}
