package transport

import (
	"net/http"

	"github.com/tripware/tripware/internal/header"
)

// pending returns the [Identity] layer if its headers must still be added to req, or nil.
// If all layers of a chain have a place in the order of layers, the headers are added to
// the copy that is made closest to the base, so that there is only one copy.
func (s *scope) pending(req *http.Request) *identity {
	if s.chain == nil || s.chain.late == nil || req == &s.sent || req.URL != s.req.URL {
		return nil // it has them, or is a new request that a layer makes
	}
	if i := s.chain.late; i.missing(req.Header) {
		return i
	}
	return nil
}

// Outgoing returns req with all headers of its call.
func (s *scope) Outgoing(req *http.Request) *http.Request {
	if s.pending(req) == nil {
		return req
	}
	return s.Copy(req, 0)
}

// Copy returns a copy of req with all headers of its call and room for extra more.
func (s *scope) Copy(req *http.Request, extra int) *http.Request {
	c := s.nextSent()
	*c = *req
	if i := s.pending(req); i != nil {
		c.Header = i.stamp(req.Header, s.call, extra)
	} else {
		c.Header = header.Copy(req.Header, extra)
	}
	return c
}

// OutgoingHeader returns the values of one header of Outgoing, without making a copy.
func (s *scope) OutgoingHeader(req *http.Request, name string) []string {
	values, has := req.Header[name]
	i := s.pending(req)
	switch {
	case i == nil:
		return values
	case name == i.header:
		return s.call.identify(values)
	case has:
		return values
	}
	return i.defaults[name]
}

// Changed records a request that a layer below the retry loop made from the one it got, if
// a chain below may have to distinguish it from a new request.
func (s *scope) Changed(sent *http.Request) {
	if s.chain != nil && !s.chain.nests || s.changed(sent) {
		return
	}
	s.call.write(func() {
		r := s.call.rarely()
		r.changed = append(r.changed, changed{s, sent})
	})
}
