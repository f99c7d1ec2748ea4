package layer

import (
	"net/http"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/record"
)

// Copy returns a copy of req whose headers the caller may set before it forwards
// the copy: the struct, and a header map with room for extra more names. Header
// values are shared with req: replace or append to them, but do not write into
// one. A nil Header becomes an empty map. The headers that transport.Identity
// adds are in the copy, if they were left to the layers next to the base: see
// [Place].
func Copy(req *http.Request, extra int) *http.Request {
	if c := record.Copy(req, extra); c != nil {
		return c
	}
	c := *req
	c.Header = header.Copy(req.Header, extra)
	return &c
}

// Restore puts req back as the request that resp answers, when the layer that
// calls it sent a copy: what it added must not travel upwards. It returns resp,
// which may be nil.
func Restore(resp *http.Response, req *http.Request) *http.Response {
	if resp != nil {
		resp.Request = req
	}
	return resp
}

// Refuse closes the body of req, which no layer below will get, and returns
// cause: the whole answer of a layer that does not send.
func Refuse(req *http.Request, cause error) error {
	if req != nil {
		CloseBody(req.Body)
	}
	return cause
}
