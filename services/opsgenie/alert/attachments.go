package alert

import (
	"context"

	"github.com/tripware/tripware/services"
)

// AddAttachmentRequest asks to add a file to one alert.
type AddAttachmentRequest struct {
	Ref

	User      string        `form:"user"`                  // shown as the actor
	IndexFile string        `form:"indexFile"`             // of an archive, the HTML file to show first
	File      services.File `form:"file" check:"required"` // streamed; see [services.File] for what can be sent again
}

// AddAttachment adds a file to an alert and returns its id. Domain alert; a
// repeat may add the file twice, so it is not repeated when an answer was lost.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#create-alert-attachment
func (s *Service) AddAttachment(ctx context.Context, in AddAttachmentRequest) (*services.Result[Attachment], error) {
	in.Ref = in.forAttachment()
	return services.Do[Attachment](ctx, s.client, "POST /v2/alerts/{identifier}/attachments", in, services.ByMethod)
}

// ListAttachmentsRequest asks for the files of one alert.
type ListAttachmentsRequest struct{ Ref }

// ListAttachments returns ids and names of the files of an alert. Domain alert.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#list-alert-attachments
func (s *Service) ListAttachments(ctx context.Context, in ListAttachmentsRequest) (*services.Result[[]Attachment], error) {
	in.Ref = in.forAttachment()
	return services.Do[[]Attachment](ctx, s.client, "GET /v2/alerts/{identifier}/attachments", in, services.ByMethod)
}

// GetAttachmentRequest asks for one file of one alert.
type GetAttachmentRequest struct {
	Ref

	ID AttachmentID `path:"attachmentId"`
}

// GetAttachment returns name and URL of a file of an alert; the file itself is
// what a GET of that URL answers, without the API key. Domain alert.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#get-alert-attachment
func (s *Service) GetAttachment(ctx context.Context, in GetAttachmentRequest) (*services.Result[Attachment], error) {
	in.Ref = in.forAttachment()
	return services.Do[Attachment](ctx, s.client, "GET /v2/alerts/{identifier}/attachments/{attachmentId}", in, services.ByMethod)
}

// RemoveAttachmentRequest asks to remove one file of one alert.
type RemoveAttachmentRequest struct {
	Ref

	ID   AttachmentID `path:"attachmentId"`
	User string       `query:"user"` // shown as the actor
}

// RemoveAttachment removes a file of an alert. Domain alert; a repeat is
// harmless, but where an answer was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#delete-alert-attachment
func (s *Service) RemoveAttachment(ctx context.Context, in RemoveAttachmentRequest) (*services.Result[services.None], error) {
	in.Ref = in.forAttachment()
	return services.Do[services.None](ctx, s.client, "DELETE /v2/alerts/{identifier}/attachments/{attachmentId}", in, services.ByMethod)
}
