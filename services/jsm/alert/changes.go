package alert

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// AddTagsRequest is the request to add tags to an alert.
type AddTagsRequest struct {
	Ref

	Tags []string `json:"tags" check:"required"`
}

// AddTags adds tags to an alert asynchronously. Safe to retry, as far as is known.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) AddTags(ctx context.Context, in AddTagsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/alerts/{id}/tags", in, services.SafeToRetry)
}

// RemoveTagsRequest is the request to remove tags from an alert.
type RemoveTagsRequest struct {
	Ref

	Tags []string `json:"tags" check:"required"`
}

// RemoveTags removes tags from an alert asynchronously. Safe to retry. It is a DELETE with a
// body, which some proxies drop. The server has refused API tokens here with a
// [wire.ScopeError].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (one source)
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
func (s *Service) RemoveTags(ctx context.Context, in RemoveTagsRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v1/alerts/{id}/tags", in, services.ByMethod)
}

// AddDetailsRequest is the request to add extra properties to an alert.
type AddDetailsRequest struct {
	Ref

	Details map[string]string `json:"extraProperties" check:"required"` // at most 8,000 characters in total
}

// AddDetails adds extra properties to an alert, or changes those that it has, asynchronously.
// Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) AddDetails(ctx context.Context, in AddDetailsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/alerts/{id}/extra-properties", in, services.SafeToRetry)
}

// RemoveDetailsRequest is the request to remove extra properties from an alert.
type RemoveDetailsRequest struct {
	Ref

	Keys []string `json:"keys" check:"required"`
}

// RemoveDetails removes extra properties from an alert asynchronously. Safe to retry. It is a
// DELETE with a body, as [Service.RemoveTags] is.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (one source)
func (s *Service) RemoveDetails(ctx context.Context, in RemoveDetailsRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v1/alerts/{id}/extra-properties", in, services.ByMethod)
}

// UpdateMessageRequest is the request to change the message of an alert.
type UpdateMessageRequest struct {
	Ref

	Message string `json:"message" check:"required"` // at most 130 characters
}

// UpdateMessage changes the message of an alert asynchronously. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) UpdateMessage(ctx context.Context, in UpdateMessageRequest) (*Pending, error) {
	return s.accept(ctx, "PATCH /v1/alerts/{id}/message", in, services.SafeToRetry)
}

// UpdateDescriptionRequest is the request to change the description of an alert.
type UpdateDescriptionRequest struct {
	Ref

	Description string `json:"description" check:"required"` // at most 15,000 characters
}

// UpdateDescription changes the description of an alert asynchronously. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) UpdateDescription(ctx context.Context, in UpdateDescriptionRequest) (*Pending, error) {
	return s.accept(ctx, "PATCH /v1/alerts/{id}/description", in, services.SafeToRetry)
}

// UpdatePriorityRequest is the request to change the priority of an alert.
type UpdatePriorityRequest struct {
	Ref

	Priority shape.Priority `json:"priority" check:"required"`
}

// UpdatePriority changes the priority of an alert asynchronously. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) UpdatePriority(ctx context.Context, in UpdatePriorityRequest) (*Pending, error) {
	return s.accept(ctx, "PATCH /v1/alerts/{id}/priority", in, services.SafeToRetry)
}
