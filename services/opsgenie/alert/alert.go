// Package alert calls the Alert API: it creates alerts, acts on them, and reads them with their
// notes, logs, recipients and attachments. It also manages saved searches for alerts: see
// [SavedSearchService].
//
// The server accepts most changes of an alert and processes them later. Their methods return a
// [Pending], whose Wait polls for the outcome. Attachments and saved searches are changed at
// once.
//
// Calls count towards the rate-limit domain alert, but listing alerts counts towards the domain
// search.
package alert

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Alert API. It is safe for concurrent use. [New] returns one.
type Service struct {
	client    *services.Client
	changes   *services.Tracker[RequestStatus, Alert, Pending]
	autoAlias bool
}

// An Option is a setting of [New].
type Option func(*Service)

// WithAutoAlias gives an alert that is created without an alias a random one (a UUID), so that
// its creation is safe to retry.
func WithAutoAlias() Option { return func(s *Service) { s.autoAlias = true } }

// New returns a service that sends its calls with client, whose codec must be Opsgenie's.
func New(client *services.Client, opts ...Option) *Service {
	s := &Service{client: client}
	s.changes = s.tracker()
	for _, opt := range opts {
		if opt != nil {
			opt(s)
		}
	}
	return s
}

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

// ByAlias returns a reference to the open alert with an alias. Where the path of an alert with
// the alias "count", "requests" or "saved-searches" is that of another resource of the API, the
// call is refused.
func ByAlias(alias string) Ref { return Ref{identifier: alias, kind: "alias"} }

// A shadowed request is for a path at which the API may have another resource.
type shadowed struct{ Ref }

// Check refuses the paths of other resources: /v2/alerts/saved-searches/logs, for example, is
// the saved search "logs".
func (r shadowed) Check() error {
	switch r.identifier {
	case "requests", "saved-searches":
		return errShadowed()
	}
	return nil
}

func errShadowed() error {
	return &services.ArgumentError{Field: "identifier", Problem: "leads to another resource of the API: refer to the alert by its id"}
}

// CreateRequest is the request to create an alert. The limits are those that the API documents;
// they are not checked before sending, and the server may refuse or cut longer values.
type CreateRequest struct {
	Message     string            `json:"message" check:"required"` // at most 130 characters
	Alias       string            `json:"alias,omitzero"`           // at most 512 characters; the alert's id if empty
	Description string            `json:"description,omitzero"`     // at most 15,000 characters
	Responders  []shape.Responder `json:"responders,omitzero"`      // who is notified; those of the integration if empty
	VisibleTo   []shape.Responder `json:"visibleTo,omitzero"`       // teams and users who can see it and are not notified
	Actions     []string          `json:"actions,omitzero"`         // names of custom actions; at most 10
	Tags        []string          `json:"tags,omitzero"`            // at most 20, each of at most 50 characters
	Details     map[string]string `json:"details,omitzero"`         // at most 8,000 characters in total
	Entity      string            `json:"entity,omitzero"`          // what the alert is about; at most 512 characters
	Source      string            `json:"source,omitzero"`          // at most 100 characters; the caller's IP address if empty
	Priority    shape.Priority    `json:"priority,omitzero"`        // P3 if empty
	User        string            `json:"user,omitzero"`            // shown as the actor; at most 100 characters
	Note        string            `json:"note,omitzero"`            // at most 25,000 characters
}

// Check refuses responders that have neither id nor name, and an alert that is visible to
// escalations or schedules.
func (r CreateRequest) Check() error {
	return errors.Join(
		check.Responders("responders", r.Responders...),
		check.Responders("visibleTo", r.VisibleTo...),
		checkVisibleTo(r.VisibleTo),
	)
}

func checkVisibleTo(all []shape.Responder) error {
	for i, r := range all {
		if kind := r.Kind(); kind == shape.KindEscalation || kind == shape.KindSchedule {
			return &services.ArgumentError{Field: fmt.Sprintf("visibleTo[%d]", i), Problem: "must be a team or a user"}
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

// Create creates an alert. If an open alert has the same alias, the server creates none and
// raises the count of that alert by one. Safe to retry with an alias; without one, only 429 and
// 503 are retried: see [WithAutoAlias].
//
// API: https://docs.opsgenie.com/docs/alert-api#create-alert
func (s *Service) Create(ctx context.Context, in CreateRequest) (*Pending, error) {
	if s.autoAlias && in.Alias == "" {
		in.Alias = uuid.NewString()
	}
	return s.accept(ctx, "POST /v2/alerts", in, in.repeat())
}

// getRequest is a shadowed request for the alert itself.
type getRequest struct{ shadowed }

// Check refuses the path of the counter as well.
func (r getRequest) Check() error {
	if r.identifier == "count" {
		return errShadowed()
	}
	return r.shadowed.Check()
}

// Get returns an alert. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api#get-alert
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Alert], error) {
	return services.Do[Alert](ctx, s.client, "GET /v2/alerts/{identifier}", getRequest{shadowed{ref}}, services.ByMethod)
}

// DeleteRequest is the request to delete an alert.
type DeleteRequest struct {
	Ref

	User   string `query:"user"`   // shown as the actor
	Source string `query:"source"` // at most 100 characters
}

// Delete deletes an alert asynchronously. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api#delete-alert
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v2/alerts/{identifier}", in, services.ByMethod)
}
