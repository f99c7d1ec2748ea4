package transport

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
)

// aim records the request and the route of the first round trip. It does not copy the URL,
// which the caller may modify after closing the response, because that would cost each call
// an allocation.
func (c *Call) aim(ctx context.Context, req *http.Request) {
	if c.target == nil && req.URL != nil {
		c.target = req
		c.name(ctx)
	}
}

// aimedAt returns the method and the URL of the first round trip.
func (c *Call) aimedAt() (method string, u *url.URL) {
	if c.target == nil {
		return "", nil
	}
	return cmp.Or(c.target.Method, http.MethodGet), c.target.URL
}
