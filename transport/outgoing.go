package transport

import "net/http"

// pending returns what [Identity] has yet to add to req: where all layers of a
// chain are in the standing order, that is left to the layer that makes a copy
// next to the base, so that one copy serves all.
func pending(req *http.Request, s *scope) *identity {
	if s == nil || s.chain == nil || s.chain.late == nil || req.URL != s.req.URL {
		return nil // or a request that a layer makes anew
	}
	if i := s.chain.late; i.missing(req.Header) {
		return i
	}
	return nil
}

// outgoing returns req with all headers of its call.
func outgoing(req *http.Request, s *scope) *http.Request {
	i := pending(req, s)
	if i == nil {
		return req
	}
	out := *req
	out.Header = i.stamp(req.Header, s.call)
	return &out
}

// Outgoing returns req with the headers that it will be sent with, but for
// credentials: in a chain whose layers are all at a place of the standing order,
// those of [Identity] are added next to the base. It is req itself where nothing
// is missing.
func Outgoing(req *http.Request) *http.Request { return outgoing(req, scopeFrom(req.Context())) }

// OutgoingHeader returns the values of one header of [Outgoing], without its
// copy. The name must be in the form that net/http keeps.
func OutgoingHeader(req *http.Request, name string) []string {
	values, has := req.Header[name]
	s := scopeFrom(req.Context())
	i := pending(req, s)
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

// Changed tells the record that sent is what a layer below the retry loop has made
// of req, with another URL. A chain below then takes it for the same attempt, and
// not for a request that a layer makes anew.
func Changed(req, sent *http.Request) {
	s := scopeFrom(req.Context())
	if s == nil || s.chain != nil && !s.chain.nests || s.changed(sent) {
		return
	}
	s.call.write(func() {
		r := s.call.others()
		r.changed = append(r.changed, changed{s, sent})
	})
}
