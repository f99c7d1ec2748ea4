// Package forwardingrule calls the forwarding rules API of JSM Operations: a rule forwards the
// notifications of one user to another for a period of time.
//
// Under a plan without forwarding rules, errors.Is matches [services.ErrPlan]. All operations of
// this package are known from the vendor's document alone.
package forwardingrule

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service calls the forwarding rules API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// item identifies a forwarding rule.
type item struct {
	ID string `path:"id"`
}

// ListRequest selects forwarding rules.
type ListRequest struct {
	shape.Page // at most 100 rules per page; a Limit of zero means 20 for List and 100 for All

	ShowAll bool `query:"showAll"` // also the rules of other users
}

const (
	listRoute = "GET /v1/forwarding-rules"
	maxPage   = 100 // the most rules that the server returns on one page
)

// List returns one page of the forwarding rules. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-forwarding-rules (one source)
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]ForwardingRule], error) {
	return services.Do[[]ForwardingRule](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all forwarding rules, page after page: see [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[ForwardingRule, error] {
	in.Limit = cmp.Or(in.Limit, maxPage)
	return services.All[ForwardingRule](ctx, s.client, listRoute, in)
}

// CreateRequest is the request to create a forwarding rule.
type CreateRequest struct {
	FromUserID string    `json:"fromUserId" check:"required"` // an Atlassian account id
	ToUserID   string    `json:"toUserId" check:"required"`   // an Atlassian account id
	StartDate  time.Time `json:"startDate" check:"required"`
	EndDate    time.Time `json:"endDate" check:"required"`
}

// Check refuses users who are not given by an account id, and an end before the start.
func (r CreateRequest) Check() error {
	return checkRule(r.FromUserID, r.ToUserID, r.StartDate, r.EndDate)
}

// Create creates a forwarding rule and returns it. Only 429 and 503 are retried, because a second
// copy might create a second rule.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-forwarding-rules (one source)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[ForwardingRule], error) {
	return services.Do[ForwardingRule](ctx, s.client, "POST /v1/forwarding-rules", in, services.RetryIfRefused)
}

// Get returns one forwarding rule. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-forwarding-rules (one source)
func (s *Service) Get(ctx context.Context, id string) (*services.Result[ForwardingRule], error) {
	return services.Do[ForwardingRule](ctx, s.client, "GET /v1/forwarding-rules/{id}", item{id}, services.ByMethod)
}

// UpdateRequest is the request to replace a forwarding rule. [ForwardingRule.Request] returns
// one from a rule that was read.
type UpdateRequest struct {
	services.Other

	ID         string    `path:"id"`
	FromUserID string    `json:"fromUserId" check:"required"` // an Atlassian account id
	ToUserID   string    `json:"toUserId" check:"required"`   // an Atlassian account id
	StartDate  time.Time `json:"startDate" check:"required"`
	EndDate    time.Time `json:"endDate" check:"required"`
}

// Check refuses users who are not given by an account id, and an end before the start.
func (r UpdateRequest) Check() error {
	return checkRule(r.FromUserID, r.ToUserID, r.StartDate, r.EndDate)
}

// Update replaces a forwarding rule and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-forwarding-rules (one source)
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[ForwardingRule], error) {
	return services.Do[ForwardingRule](ctx, s.client, "PUT /v1/forwarding-rules/{id}", in, services.ByMethod)
}

// Delete deletes a forwarding rule. Safe to retry, but if the response to the first attempt was
// lost, errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-forwarding-rules (one source)
func (s *Service) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/forwarding-rules/{id}", item{id}, services.ByMethod)
}

// checkRule refuses users who are not given by an account id, and a period that ends before it
// starts.
func checkRule(from, to string, start, end time.Time) error {
	faults := []error{check.AccountID("fromUserId", from), check.AccountID("toUserId", to)}
	if !end.IsZero() && end.Before(start) {
		faults = append(faults, &services.ArgumentError{Field: "endDate", Problem: "must not be before startDate"})
	}
	return errors.Join(faults...)
}
