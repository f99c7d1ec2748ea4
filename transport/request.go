package transport

import (
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

// Restore puts req back as the request that resp answers, when the layer that
// calls it sent a copy: what it added must not travel upwards. It returns resp,
// which may be nil.
func Restore(resp *http.Response, req *http.Request) *http.Response {
	if resp != nil {
		resp.Request = req
	}
	return resp
}
