package alert

import (
	"context"
	"iter"

	"github.com/tripware/tripware/services"
)

// The operations on attachments accept basic authentication only: their documentation lists
// no OAuth scope.

// AddAttachmentRequest is the request to add a file to an alert.
type AddAttachmentRequest struct {
	Ref

	File services.File `form:"file" check:"required"` // streamed; see services.File for what can be sent again
}

// AddAttachment adds a file to an alert and returns its id and name. It needs basic
// authentication. A file without a name or content, or with a size that differs from its field
// Size, is refused before sending. Only 429 and 503 are retried, because a second copy would
// add the file twice.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (one source)
func (s *Service) AddAttachment(ctx context.Context, in AddAttachmentRequest) (*services.Result[Attachment], error) {
	return services.Do[Attachment](ctx, s.client, "POST /v1/alerts/{id}/attachments", in, services.RetryIfRefused)
}

const attachmentsRoute = "GET /v1/alerts/{id}/attachments"

// ListAttachments returns one page of the files of an alert, with ids and names. It needs basic
// authentication. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (one source)
func (s *Service) ListAttachments(ctx context.Context, in EntriesRequest) (*services.Result[[]Attachment], error) {
	return services.Do[[]Attachment](ctx, s.client, attachmentsRoute, in, services.ByMethod)
}

// AllAttachments returns all files of an alert, page after page: see [services.All]. A page has
// 100 files unless Limit is set.
func (s *Service) AllAttachments(ctx context.Context, in EntriesRequest) iter.Seq2[Attachment, error] {
	return services.All[Attachment](ctx, s.client, attachmentsRoute, in.whole())
}

// attachmentRef identifies an attachment.
type attachmentRef struct {
	Ref

	ID AttachmentID `path:"attachmentId"`
}

// GetAttachment returns the URL of a file of an alert, on another host. The caller downloads the
// file with a GET of that URL, which must not carry the credential. It needs basic
// authentication. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (one source)
func (s *Service) GetAttachment(ctx context.Context, ref Ref, id AttachmentID) (*services.Result[Attachment], error) {
	return services.Do[Attachment](ctx, s.client, "GET /v1/alerts/{id}/attachments/{attachmentId}",
		attachmentRef{ref, id}, services.ByMethod)
}

// RemoveAttachment removes a file of an alert. It needs basic authentication. Safe to retry, but
// if the response to the first attempt was lost, errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (one source)
func (s *Service) RemoveAttachment(ctx context.Context, ref Ref, id AttachmentID) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/alerts/{id}/attachments/{attachmentId}",
		attachmentRef{ref, id}, services.ByMethod)
}
