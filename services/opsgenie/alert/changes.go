package alert

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// AddTagsRequest is the request to add tags to an alert.
type AddTagsRequest struct {
	Ref

	Tags   []string `json:"tags" check:"required"` // an alert has at most 20, each of at most 50 characters
	User   string   `json:"user,omitzero"`         // shown as the actor; at most 100 characters
	Source string   `json:"source,omitzero"`       // at most 100 characters
	Note   string   `json:"note,omitzero"`         // at most 25,000 characters
}

// AddTags adds tags to an alert asynchronously. Safe to retry without a note; with one, only 429
// and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api#add-tags
func (s *Service) AddTags(ctx context.Context, in AddTagsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/tags", in, check.Noted(in.Note))
}

// RemoveTagsRequest is the request to remove tags of an alert.
type RemoveTagsRequest struct {
	Ref

	Tags   []string `query:"tags" check:"required"` // a tag with a comma cannot be sent and is refused
	User   string   `query:"user"`                  // shown as the actor; at most 100 characters
	Source string   `query:"source"`                // at most 100 characters
	Note   string   `query:"note"`                  // at most 25,000 characters
}

// Check refuses the paths of other resources: see [ByAlias].
func (r RemoveTagsRequest) Check() error { return shadowed{r.Ref}.Check() }

// RemoveTags removes tags of an alert asynchronously. Safe to retry without a note; with one, only
// 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api#remove-tags
func (s *Service) RemoveTags(ctx context.Context, in RemoveTagsRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v2/alerts/{identifier}/tags", in, check.Noted(in.Note))
}

// AddDetailsRequest is the request to set details of an alert.
type AddDetailsRequest struct {
	Ref

	Details map[string]string `json:"details" check:"required"` // at most 20; keys and values of at most 50 characters
	User    string            `json:"user,omitzero"`            // shown as the actor; at most 100 characters
	Source  string            `json:"source,omitzero"`          // at most 100 characters
	Note    string            `json:"note,omitzero"`            // at most 25,000 characters
}

// AddDetails sets details of an alert and keeps its other details, asynchronously. Safe to retry
// without a note; with one, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#add-details
func (s *Service) AddDetails(ctx context.Context, in AddDetailsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/details", in, check.Noted(in.Note))
}

// RemoveDetailsRequest is the request to remove details of an alert.
type RemoveDetailsRequest struct {
	Ref

	Keys   []string `query:"keys" check:"required"` // a key with a comma cannot be sent and is refused
	User   string   `query:"user"`                  // shown as the actor; at most 100 characters
	Source string   `query:"source"`                // at most 100 characters
	Note   string   `query:"note"`                  // at most 25,000 characters
}

// Check refuses the paths of other resources: see [ByAlias].
func (r RemoveDetailsRequest) Check() error { return shadowed{r.Ref}.Check() }

// RemoveDetails removes details of an alert asynchronously. Safe to retry without a note; with
// one, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#remove-details
func (s *Service) RemoveDetails(ctx context.Context, in RemoveDetailsRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v2/alerts/{identifier}/details", in, check.Noted(in.Note))
}

// UpdateMessageRequest is the request to change the message of an alert.
type UpdateMessageRequest struct {
	Ref

	Message string `json:"message" check:"required"` // at most 130 characters
}

// UpdateMessage changes the message of an alert asynchronously. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#update-alert-message
func (s *Service) UpdateMessage(ctx context.Context, in UpdateMessageRequest) (*Pending, error) {
	return s.accept(ctx, "PUT /v2/alerts/{identifier}/message", in, services.ByMethod)
}

// UpdateDescriptionRequest is the request to change the description of an alert.
type UpdateDescriptionRequest struct {
	Ref

	Description string `json:"description" check:"required"` // at most 15,000 characters
}

// UpdateDescription changes the description of an alert asynchronously. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#update-alert-description
func (s *Service) UpdateDescription(ctx context.Context, in UpdateDescriptionRequest) (*Pending, error) {
	return s.accept(ctx, "PUT /v2/alerts/{identifier}/description", in, services.ByMethod)
}

// UpdatePriorityRequest is the request to change the priority of an alert.
type UpdatePriorityRequest struct {
	Ref

	Priority shape.Priority `json:"priority" check:"required"`
}

// UpdatePriority changes the priority of an alert asynchronously. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#update-alert-priority
func (s *Service) UpdatePriority(ctx context.Context, in UpdatePriorityRequest) (*Pending, error) {
	return s.accept(ctx, "PUT /v2/alerts/{identifier}/priority", in, services.ByMethod)
}
