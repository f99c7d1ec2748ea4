package transport

import (
	"net/http"
	"slices"
)

// A method is the number of a request's method, from 1; 0 stands for one that has none.
type method uint8

// known lists the methods that have a number: it saves each record the space of a string.
func known() [9]string {
	return [...]string{
		http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch,
		http.MethodHead, http.MethodOptions, http.MethodConnect, http.MethodTrace,
	}
}

// aim notes the method and the URL of the first round trip. The URL is that of the
// request, which a caller may change once its response is closed: a copy would
// cost each call an allocation.
func (c *Call) aim(req *http.Request) {
	if c.url != nil || req.URL == nil {
		return
	}
	c.url = req.URL
	if req.Method == "" || req.Method == http.MethodGet {
		c.method = 1
		return
	}
	names := known()
	if c.method = method(slices.Index(names[:], req.Method) + 1); c.method == 0 {
		c.others().method = req.Method
	}
}

// methodName returns the method of the first round trip.
func (c *Call) methodName() string {
	switch {
	case c.url == nil:
		return ""
	case c.method == 0:
		return c.rest.method
	}
	return known()[c.method-1]
}
