package transport

import (
	"net/http"

	"github.com/tripware/tripware/internal/header"
)

// pending returns what [Identity] has yet to add to req: where all layers of a
// chain are in the standing order, that is left to the layer that makes a copy
// next to the base, so that one copy serves all.
func (s *scope) pending(req *http.Request) *identity {
	if s.chain == nil || s.chain.late == nil || req.URL != s.req.URL {
		return nil // or a request that a layer makes anew
	}
	if i := s.chain.late; i.missing(req.Header) {
		return i
	}
	return nil
}

// Outgoing returns req with all headers of its call.
func (s *scope) Outgoing(req *http.Request) *http.Request {
	i := s.pending(req)
	if i == nil {
		return req
	}
	out := *req
	out.Header = i.stamp(req.Header, s.call)
	return &out
}

// Stamped returns a copy of req's header with those of the call that it lacks, and
// room for extra more; nil if it lacks none.
func (s *scope) Stamped(req *http.Request, extra int) http.Header {
	i := s.pending(req)
	if i == nil {
		return nil
	}
	stamped := header.Clone(req.Header, len(i.added)+1+extra)
	i.addTo(stamped, s.call)
	return stamped
}

// OutgoingHeader returns the values of one header of Outgoing, without its copy.
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
	for _, d := range i.added {
		if d.name == name {
			return d.values
		}
	}
	return nil
}

// Changed notes what a layer below the retry loop has made of the request, where a
// chain below may have to tell it from one that a layer makes anew.
func (s *scope) Changed(sent *http.Request) {
	if s.chain != nil && !s.chain.nests || s.changed(sent) {
		return
	}
	s.call.write(func() {
		r := s.call.others()
		r.changed = append(r.changed, changed{s, sent})
	})
}
