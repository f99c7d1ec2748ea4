// Package alert calls the alerts API of JSM Operations: it creates alerts, acts on them, and
// reads them with their notes, logs and attachments.
//
// The server accepts most changes of an alert and processes them later. Their methods return a
// [Pending], whose Wait polls for the outcome; only there the server reports that the site's
// plan does not include an action. Notes and attachments are changed at once.
//
// The API has no parameters for who acted and why when an alert is acknowledged, closed or
// changed, which Opsgenie's has (user, source, note): the server shows the owner of the
// credential. To record a reason, add a note.
package alert

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service calls the alerts API. It is safe for concurrent use. [New] returns one.
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

// New returns a service that sends its calls with client, whose codec must be that of JSM.
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

// A Ref identifies an alert by its id: [ByID] returns one. The zero value is refused. To find
// an alert by its alias, use [Service.GetByAlias]; tiny ids are not accepted by the API.
type Ref struct {
	id string `path:"id"`
}

// ByID returns a reference to the alert with an id, such as
// "eeeeeeee-0000-4000-8000-000000000001-1764230400123".
func ByID(id string) Ref { return Ref{id} }

// Check refuses a tiny id, and an id that would lead to another resource of the API.
func (r Ref) Check() error { return check.AlertID("id", r.id) }

// CreateRequest is the request to create an alert. The limits are those that the API documents;
// they are not checked before sending, and the server may refuse or cut longer values.
type CreateRequest struct {
	Message     string            `json:"message" check:"required"` // at most 130 characters
	Alias       string            `json:"alias,omitzero"`           // at most 512 characters; the alert's id if empty
	Description string            `json:"description,omitzero"`     // at most 15,000 characters
	Responders  []shape.Responder `json:"responders,omitzero"`      // who is notified; at most 50
	VisibleTo   []shape.Responder `json:"visibleTo,omitzero"`       // teams and users who can see it and are not notified; at most 50
	Actions     []string          `json:"actions,omitzero"`         // names of custom actions
	Tags        []string          `json:"tags,omitzero"`
	Details     map[string]string `json:"extraProperties,omitzero"` // at most 8,000 characters in total
	Entity      string            `json:"entity,omitzero"`          // what the alert is about; at most 512 characters
	Source      string            `json:"source,omitzero"`          // at most 100 characters
	Priority    shape.Priority    `json:"priority,omitzero"`        // P3 if empty
	Note        string            `json:"note,omitzero"`            // at most 25,000 characters
}

// Check refuses responders without an id or of a kind that cannot be notified, an alert that
// is visible to escalations or schedules, and users who are not given by an account id.
func (r CreateRequest) Check() error {
	return errors.Join(
		check.Responders("responders", r.Responders, shape.KindTeam, shape.KindUser, shape.KindEscalation, shape.KindSchedule),
		check.Responders("visibleTo", r.VisibleTo, shape.KindTeam, shape.KindUser),
	)
}

// repeat says that a creation with an alias, by which the server de-duplicates, is safe to retry.
func (r CreateRequest) repeat() services.Repeat {
	if r.Alias != "" {
		return services.SafeToRetry
	}
	return services.RetryIfRefused
}

// Create creates an alert asynchronously. If an open alert has the same alias, the server
// creates none and raises the count of that alert by one. Safe to retry with an alias; without
// one, only 429 and 503 are retried: see [WithAutoAlias].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*Pending, error) {
	if s.autoAlias && in.Alias == "" {
		in.Alias = uuid.NewString()
	}
	return s.accept(ctx, "POST /v1/alerts", in, in.repeat())
}

// Get returns an alert. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Alert], error) {
	return services.Do[Alert](ctx, s.client, "GET /v1/alerts/{id}", ref, services.ByMethod)
}

// GetByAlias returns the open alert with an alias. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) GetByAlias(ctx context.Context, alias string) (*services.Result[Alert], error) {
	type request struct {
		Alias string `query:"alias" check:"required"`
	}
	return services.Do[Alert](ctx, s.client, "GET /v1/alerts/alias", request{alias}, services.ByMethod)
}

// Delete deletes an alert asynchronously. Safe to retry. The server has refused API tokens
// here with a [wire.ScopeError].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
func (s *Service) Delete(ctx context.Context, ref Ref) (*Pending, error) {
	return s.accept(ctx, "DELETE /v1/alerts/{id}", ref, services.ByMethod)
}
