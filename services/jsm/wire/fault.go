package wire

import (
	"cmp"
	"net/http"
	"path"
	"strings"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/errorbody"
)

// Pending reports whether resp says that an asynchronous request has not been processed yet:
// any 404 to a GET of the status of a request. The server does not distinguish it from the 404
// of a request that does not exist.
func (Codec) Pending(resp *http.Response) bool {
	req := resp.Request
	return resp.StatusCode == http.StatusNotFound && req != nil && req.URL != nil &&
		(req.Method == "" || req.Method == http.MethodGet) && path.Base(path.Dir(req.URL.EscapedPath())) == "requests"
}

// Mask returns text with the secrets masked, also if the text ends in the middle of one.
func (c Codec) Mask(text string) string {
	for _, secret := range c.Secrets {
		text = errorbody.Mask(text, secret.Reveal())
	}
	return text
}

// Fault sets the fields of e that an error response has. It accepts all forms of bodies that
// were seen: a list of errors, each with title, code and detail; a code and a message; the
// body of Opsgenie's alert engine; and web pages of gateways. A 401 that means a missing scope
// wraps a [ScopeError].
func (c Codec) Fault(resp *http.Response, body []byte, e *services.Error) {
	if c.Pending(resp) {
		e.Kind = services.ErrNotProcessed
	}
	said := errorbody.Read(body, c.Mask)
	e.Message, e.Code, e.Took, e.Fields, e.Type = said.Message, said.Code, said.Took, said.Fields, said.Type
	e.RequestID = cmp.Or(said.RequestID, c.Mask(traceID(resp.Header, e.RequestID)))
	if resp.StatusCode == http.StatusUnauthorized && strings.Contains(strings.ToLower(e.Message), "scope") {
		e.Err = &ScopeError{Scopes: Scopes(e.Route)}
	}
}
