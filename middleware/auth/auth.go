// Package auth adds credentials to requests to one origin.
//
// For most uses call [New] with [Bearer], [Key] or [Basic]. For a token that expires use
// [Refresh], for an API key in another header or in the query use [Header] or [Query], and
// for a signature of the whole request use [Sign].
//
// Keys, tokens and passwords are passed as a [redact.Secret], which prints as ***. Create
// one with [redact.NewSecret].
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

// An Option configures [New]. To keep a default, leave its option out.
type Option func(*config)

type config struct {
	plain  bool
	budget *layer.Budget
}

// WithPlainHTTP allows sending the credential to an http origin that is not loopback, or
// through a proxy, where anyone in the network can read it. By default the layer refuses
// such an origin when it is built, and such a request before it is sent.
func WithPlainHTTP() Option { return func(c *config) { c.plain = true } }

// WithBudget sets the budget from which a retry after a 401 spends, if there is no retry
// loop. An empty budget does not prevent the retry. The default is nil, which means no
// budget.
func WithBudget(b *layer.Budget) Option { return func(c *config) { c.budget = b } }

// New returns a middleware that adds source's credential to each attempt that is sent to
// origin. Requests to other origins pass without it, so that a redirect or a server's
// paging link cannot take the credential elsewhere. Place it innermost, just above the
// base.
//
// The origin is an absolute URL such as "https://api.example.com". Only its scheme, host
// and port count, so a base URL with a path works too. Hosts are compared literally,
// ignoring case: a trailing dot or another spelling of an IPv6 address is a different
// host. An http origin must be loopback (127.0.0.0/8, ::1, localhost) and reached without
// a proxy, unless [WithPlainHTTP] is given.
//
// The source determines the header or query parameter: see [Source]. If the caller has
// already set that header, in any spelling, or that parameter, it is not changed. If the
// source returns an error, the attempt fails with a [*SignError] and nothing is sent.
//
// If the source is a [Renewer], a 401 response renews its value. If the source then has a
// new value and the body can be sent again, the attempt is repeated once: by the call's
// retry loop if there is one, else by this layer. A second 401 is final.
//
// A chain may have several such layers, but not two for the same origin and the same
// header or parameter. Like an invalid origin, a nil source or an invalid key, that makes
// the layer refuse every call, and [transport.Check] reports it.
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

// A SignError reports that an attempt could not be signed and was not sent. It wraps the
// error of the source. Only Err itself may contain a credential, if the source put it
// there.
type SignError struct{ Err error }

// Error returns the text of Err with secrets redacted.
func (e *SignError) Error() string {
	return "auth: sign request: " + redact.Cut(e.Err.Error(), redact.MaxError)
}

// MarshalJSON writes the text that Error returns, since the fields of Err may be secret.
func (e *SignError) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

// Unwrap returns the source's error.
func (e *SignError) Unwrap() error { return e.Err }

// ErrorClass returns the error's class for metrics: see [transport.ClassifyError]. It is
// that of a credential, unless the source had to read the request body and could not.
func (e *SignError) ErrorClass() string {
	if _, body := errors.AsType[*layer.BodyError](e.Err); body {
		return string(transport.ClassRequestBody)
	}
	if errors.Is(e.Err, layer.ErrNotReplayable) {
		return string(transport.ClassNotReplayable)
	}
	return string(transport.ClassCredential)
}

// NotSent returns true, because no part of the request was sent.
func (e *SignError) NotSent() bool { return true }

type signer struct {
	layer.Link

	at     origin
	to     place
	source Source          // without its place
	budget *layer.Budget   // or nil
	base   *http.Transport // for an http origin; nil if none was found
	plain  bool
}

// clash returns an error if a layer below sends a credential in the same place to the same
// origin, since one would replace the other.
func (s *signer) clash(next http.RoundTripper) error {
	for _, below := range transport.Layers(next) {
		other, ok := below.(*signer)
		if ok && other.Fault() == nil && s.to.kind != inSignature && s.to == other.to && s.at.equals(&other.at) {
			return fmt.Errorf("auth: two credentials for %s of %s: remove one, or use WithSource for single calls", s.to, s.at)
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
	case record.Looping(req.Context()): // the loop repeats the attempt
		return s.sendInLoop(req, renewer, signed)
	}
	return s.sendTwice(req, renewer, signed)
}

// sourceFor returns the source for req. It is nil if req goes to another origin, already
// has a credential, or is to be sent without one.
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

// goesHome reports whether req goes to the origin. For a plain http request, a proxy uses
// the Host rather than the URL.
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
	return layer.Restore(resp, req), err // layers above must not see the credential
}
