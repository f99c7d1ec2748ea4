// Package auth signs requests with an Authorization header, for one origin only.
package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

const headerAuthorization = "Authorization"

// A Secret is a text that prints as *** everywhere.
type Secret = redact.Secret

// NewSecret returns text as a [Secret].
func NewSecret(text string) Secret { return redact.NewSecret(text) }

// An Option sets how [New] signs.
type Option func(*config)

type config struct {
	plain  bool
	budget *layer.Budget
}

// AllowPlainHTTP lets a credential go to an http origin that is not loopback:
// whoever is on the way can read it there. The default refuses such an origin.
func AllowPlainHTTP() Option { return func(c *config) { c.plain = true } }

// WithBudget has a replay after a 401, where no retry loop makes it, draw on b:
// the budget of the client's retries, say. An empty budget does not refuse it. The
// default, nil, draws on none.
func WithBudget(b *layer.Budget) Option { return func(c *config) { c.budget = b } }

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
// a response with 401 renews its value, and the attempt is repeated once: by the
// call's retry loop if there is one, else by this layer; a second 401 is final. So
// is the first where the body cannot be sent again.
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
		return &signer{Link: transport.NewLink("auth", transport.AtCredential, next, faults), at: at, source: source, budget: cfg.budget}
	}
}

// A SignError is why an attempt was not signed and so not sent. It wraps what
// the source said; no credential stands in it unless the source's error has one.
type SignError struct{ Err error }

// Error says what the source said, less what looks like a secret.
func (e *SignError) Error() string {
	return "auth: sign request: " + redact.Text(e.Err.Error())
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
	budget *layer.Budget // nil: none
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
	renewer, renews := source.(Renewer)
	if !renews {
		return s.send(req, value)
	}
	if transport.Looping(req.Context()) { // that one repeats the attempt
		resp, err := s.send(req, value)
		if err == nil && resp.StatusCode == http.StatusUnauthorized {
			renewer.Renew(value)
			if req.Context().Err() == nil {
				transport.Again(req.Context())
			}
		}
		return resp, err
	}
	return s.sendTwice(req, renewer, value)
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
	if own, ok := transport.Setting[override](req.Context()); ok && own.Source != nil {
		source = own.Source
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

// sendTwice sends req, and once more if the answer is 401 and the source has
// another value: what a retry loop would do, where there is none.
func (s *signer) sendTwice(req *http.Request, source Renewer, value string) (*http.Response, error) {
	replay, err := layer.NewReplay(req, replayBytes)
	if err != nil {
		return nil, transport.Refuse(req, fmt.Errorf("auth: %w", err))
	}
	defer replay.Finish()
	resp, err := s.attempt(req, &replay, value)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	source.Renew(value)
	if _, first := transport.Again(req.Context()); !first || req.Context().Err() != nil || !replay.Replayable() {
		return resp, nil
	}
	renewed, err := valueOf(req.Context(), source)
	if err == nil && renewed == value { // the same response would come
		return resp, nil
	}
	if err == nil && replay.Prepare(req.Context()) != nil {
		return resp, nil
	}
	s.drop(resp, replay.Held())
	if err != nil {
		return nil, &SignError{err}
	}
	s.budget.Draw()
	return s.attempt(req, &replay, renewed)
}

// replayBytes is how much of a body without GetBody or Seek is kept for a replay.
const replayBytes = 1 << 20

func (s *signer) attempt(req *http.Request, replay *layer.Replay, value string) (*http.Response, error) {
	attempt, err := replay.Attempt(req.Context(), req, true)
	if err != nil {
		return nil, fmt.Errorf("auth: open the request body: %w", err)
	}
	resp, err := s.send(attempt, value)
	return transport.Restore(resp, req), err
}

func (s *signer) drop(resp *http.Response, held bool) {
	var d layer.Drainer
	if held {
		d.Drop(resp.Body, layer.DrainBytes, layer.DrainTime)
	} else {
		d.Drain(resp.Body, layer.DrainBytes, layer.DrainTime)
	}
}

// An override is the source of the calls of a context: see [WithSource].
type override struct{ Source }

// WithSource returns a context whose calls are signed by source instead of the
// layer's own, at the layer's origin; [None] sends them unsigned. A source that
// is nil or was made from a bad key fails the call: nothing is sent, and the
// layer's own credential does not stand in. Requests that a layer makes anew
// inside an attempt are signed as ever.
func WithSource(ctx context.Context, source Source) context.Context {
	if fault := faultOf(source); fault != nil {
		source = &static{fault: fmt.Errorf("the source of this call: %w", fault)}
	}
	return transport.WithSetting(ctx, override{source})
}
