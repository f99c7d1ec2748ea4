package tripware

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"

	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/network"
)

// New returns a client whose transport is the chain in its standing order.
// Without options it tags calls with a transaction id, retries, and reads
// rate-limit headers. The error joins all that is wrong with the options;
// nothing is half-built then. The client is safe for concurrent use.
//
// It has no Timeout: set a deadline on the request's context, or
// [retry.WithCallTimeout].
func New(opts ...Option) (*http.Client, error) {
	rt, err := NewTransport(opts...)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: rt}, nil
}

// NewTransport returns the chain alone, to be put under a client that exists.
// The errors are those of [New].
func NewTransport(opts ...Option) (http.RoundTripper, error) {
	cfg := &config{identity: []transport.IdentityOption{transport.WithUserAgent(UserAgent)}}
	for _, opt := range opts {
		if opt != nil {
			opt(cfg)
		}
	}
	base, err := cfg.network()
	rt := cfg.chain(base)
	if err := errors.Join(err, transport.Check(rt)); err != nil {
		return nil, fmt.Errorf("tripware: %w", err)
	}
	return rt, nil
}

// chain is the standing order: see the package comment for why it is this one.
func (c *config) chain(base http.RoundTripper) http.RoundTripper {
	layers := []transport.Middleware{
		transport.Identity(c.identity...), // once per call
		logging.Calls(c.logger, c.logging...),
		metrics.Calls(c.publishers),
	}
	layers = append(layers, placed("PerCall", c.perCall)...)
	layers = append(layers,
		retry.New(c.retry...),
		ratelimit.New(c.limiter, c.limits...), // from here on: once per attempt
		logging.Attempts(c.logger, c.logging...),
		metrics.Attempts(c.publishers),
	)
	layers = append(layers, placed("PerAttempt", c.perAttempt)...)
	return transport.Chain(base, append(layers, c.credentials()...)...)
}

// credentials returns the layers that sign, those of a signature of the whole request
// last.
func (c *config) credentials() []transport.Middleware {
	var keys, signatures []transport.Middleware
	for _, mw := range c.auth {
		if l, ok := mw(http.DefaultTransport).(interface{ Place() layer.Place }); ok && l.Place() == layer.AtSignature {
			signatures = append(signatures, mw)
		} else {
			keys = append(keys, mw)
		}
	}
	return append(keys, signatures...)
}

// placed returns the layers of an option. One that puts up nothing is named by its
// place among them, since its number in the whole chain would say little.
func placed(option string, layers []transport.Middleware) []transport.Middleware {
	named := make([]transport.Middleware, len(layers))
	for i, mw := range layers {
		if mw == nil {
			continue // it is skipped
		}
		named[i] = func(next http.RoundTripper) http.RoundTripper {
			if rt := mw(next); !mistake.NilInside(rt) {
				return rt
			}
			fault := fmt.Errorf("%s: layer %d of %d returned no RoundTripper", option, i+1, len(layers))
			return &missing{layer.NewLink("nothing", layer.Anywhere, next, fault)}
		}
	}
	return named
}

// A missing layer refuses every call.
type missing struct{ layer.Link }

func (m *missing) RoundTrip(req *http.Request) (*http.Response, error) {
	return nil, layer.Refuse(req, m.Fault())
}

// bare returns what err wraps: that a base was being built says nothing here.
func bare(err error) error { return cmp.Or(errors.Unwrap(err), err) }

// network returns the base: the caller's, with the network options applied to a
// clone of it, or one of ours.
func (c *config) network() (http.RoundTripper, error) {
	switch {
	case c.based && c.base == nil:
		return nil, errors.New("base: it is nil: leave WithBase out, or give it one that is not nil")
	case c.based && mistake.NilInside(c.base):
		return nil, fmt.Errorf("base: it is a nil %T: leave WithBase out, or give it one that is not nil", c.base)
	}
	var base *http.Transport
	var err error
	switch {
	case c.base == nil:
		base, err = network.New(c.connection...)
	case len(c.connection) == 0:
		return c.base, nil
	default:
		base, err = network.Clone(c.base, c.connection...)
	}
	if err != nil { // and no base: a nil *http.Transport in an interface is not nil
		return nil, bare(err)
	}
	return base, nil
}
