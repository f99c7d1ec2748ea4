// Package auth signs requests with an Authorization header, for one origin only.
package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/tripware/tripware/transport"
)

const headerAuthorization = "Authorization"

// A Secret is a text that prints as *** everywhere.
type Secret = transport.Secret

// NewSecret returns text as a [Secret].
func NewSecret(text string) Secret { return transport.NewSecret(text) }

// An Option sets how [New] signs.
type Option func(*config)

type config struct{ plain bool }

// AllowPlainHTTP lets a credential go to an http origin that is not loopback:
// whoever is on the way can read it there. The default refuses such an origin.
func AllowPlainHTTP() Option { return func(c *config) { c.plain = true } }

// New returns a middleware that signs each attempt sent to origin and lets
// requests elsewhere pass unsigned, so that neither a redirect nor a server's
// paging link carries the credential away. Place it innermost, next to the base.
//
// The origin is the scheme, host and port of an absolute URL, such as
// "https://api.example.com"; a path after it is ignored, so that a base URL
// will do. Hosts are compared as they are written, in any case: a trailing dot
// or another spelling of an IPv6 address is another host. An http origin must be
// loopback (127.0.0.0/8, ::1, localhost), or see [AllowPlainHTTP].
//
// An Authorization header that the caller set stands. If the source fails, the
// attempt fails with a [*SignError] and nothing is sent. If it is a [Renewer],
// an answer of 401 renews its value and earns one attempt more: of the call's
// retry loop if there is one, else of this layer if the body can be sent again;
// a second 401 is final.
//
// An impossible origin, a nil source and a source made from a bad key make the
// layer refuse every call, and [transport.Check] reports them.
func New(origin string, source Source, opts ...Option) transport.Middleware {
	var cfg config
	for _, opt := range opts {
		if opt != nil {
			opt(&cfg)
		}
	}
	at, fault := parseOrigin(origin, cfg.plain)
	faults := errors.Join(fault, faultOf(source))
	return func(next http.RoundTripper) http.RoundTripper {
		return &signer{Link: transport.NewLink("auth", transport.AtCredential, next, faults), at: at, source: source}
	}
}

// A SignError is why an attempt was not signed and so not sent. It wraps what
// the source said; no credential stands in it unless the source's error has one.
type SignError struct{ Err error }

// Error says what the source said, less what looks like a secret.
func (e *SignError) Error() string {
	return "auth: sign request: " + transport.RedactText(e.Err.Error())
}

// MarshalJSON writes what Error says: the fields of a foreign error may be secret.
func (e *SignError) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

// Unwrap returns the source's error.
func (e *SignError) Unwrap() error { return e.Err }

// NotSent reports that no byte of the request was sent: it is true.
func (e *SignError) NotSent() bool { return true }

type signer struct {
	transport.Link

	at     origin
	source Source
}

func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.Fault() != nil {
		return nil, transport.Refuse(req, s.Fault())
	}
	source := s.sourceFor(req)
	if source == nil {
		return s.Send(req)
	}
	value, err := valueOf(req.Context(), source)
	if err != nil {
		return nil, transport.Refuse(req, &SignError{err})
	}
	resp, err := s.send(req, value)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	if renewer, ok := source.(Renewer); ok {
		return s.renew(req, resp, renewer, value)
	}
	return resp, nil
}

// sourceFor returns what signs req: nil when it goes elsewhere, or has a
// credential of the caller's own, or is to have none.
func (s *signer) sourceFor(req *http.Request) Source {
	if !s.at.matches(req.URL) {
		return nil
	}
	if _, has := req.Header[headerAuthorization]; has {
		return nil
	}
	source := s.source
	if override, ok := req.Context().Value(overrideKey{}).(Source); ok {
		source = override
	}
	if _, unsigned := source.(none); unsigned {
		return nil
	}
	return source
}

func (s *signer) send(req *http.Request, value string) (*http.Response, error) {
	resp, err := s.Send(transport.CopyWith(req, headerAuthorization, value))
	return transport.Restore(resp, req), err // the answer must not carry the credential upwards
}

// asked is the fact that a call had its attempt more after a 401.
type asked struct{}

// renew answers a 401 to value: with the response as it is when the retry loop
// repeats the attempt or nobody can, else with that of a replay.
func (s *signer) renew(req *http.Request, resp *http.Response, source Renewer, value string) (*http.Response, error) {
	source.Renew(value)
	call := transport.CallFrom(req.Context())
	if _, second := transport.Fact[asked](call); second || req.Context().Err() != nil {
		return resp, nil //nolint:nilerr // the answer that is there stands
	}
	transport.Put(req.Context(), asked{})
	if call.Again() {
		return resp, nil
	}
	again, ok := replay(req)
	if !ok {
		return resp, nil
	}
	renewed, err := valueOf(req.Context(), source)
	if err == nil && renewed == value { // the same answer would come
		transport.CloseBody(again.Body)
		return resp, nil
	}
	transport.Drain(resp.Body, transport.DrainBytes, transport.DrainTime)
	if err != nil {
		return nil, transport.Refuse(again, &SignError{err})
	}
	resp, err = s.send(again, renewed)
	return transport.Restore(resp, req), err
}

// replay returns req with its body to be sent a second time.
func replay(req *http.Request) (*http.Request, bool) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, true
	}
	if req.GetBody == nil {
		return nil, false
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, false
	}
	again := *req
	again.Body = body
	return &again, true
}

type overrideKey struct{}

// WithSource returns a context whose calls are signed by source instead of the
// layer's own, at the layer's origin; [None] sends them unsigned. A source that
// is nil or was made from a bad key fails the call: nothing is sent, and the
// layer's own credential does not stand in.
func WithSource(ctx context.Context, source Source) context.Context {
	if fault := faultOf(source); fault != nil {
		source = &static{fault: fmt.Errorf("the source of this call: %w", fault)}
	}
	return context.WithValue(ctx, overrideKey{}, source)
}
