package alert

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// AddTagsRequest asks to add tags to one alert.
type AddTagsRequest struct {
	Ref

	Tags   []string `json:"tags" check:"required"` // at most 20 on an alert, of 50 characters
	User   string   `json:"user,omitzero"`         // shown as the actor; at most 100 characters
	Source string   `json:"source,omitzero"`       // at most 100 characters
	Note   string   `json:"note,omitzero"`         // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r AddTagsRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// AddTags adds tags to an alert. Asynchronous; domain alert; a repeat is
// harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/alert-api#add-tags
func (s *Service) AddTags(ctx context.Context, in AddTagsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/tags", in, in.repeat())
}

// RemoveTagsRequest asks to take tags off one alert. A tag with a comma cannot
// be named here and is refused.
type RemoveTagsRequest struct {
	Ref

	Tags   []string `query:"tags" check:"required"`
	User   string   `query:"user"`   // shown as the actor; at most 100 characters
	Source string   `query:"source"` // at most 100 characters
	Note   string   `query:"note"`   // at most 25,000 characters
}

// RemoveTags takes tags off an alert. Asynchronous; domain alert; a repeat is
// harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/alert-api#remove-tags
func (s *Service) RemoveTags(ctx context.Context, in RemoveTagsRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v2/alerts/{identifier}/tags", in, services.ByMethod)
}

// AddDetailsRequest asks to set details of one alert.
type AddDetailsRequest struct {
	Ref

	Details map[string]string `json:"details" check:"required"` // at most 20; keys and values of at most 50 characters
	User    string            `json:"user,omitzero"`            // shown as the actor; at most 100 characters
	Source  string            `json:"source,omitzero"`          // at most 100 characters
	Note    string            `json:"note,omitzero"`            // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r AddDetailsRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// AddDetails sets details of an alert and keeps the others. Asynchronous;
// domain alert; a repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#add-details
func (s *Service) AddDetails(ctx context.Context, in AddDetailsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/alerts/{identifier}/details", in, in.repeat())
}

// RemoveDetailsRequest asks to remove details of one alert. A key with a comma
// cannot be named here and is refused.
type RemoveDetailsRequest struct {
	Ref

	Keys   []string `query:"keys" check:"required"`
	User   string   `query:"user"`   // shown as the actor; at most 100 characters
	Source string   `query:"source"` // at most 100 characters
	Note   string   `query:"note"`   // at most 25,000 characters
}

// RemoveDetails removes details of an alert. Asynchronous; domain alert; a
// repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#remove-details
func (s *Service) RemoveDetails(ctx context.Context, in RemoveDetailsRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v2/alerts/{identifier}/details", in, services.ByMethod)
}

// UpdateMessageRequest asks for another message of one alert.
type UpdateMessageRequest struct {
	Ref

	Message string `json:"message" check:"required"` // at most 130 characters
}

// UpdateMessage sets the message of an alert. Asynchronous; domain alert; a
// repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#update-alert-message
func (s *Service) UpdateMessage(ctx context.Context, in UpdateMessageRequest) (*Pending, error) {
	return s.accept(ctx, "PUT /v2/alerts/{identifier}/message", in, services.ByMethod)
}

// UpdateDescriptionRequest asks for another description of one alert.
type UpdateDescriptionRequest struct {
	Ref

	Description string `json:"description" check:"required"` // at most 15,000 characters
}

// UpdateDescription sets the description of an alert. Asynchronous; domain
// alert; a repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#update-alert-description
func (s *Service) UpdateDescription(ctx context.Context, in UpdateDescriptionRequest) (*Pending, error) {
	return s.accept(ctx, "PUT /v2/alerts/{identifier}/description", in, services.ByMethod)
}

// UpdatePriorityRequest asks for another priority of one alert.
type UpdatePriorityRequest struct {
	Ref

	Priority shape.Priority `json:"priority" check:"required"`
}

// UpdatePriority sets the priority of an alert. Asynchronous; domain alert; a
// repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#update-alert-priority
func (s *Service) UpdatePriority(ctx context.Context, in UpdatePriorityRequest) (*Pending, error) {
	return s.accept(ctx, "PUT /v2/alerts/{identifier}/priority", in, services.ByMethod)
}
