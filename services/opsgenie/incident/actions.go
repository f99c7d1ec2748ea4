package incident

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An ActionRequest names the incident to close, resolve or reopen.
type ActionRequest struct {
	Ref

	Note string `json:"note,omitzero"` // at most 25,000 characters
}

// Close closes an incident asynchronously. Safe to retry without a note; with one, only 429
// and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/incident-api#close-incident
func (s *Service) Close(ctx context.Context, in ActionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/close", in, check.Noted(in.Note))
}

// Resolve marks the impact of an incident as ended, asynchronously. Safe to retry without a
// note; with one, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/incident-api#resolve-incident
func (s *Service) Resolve(ctx context.Context, in ActionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/resolve", in, check.Noted(in.Note))
}

// Reopen reopens an incident that was resolved or closed, asynchronously. Safe to retry
// without a note; with one, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/incident-api#reopen-incident
func (s *Service) Reopen(ctx context.Context, in ActionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/reopen", in, check.Noted(in.Note))
}

// An AddResponderRequest names the responders to add to one incident.
type AddResponderRequest struct {
	Ref

	Responders []shape.Responder `json:"responder" check:"required"` // teams and users; the API's name is in the singular
	Note       string            `json:"note"`                       // at most 25,000 characters; sent even if empty
}

// Check refuses responders without id and name.
func (r AddResponderRequest) Check() error { return check.Responders("responder", r.Responders...) }

// AddResponder adds responders to an incident and notifies them, asynchronously. Safe to retry
// without a note; with one, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/incident-api#add-responder
func (s *Service) AddResponder(ctx context.Context, in AddResponderRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/responders", in, check.Noted(in.Note))
}

// An AddTagsRequest lists the tags to add to one incident.
type AddTagsRequest struct {
	Ref

	Tags []string `json:"tags" check:"required"` // an incident has at most 20, each of at most 50 characters
	Note string   `json:"note,omitzero"`         // at most 25,000 characters
}

// AddTags adds tags to an incident asynchronously. Safe to retry without a note; with one,
// only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/incident-api#add-tags
func (s *Service) AddTags(ctx context.Context, in AddTagsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/tags", in, check.Noted(in.Note))
}

// A RemoveTagsRequest lists the tags to remove from one incident. A tag with a comma is
// refused: the API separates tags with commas here.
type RemoveTagsRequest struct {
	Ref

	Tags []string `query:"tags" check:"required"`
	Note string   `query:"note"` // at most 25,000 characters
}

// RemoveTags removes tags from an incident asynchronously. Safe to retry without a note; with
// one, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/incident-api#remove-tags
func (s *Service) RemoveTags(ctx context.Context, in RemoveTagsRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v1/incidents/{identifier}/tags", in, check.Noted(in.Note))
}

// An AddDetailsRequest holds the details to set on one incident.
type AddDetailsRequest struct {
	Ref

	Details map[string]string `json:"details" check:"required"` // at most 8,000 characters in total
	Note    string            `json:"note,omitzero"`            // at most 25,000 characters
}

// AddDetails sets details of an incident, which responses call extra properties, and keeps the
// others, asynchronously. Safe to retry without a note; with one, only 429 and 503 are
// retried.
//
// API: https://docs.opsgenie.com/docs/incident-api#add-details
func (s *Service) AddDetails(ctx context.Context, in AddDetailsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/details", in, check.Noted(in.Note))
}

// A RemoveDetailsRequest lists the keys of the details to remove from one incident. A key with
// a comma is refused: the API separates keys with commas here.
type RemoveDetailsRequest struct {
	Ref

	Keys []string `query:"keys" check:"required"`
	Note string   `query:"note"` // at most 25,000 characters
}

// RemoveDetails removes details from an incident asynchronously. Safe to retry without a note;
// with one, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/incident-api#remove-details
func (s *Service) RemoveDetails(ctx context.Context, in RemoveDetailsRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v1/incidents/{identifier}/details", in, check.Noted(in.Note))
}

// An UpdateMessageRequest holds the new message of one incident.
type UpdateMessageRequest struct {
	Ref

	Message string `json:"message" check:"required"` // at most 130 characters
}

// UpdateMessage sets the message of an incident asynchronously. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/incident-api#update-incident-message
func (s *Service) UpdateMessage(ctx context.Context, in UpdateMessageRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/message", in, services.SafeToRetry)
}

// An UpdateDescriptionRequest holds the new description of one incident.
type UpdateDescriptionRequest struct {
	Ref

	Description string `json:"description" check:"required"` // at most 10,000 characters
}

// UpdateDescription sets the description of an incident asynchronously. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/incident-api#update-incident-description
func (s *Service) UpdateDescription(ctx context.Context, in UpdateDescriptionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/description", in, services.SafeToRetry)
}

// An UpdatePriorityRequest holds the new priority of one incident.
type UpdatePriorityRequest struct {
	Ref

	Priority shape.Priority `json:"priority" check:"required"`
}

// UpdatePriority sets the priority of an incident asynchronously, with PUT as the vendor's SDK
// does. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/incident-api#update-incident-priority
func (s *Service) UpdatePriority(ctx context.Context, in UpdatePriorityRequest) (*Pending, error) {
	return s.accept(ctx, "PUT /v1/incidents/{identifier}/priority", in, services.ByMethod)
}
