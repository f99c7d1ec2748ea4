package layer

import (
	"net/http"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/record"
)

// Copy returns a copy of req to write headers to: the struct, and a header map
// with room for extra names. The values of headers are shared, so replace them
// and never write into one. A nil Header becomes an empty one.
func Copy(req *http.Request, extra int) *http.Request {
	c := *req
	c.Header = header.Copy(req.Header, extra)
	return &c
}

// CopyWith returns a copy of req to hand on with one header more, or another
// value of it; its name must be in the form that net/http keeps. It costs less
// than [Copy]: copy and values are one allocation, and the other values are
// shared as they are, so that nobody may append to one either.
func CopyWith(req *http.Request, name, value string) *http.Request {
	c := &struct {
		req   http.Request
		value [1]string
	}{}
	c.req = *req
	c.value[0] = value
	if c.req.Header = record.Stamped(req, 1); c.req.Header == nil {
		c.req.Header = header.Clone(req.Header, 1)
	}
	c.req.Header[name] = c.value[:1:1]
	return &c.req
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
