package transport

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
)

// aim notes the request and the route of the first round trip. Its URL is that of the caller's
// request, who may change it once the response is closed: a copy would cost each
// call an allocation.
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
