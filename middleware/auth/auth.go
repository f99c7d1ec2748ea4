// Package auth signs requests with a credential, for one origin only: in the
// Authorization header, another header or a query parameter, or by a signature of
// the whole request.
//
// For most uses call [New] with [Bearer], [Key] or [Basic]. Keys, tokens and passwords
// are given as a [redact.Secret], which [redact.NewSecret] makes of a text: it prints
// as *** everywhere.
package auth

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// An Option sets how [New] signs. A default is had by leaving its option out.
type Option func(*config)

type config struct {
	plain  bool
	budget *layer.Budget
}

// WithPlainHTTP lets a credential go to an http origin that is not loopback, or
// through a proxy, where anyone on the way can read it. The default refuses
// such an origin when the layer is built, and such a request before it is sent.
func WithPlainHTTP() Option { return func(c *config) { c.plain = true } }

// WithBudget has a replay after a 401, where no retry loop makes it, draw on b:
// the budget of the client's retries, say. An empty budget does not refuse it. The
// default is no budget, which nil means too.
func WithBudget(b *layer.Budget) Option { return func(c *config) { c.budget = b } }

// New returns a middleware that signs each attempt sent to origin and lets
// requests elsewhere pass unsigned, so that neither a redirect nor a server's
// paging link carries the credential away. Place it innermost, next to the base.
//
// The origin is the scheme, host and port of an absolute URL, such as
// "https://api.example.com"; a path after it is ignored, so that a base URL
// will do. Hosts are compared as they are written, in any case: a trailing dot
// or another spelling of an IPv6 address is another host. An http origin must be
// loopback (127.0.0.0/8, ::1, localhost) and reached without a proxy, or see
// [WithPlainHTTP].
//
// The source says where its value is sent: see [Source]. A header or parameter of
// that name that the caller set stands, however the header is spelt. If the source
// fails, the attempt fails with a [*SignError] and nothing is sent. If it is a
// [Renewer], a response with 401 renews its value, and where it has another one the
// attempt is repeated once: by the call's retry loop if there is one, else by this
// layer; a second 401 is final. So is the first where the body cannot be sent again.
//
// A chain may have several such layers. Two for one origin and one header or
// parameter are a fault, as are an impossible origin, a nil source and a source made
// from a bad key: they make the layer refuse every call, and [transport.Check]
// reports them.
func New(origin string, source Source, opts ...Option) transport.Middleware {
	var cfg config
	for _, opt := range opts {
		if opt != nil {
			opt(&cfg)
		}
	}
	at, fault := parseOrigin(origin, cfg.plain)
	to, own := placeOf(source)
	faults := errors.Join(fault, faultOf(source))
	return func(next http.RoundTripper) http.RoundTripper {
		next = cmp.Or[http.RoundTripper](next, http.DefaultTransport)
		s := &signer{at: at, to: to, source: own, budget: cfg.budget, plain: cfg.plain}
		faults := faults
		if faults == nil {
			s.base = baseBelow(next, &at)
			faults = errors.Join(s.proxyFault(), s.clash(next))
		}
		name, place := "auth", layer.AtCredential
		if to.kind == inSignature {
			name, place = "auth.sign", layer.AtSignature
		}
		s.Link = layer.NewLink(name, place, next, faults)
		return s
	}
}

// A SignError is why an attempt was not signed and so not sent. It wraps what
// the source said; no credential stands in it unless the source's error has one.
type SignError struct{ Err error }

// Error says what the source said, less what looks like a secret.
func (e *SignError) Error() string {
	return "auth: sign request: " + redact.Cut(e.Err.Error(), redact.MaxError)
}

// MarshalJSON writes what Error says: the fields of a foreign error may be secret.
func (e *SignError) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

// Unwrap returns the source's error.
func (e *SignError) Unwrap() error { return e.Err }

// NotSent reports that no byte of the request was sent: it is true.
func (e *SignError) NotSent() bool { return true }

type signer struct {
	layer.Link

	at     origin
	to     place
	source Source          // without its place
	budget *layer.Budget   // nil: none
	base   *http.Transport // of an http origin; nil: none was found
	plain  bool
}

// clash reports a layer below that sends another credential of the same place to
// the same origin: one of them would be lost.
func (s *signer) clash(next http.RoundTripper) error {
	for _, below := range transport.Layers(next) {
		other, ok := below.(*signer)
		if ok && other.Fault() == nil && s.to.kind != inSignature && s.to == other.to && s.at.equals(&other.at) {
			return fmt.Errorf("auth: two credentials for %s of %s: give one of them, or see WithSource for a call's own", s.to, s.at)
		}
	}
	return nil
}

func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.Fault() != nil {
		return nil, layer.Refuse(req, s.Fault())
	}
	source := s.sourceFor(req)
	if source == nil {
		return s.Send(req)
	}
	if s.base != nil && !s.plain && s.proxied(req) {
		return nil, layer.Refuse(req, &SignError{&settled{errProxied}})
	}
	if by, signs := source.(*signature); signs {
		return s.sendSigned(req, by)
	}
	signed, err := credentialOf(req.Context(), source)
	if err != nil {
		return nil, layer.Refuse(req, &SignError{err})
	}
	renewer, renews := source.(Renewer)
	switch {
	case !renews:
		return s.send(req, signed)
	case record.Looping(req.Context()): // that one repeats the attempt
		return s.sendInLoop(req, renewer, signed)
	}
	return s.sendTwice(req, renewer, signed)
}

// sourceFor returns what signs req: nil when it goes elsewhere, or has a
// credential of the caller's own, or is to have none.
func (s *signer) sourceFor(req *http.Request) Source {
	if !s.goesHome(req) || s.to.taken(req) {
		return nil
	}
	source := s.source
	if own, ok := record.Setting[override](req.Context()); ok {
		source = own.or(s.to, source)
	}
	if _, unsigned := source.(none); unsigned {
		return nil
	}
	return source
}

// goesHome reports whether req goes to the origin. A proxy is told the Host of a
// plain request, whatever its URL says.
func (s *signer) goesHome(req *http.Request) bool {
	if !s.at.matches(req.URL) {
		return false
	}
	if s.base == nil || req.Host == "" || req.Host == req.URL.Host || !s.plain {
		return true
	}
	return s.at.hosts(req.Host) || !s.proxied(req)
}

func (s *signer) send(req *http.Request, c credential) (*http.Response, error) {
	resp, err := s.Send(s.to.put(req, c))
	if s.to.kind == inQuery {
		resp, err = s.to.withoutEcho(resp, c.value()), hidden(err, c.value())
	}
	return layer.Restore(resp, req), err // the response must not carry the credential upwards
}
