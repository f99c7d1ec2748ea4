package tripware

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/network"
)

// New returns a client with all layers in their default order. Without options it adds a
// transaction id to each call, retries, and reads rate-limit headers. If options are
// invalid, New returns one error that lists all problems. The client is safe for
// concurrent use.
//
// The client has no Timeout. Set a deadline on the request's context, or use
// [retry.WithCallTimeout].
func New(opts ...Option) (*http.Client, error) {
	rt, err := NewTransport(opts...)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: rt}, nil
}

// NewTransport returns only the transport of [New], for use with an existing client. It
// returns the same errors.
func NewTransport(opts ...Option) (http.RoundTripper, error) {
	cfg := &config{identity: []transport.IdentityOption{transport.WithUserAgent(UserAgent)}}
	Options(opts...)(cfg)
	base, err := cfg.network()
	rt := cfg.chain(base)
	if err := errors.Join(err, transport.Check(rt)); err != nil {
		return nil, fmt.Errorf("tripware: %w", err)
	}
	return rt, nil
}

// chain returns all layers in the default order, which the package comment explains.
func (c *config) chain(base http.RoundTripper) http.RoundTripper {
	admission, own, last := divide(placed("PerAttempt", c.perAttempt))
	return transport.Chain(base, slices.Concat(
		[]transport.Middleware{transport.Identity(c.identity...)}, // once per call
		placed("WithTracing", c.tracing),
		[]transport.Middleware{logging.Calls(c.logger, c.logging...), metrics.Calls(c.publishers)},
		placed("PerCall", c.perCall),
		[]transport.Middleware{retry.New(c.retry...)},
		c.hedges(), // from here on, once per attempt
		admission,
		[]transport.Middleware{
			bulkhead.New(c.bulkhead),
			ratelimit.New(c.limiter, c.limits...),
			logging.Attempts(c.logger, c.logging...),
			metrics.Attempts(c.publishers),
		},
		own,
		c.credentials(),
		last,
	)...)
}

// hedges returns the layer that hedges, if WithHedge asks for one.
func (c *config) hedges() []transport.Middleware {
	if !c.hedged {
		return nil
	}
	return []transport.Middleware{hedge.New(c.hedge...)}
}

// divide returns the layers that decide which attempts are made, which belong above the
// limiter, those that belong just above the base, and the others.
func divide(layers []transport.Middleware) (admission, others, last []transport.Middleware) {
	for _, mw := range layers {
		switch p := placeOf(mw); {
		case p > layer.AtRetry && p < layer.AtLimit:
			admission = append(admission, mw)
		case p == layer.AtBase:
			last = append(last, mw)
		default:
			others = append(others, mw)
		}
	}
	return admission, others, last
}

// placeOf returns the place of the layer that mw makes. It makes one that is not used.
func placeOf(mw transport.Middleware) layer.Place {
	if mw == nil {
		return layer.Anywhere
	}
	if l, ok := mw(http.DefaultTransport).(interface{ Place() layer.Place }); ok {
		return l.Place()
	}
	return layer.Anywhere
}

// credentials returns the layers that add credentials. Layers that sign the whole request
// come last.
func (c *config) credentials() []transport.Middleware {
	var keys, signatures []transport.Middleware
	for _, mw := range c.auth {
		if placeOf(mw) == layer.AtSignature {
			signatures = append(signatures, mw)
		} else {
			keys = append(keys, mw)
		}
	}
	return append(keys, signatures...)
}

// placed returns the layers of an option. If a middleware returns nil, the error gives its
// position in the option, which says more than its position in the chain.
func placed(option string, layers []transport.Middleware) []transport.Middleware {
	named := make([]transport.Middleware, len(layers))
	for i, mw := range layers {
		if mw == nil {
			continue // transport.Chain skips it
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

// bare removes the outermost context of err, which says only that a base was being built.
func bare(err error) error { return cmp.Or(errors.Unwrap(err), err) }

// network returns the base: the caller's, or a clone of it if there are network options, or
// else a new one.
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
	if err != nil { // do not return base, since a nil *http.Transport in an interface is not nil
		return nil, bare(err)
	}
	return base, nil
}
