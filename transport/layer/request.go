package layer

import (
	"net/http"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/record"
)

// Copy returns a shallow copy of req with its own header map, which has room for extra
// more names. The caller may add, replace and append to headers before it forwards the
// copy, but must not write into a value slice, since req shares it. A nil Header becomes
// an empty map. The copy includes the headers of transport.Identity, even if they have
// not been added yet: see [Place].
func Copy(req *http.Request, extra int) *http.Request {
	if c := record.Copy(req, extra); c != nil {
		return c
	}
	c := *req
	c.Header = header.Copy(req.Header, extra)
	return &c
}

// Restore sets resp.Request to req and returns resp, which may be nil. A layer that sent
// a copy of req calls it, so that its additions are not visible to the layers above.
func Restore(resp *http.Response, req *http.Request) *http.Response {
	if resp != nil {
		resp.Request = req
	}
	return resp
}

// Refuse closes the body of req and returns cause. A layer that does not send the request
// returns its result as the error.
func Refuse(req *http.Request, cause error) error {
	if req != nil {
		CloseBody(req.Body)
	}
	return cause
}
