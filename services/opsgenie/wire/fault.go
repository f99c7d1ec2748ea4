package wire

import (
	"cmp"
	"net/http"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/errorbody"
	"github.com/tripware/tripware/transport/redact"
)

// Pending reports whether resp says that a request was accepted but has not been processed
// yet: a 404 with the error type [RequestNotProcessed].
//
// API: https://docs.opsgenie.com/docs/alert-api#get-request-status
func (Codec) Pending(resp *http.Response) bool {
	return resp.StatusCode == http.StatusNotFound && first(resp.Header, HeaderErrorType) == RequestNotProcessed
}

// Mask returns text with the key replaced by [redact.Mask], also if the text ends in the
// middle of the key.
func (c Codec) Mask(text string) string { return errorbody.Mask(text, c.Key.Reveal()) }

// Fault sets the fields of e that an error response has. It reads each member of the body
// separately, so one of an unexpected type does not affect the others, and accepts the
// bodies of Opsgenie, of Jira Service Management and of common gateways. If the body is not
// JSON, only the headers count.
func (c Codec) Fault(resp *http.Response, body []byte, e *services.Error) {
	if c.Pending(resp) {
		e.Kind = services.ErrNotProcessed
	}
	said := errorbody.Read(body, c.Mask)
	e.Type = redact.Cut(c.Mask(first(resp.Header, HeaderErrorType)), redact.MaxValue)
	e.Message, e.Code, e.Took, e.Fields = said.Message, said.Code, said.Took, said.Fields
	e.RequestID = cmp.Or(said.RequestID, c.Mask(e.RequestID))
}
