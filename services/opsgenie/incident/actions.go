package incident

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// CloseRequest asks to close one incident.
type CloseRequest struct {
	Ref

	Note string `json:"note,omitzero"` // at most 25,000 characters
}

// Repeat says that a repeat is harmless without a note.
func (r CloseRequest) Repeat() services.Repeat { return shape.RepeatWithoutNote(r.Note) }

// Close closes an incident. Asynchronous; a repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#close-incident
func (s *Service) Close(ctx context.Context, in CloseRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/close", in)
}

// ResolveRequest asks to resolve one incident.
type ResolveRequest struct {
	Ref

	Note string `json:"note,omitzero"` // at most 25,000 characters
}

// Repeat says that a repeat is harmless without a note.
func (r ResolveRequest) Repeat() services.Repeat { return shape.RepeatWithoutNote(r.Note) }

// Resolve says that the impact of an incident has ended. Asynchronous; a repeat
// is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#resolve-incident
func (s *Service) Resolve(ctx context.Context, in ResolveRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/resolve", in)
}

// ReopenRequest asks to open one incident again.
type ReopenRequest struct {
	Ref

	Note string `json:"note,omitzero"` // at most 25,000 characters
}

// Repeat says that a repeat is harmless without a note.
func (r ReopenRequest) Repeat() services.Repeat { return shape.RepeatWithoutNote(r.Note) }

// Reopen opens an incident again that was resolved or closed. Asynchronous; a
// repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#reopen-incident
func (s *Service) Reopen(ctx context.Context, in ReopenRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/reopen", in)
}

// AddResponderRequest asks to add responders to one incident.
type AddResponderRequest struct {
	Ref

	Responders []shape.Responder `json:"responder" check:"required"` // teams and users; the API's name is in the singular
	Note       string            `json:"note"`                       // at most 25,000 characters; sent even if empty
}

// Check refuses responders without id and name.
func (r AddResponderRequest) Check() error { return shape.CheckAll("responder", r.Responders) }

// Repeat says that a repeat is harmless without a note.
func (r AddResponderRequest) Repeat() services.Repeat { return shape.RepeatWithoutNote(r.Note) }

// AddResponder adds responders to an incident and notifies them. Asynchronous; a
// repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#add-responder
func (s *Service) AddResponder(ctx context.Context, in AddResponderRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/responders", in)
}

// AddTagsRequest asks to add tags to one incident.
type AddTagsRequest struct {
	Ref

	Tags []string `json:"tags" check:"required"` // at most 20 on an incident, of 50 characters
	Note string   `json:"note,omitzero"`         // at most 25,000 characters
}

// Repeat says that a repeat is harmless without a note.
func (r AddTagsRequest) Repeat() services.Repeat { return shape.RepeatWithoutNote(r.Note) }

// AddTags adds tags to an incident. Asynchronous; a repeat is harmless, but for
// a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#add-tags
func (s *Service) AddTags(ctx context.Context, in AddTagsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/tags", in)
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
	return s.accept(ctx, "DELETE /v1/incidents/{identifier}/tags", in)
}

// AddDetailsRequest asks to set details of one incident.
type AddDetailsRequest struct {
	Ref

	Details map[string]string `json:"details" check:"required"` // at most 8,000 characters in all
	Note    string            `json:"note,omitzero"`            // at most 25,000 characters
}

// Repeat says that a repeat is harmless without a note.
func (r AddDetailsRequest) Repeat() services.Repeat { return shape.RepeatWithoutNote(r.Note) }

// AddDetails sets details of an incident, which answers call extra properties,
// and keeps the others. Asynchronous; a repeat is harmless, but for a note.
//
// API: https://docs.opsgenie.com/docs/incident-api#add-details
func (s *Service) AddDetails(ctx context.Context, in AddDetailsRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/details", in)
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
	return s.accept(ctx, "DELETE /v1/incidents/{identifier}/details", in)
}

// UpdateMessageRequest asks for another message of one incident.
type UpdateMessageRequest struct {
	Ref

	Message string `json:"message" check:"required"` // at most 130 characters
}

// Repeat says that a repeat is harmless.
func (r UpdateMessageRequest) Repeat() services.Repeat { return services.RepeatAlways }

// UpdateMessage sets the message of an incident. Asynchronous; a repeat is
// harmless.
//
// API: https://docs.opsgenie.com/docs/incident-api#update-incident-message
func (s *Service) UpdateMessage(ctx context.Context, in UpdateMessageRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/message", in)
}

// UpdateDescriptionRequest asks for another description of one incident.
type UpdateDescriptionRequest struct {
	Ref

	Description string `json:"description" check:"required"` // at most 10,000 characters
}

// Repeat says that a repeat is harmless.
func (r UpdateDescriptionRequest) Repeat() services.Repeat { return services.RepeatAlways }

// UpdateDescription sets the description of an incident. Asynchronous; a repeat
// is harmless.
//
// API: https://docs.opsgenie.com/docs/incident-api#update-incident-description
func (s *Service) UpdateDescription(ctx context.Context, in UpdateDescriptionRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/{identifier}/description", in)
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
	return s.accept(ctx, "PUT /v1/incidents/{identifier}/priority", in)
}
