package transport

import (
	"maps"
	"net/http"
	"slices"
)

// Copy returns a copy of req to write headers to: the struct, and a header map
// with room for extra names. The values of headers are shared, so replace them
// and never write into one. A nil Header becomes an empty one.
func Copy(req *http.Request, extra int) *http.Request {
	c := *req
	c.Header = copyHeader(req.Header, extra)
	return &c
}

func copyHeader(from http.Header, extra int) http.Header {
	to := make(http.Header, len(from)+extra)
	for name, values := range from {
		to[name] = slices.Clip(values) // an append elsewhere must not write into what we share
	}
	return to
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
	c.req.Header = nil
	if s := scopeFrom(req.Context()); s != nil {
		c.req.Header = s.Stamped(req, 1)
	}
	if c.req.Header == nil {
		c.req.Header = cloneHeader(req.Header, 1)
	}
	c.req.Header[name] = c.value[:1:1]
	return &c.req
}

// slots is how many headers a map keeps without a table of groups.
const slots = 8

// cloneHeader copies a header map as it lies in memory, where a loop hashes each
// name again: a third less for a few headers (BenchmarkCopy). A map that is
// about to outgrow its slots is made in its final size. Values may keep spare
// room, so the copy is for layers that replace them.
func cloneHeader(from http.Header, extra int) http.Header {
	if len(from) == 0 || len(from)+extra > slots {
		return copyHeader(from, extra)
	}
	return maps.Clone(from)
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
