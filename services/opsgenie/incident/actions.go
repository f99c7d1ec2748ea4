package incident

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// CloseRequest asks to close one incident.
type CloseRequest struct {
	Ref

	Note string `json:"note,omitzero"` // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r CloseRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// Close closes an incident. Asynchronous; a repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#close-incident
func (s *Service) Close(ctx context.Context, in CloseRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/close", in, in.repeat())
}

// ResolveRequest asks to resolve one incident.
type ResolveRequest struct {
	Ref

	Note string `json:"note,omitzero"` // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r ResolveRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// Resolve says that the impact of an incident has ended. Asynchronous; a repeat
// is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#resolve-incident
func (s *Service) Resolve(ctx context.Context, in ResolveRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/resolve", in, in.repeat())
}

// ReopenRequest asks to open one incident again.
type ReopenRequest struct {
	Ref

	Note string `json:"note,omitzero"` // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r ReopenRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// Reopen opens an incident again that was resolved or closed. Asynchronous; a
// repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#reopen-incident
func (s *Service) Reopen(ctx context.Context, in ReopenRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/reopen", in, in.repeat())
}

// AddResponderRequest asks to add responders to one incident.
type AddResponderRequest struct {
	Ref

	Responders []shape.Responder `json:"responder" check:"required"` // teams and users; the API's name is in the singular
	Note       string            `json:"note"`                       // at most 25,000 characters; sent even if empty
}

// Check refuses responders without id and name.
func (r AddResponderRequest) Check() error { return check.Responders("responder", r.Responders...) }

// repeat says that a repeat is harmless without a note.
func (r AddResponderRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// AddResponder adds responders to an incident and notifies them. Asynchronous; a
// repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#add-responder
func (s *Service) AddResponder(ctx context.Context, in AddResponderRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/responders", in, in.repeat())
}

// AddTagsRequest asks to add tags to one incident.
type AddTagsRequest struct {
	Ref

	Tags []string `json:"tags" check:"required"` // at most 20 on an incident, of 50 characters
	Note string   `json:"note,omitzero"`         // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r AddTagsRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// AddTags adds tags to an incident. Asynchronous; a repeat is harmless, but for
// a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#add-tags
func (s *Service) AddTags(ctx context.Context, in AddTagsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/tags", in, in.repeat())
}

// RemoveTagsRequest asks to take tags off one incident. A tag with a comma
// cannot be named here and is refused.
type RemoveTagsRequest struct {
	Ref

	Tags []string `query:"tags" check:"required"`
	Note string   `query:"note"` // at most 25,000 characters
}

// RemoveTags takes tags off an incident. Asynchronous; a repeat is harmless, but
// for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#remove-tags
func (s *Service) RemoveTags(ctx context.Context, in RemoveTagsRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v1/incidents/{identifier}/tags", in, services.ByMethod)
}

// AddDetailsRequest asks to set details of one incident.
type AddDetailsRequest struct {
	Ref

	Details map[string]string `json:"details" check:"required"` // at most 8,000 characters in all
	Note    string            `json:"note,omitzero"`            // at most 25,000 characters
}

// repeat says that a repeat is harmless without a note.
func (r AddDetailsRequest) repeat() services.Repeat { return check.Noted(r.Note) }

// AddDetails sets details of an incident, which answers call extra properties,
// and keeps the others. Asynchronous; a repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#add-details
func (s *Service) AddDetails(ctx context.Context, in AddDetailsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/details", in, in.repeat())
}

// RemoveDetailsRequest asks to remove details of one incident. A key with a
// comma cannot be named here and is refused.
type RemoveDetailsRequest struct {
	Ref

	Keys []string `query:"keys" check:"required"`
	Note string   `query:"note"` // at most 25,000 characters
}

// RemoveDetails removes details of an incident. Asynchronous; a repeat is
// harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#remove-details
func (s *Service) RemoveDetails(ctx context.Context, in RemoveDetailsRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v1/incidents/{identifier}/details", in, services.ByMethod)
}

// UpdateMessageRequest asks for another message of one incident.
type UpdateMessageRequest struct {
	Ref

	Message string `json:"message" check:"required"` // at most 130 characters
}

// repeat says that a repeat is harmless.
func (r UpdateMessageRequest) repeat() services.Repeat { return services.SafeToRetry }

// UpdateMessage sets the message of an incident. Asynchronous; a repeat is
// harmless.
//
// API: https://docs.opsgenie.com/docs/incident-api#update-incident-message
func (s *Service) UpdateMessage(ctx context.Context, in UpdateMessageRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/message", in, in.repeat())
}

// UpdateDescriptionRequest asks for another description of one incident.
type UpdateDescriptionRequest struct {
	Ref

	Description string `json:"description" check:"required"` // at most 10,000 characters
}

// repeat says that a repeat is harmless.
func (r UpdateDescriptionRequest) repeat() services.Repeat { return services.SafeToRetry }

// UpdateDescription sets the description of an incident. Asynchronous; a repeat
// is harmless.
//
// API: https://docs.opsgenie.com/docs/incident-api#update-incident-description
func (s *Service) UpdateDescription(ctx context.Context, in UpdateDescriptionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/description", in, in.repeat())
}

// UpdatePriorityRequest asks for another priority of one incident.
type UpdatePriorityRequest struct {
	Ref

	Priority shape.Priority `json:"priority" check:"required"`
}

// UpdatePriority sets the priority of an incident, by PUT as the vendor's SDK
// does. Asynchronous; a repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/incident-api#update-incident-priority
func (s *Service) UpdatePriority(ctx context.Context, in UpdatePriorityRequest) (*Pending, error) {
	return s.accept(ctx, "PUT /v1/incidents/{identifier}/priority", in, services.ByMethod)
}
