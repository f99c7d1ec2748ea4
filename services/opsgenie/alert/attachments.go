package alert

import (
	"context"

	"github.com/tripware/tripware/services"
)

// attachmentRef is a [Ref] with the names that the operations on attachments have for it.
type attachmentRef struct {
	identifier string `path:"identifier"`
	kind       string `query:"alertIdentifierType"`
}

// AddAttachmentRequest is the request to add a file to an alert.
type AddAttachmentRequest struct {
	Ref `path:"-"`

	User      string        `form:"user"`                  // shown as the actor
	IndexFile string        `form:"indexFile"`             // of an archive, the HTML file to show first
	File      services.File `form:"file" check:"required"` // streamed; see services.File for what can be sent again
}

// AddAttachment adds a file to an alert and returns its id. A file without a name or content, or
// with a size that differs from its field Size, is refused before sending. Only 429 and 503 are
// retried, because a second copy would add the file twice.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#create-alert-attachment
func (s *Service) AddAttachment(ctx context.Context, in AddAttachmentRequest) (*services.Result[Attachment], error) {
	type request struct {
		attachmentRef
		AddAttachmentRequest
	}
	return services.Do[Attachment](ctx, s.client, "POST /v2/alerts/{identifier}/attachments",
		request{attachmentRef(in.Ref), in}, services.RetryIfRefused)
}

// ListAttachments returns ids and names of the files of an alert. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#list-alert-attachments
func (s *Service) ListAttachments(ctx context.Context, ref Ref) (*services.Result[[]Attachment], error) {
	return services.Do[[]Attachment](ctx, s.client, "GET /v2/alerts/{identifier}/attachments",
		attachmentsRequest{attachmentRef(ref)}, services.ByMethod)
}

type attachmentsRequest struct{ attachmentRef }

// Check refuses the paths of other resources: see [ByAlias].
func (r attachmentsRequest) Check() error { return shadowed{Ref(r.attachmentRef)}.Check() }

// GetAttachment returns the name and the URL of a file of an alert. The caller downloads the file
// with a GET of that URL, which must not carry the API key. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#get-alert-attachment
func (s *Service) GetAttachment(ctx context.Context, ref Ref, id AttachmentID) (*services.Result[Attachment], error) {
	type request struct {
		attachmentRef

		ID AttachmentID `path:"attachmentId"`
	}
	return services.Do[Attachment](ctx, s.client, "GET /v2/alerts/{identifier}/attachments/{attachmentId}",
		request{attachmentRef(ref), id}, services.ByMethod)
}

// RemoveAttachmentRequest is the request to remove a file of an alert.
type RemoveAttachmentRequest struct {
	Ref `path:"-"`

	ID   AttachmentID `path:"attachmentId"`
	User string       `query:"user"` // shown as the actor
}

// RemoveAttachment removes a file of an alert. Safe to retry, but if the response to the first
// attempt was lost, errors.Is matches [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#delete-alert-attachment
func (s *Service) RemoveAttachment(ctx context.Context, in RemoveAttachmentRequest) (*services.Result[services.None], error) {
	type request struct {
		attachmentRef
		RemoveAttachmentRequest
	}
	return services.Do[services.None](ctx, s.client, "DELETE /v2/alerts/{identifier}/attachments/{attachmentId}",
		request{attachmentRef(in.Ref), in}, services.ByMethod)
}
