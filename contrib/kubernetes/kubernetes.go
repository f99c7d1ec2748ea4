package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"k8s.io/client-go/rest"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// Wrap puts the chain of tripware.NewTransport with opts below the clients that are made of
// cfg later. It modifies cfg as its method Wrap does: wrappers that cfg already has are below
// the chain, and run once per attempt; wrappers that are added later are above it.
//
// The base of the chain is the transport of cfg, so tripware.WithBase has no effect.
// tripware.WithConnection needs a transport of net/http; exec, attach and port-forward have
// none, and are refused with it. If opts have a limiter, Wrap disables client-go's own by
// setting QPS to -1, since requests would wait for both; a RateLimiter of cfg is left alone.
//
// Wrap returns an error, and leaves cfg unchanged, if cfg is nil or already wrapped, or if
// opts are invalid. To find that out, it calls cfg.WrapTransport once. It is not safe for
// concurrent use of cfg. A transport that is found to be unsuitable later refuses every call.
func Wrap(cfg *rest.Config, opts ...tripware.Option) error {
	if cfg == nil {
		return errors.New("kubernetes: wrap config: it is nil")
	}
	opts = slices.Clone(opts)
	base := cfg.Transport
	if base == nil {
		base = &http.Transport{}
	}
	if cfg.WrapTransport != nil {
		base = cfg.WrapTransport(base)
	}
	trial := newAdapter(base, opts)
	if trial.Fault() != nil {
		return fmt.Errorf("kubernetes: wrap config: %w", trial.Fault())
	}
	if slices.ContainsFunc(transport.Layers(trial.Next), limits) {
		cfg.QPS = -1
	}
	cfg.Wrap(func(rt http.RoundTripper) http.RoundTripper { return newAdapter(rt, opts) })
	return nil
}

// limits reports whether rt is a layer that limits the rate of attempts.
func limits(rt http.RoundTripper) bool {
	if at, ok := rt.(interface{ Place() layer.Place }); !ok || at.Place() != layer.AtLimit {
		return false
	}
	own, ok := rt.(interface{ Limiter() *ratelimit.Limiter })
	return !ok || own.Limiter() != nil
}

// An adapter is the layer between client-go and the chain.
type adapter struct {
	layer.Link // to the chain

	base http.RoundTripper // of the chain
}

func newAdapter(base http.RoundTripper, opts []tripware.Option) *adapter {
	if isWrapped(base) {
		fault := errors.New("it is already wrapped, and two retry loops would multiply the attempts: pass all options to one Wrap")
		return &adapter{layer.NewLink("kubernetes", layer.Anywhere, base, fault), base}
	}
	chain, err := tripware.NewTransport(
		tripware.WithRetry(retry.WithClassifier(asClientGo), retry.WithHook(giveUp)),
		tripware.Options(opts...),
		tripware.WithBase(base),
	)
	if err != nil {
		chain = base
	}
	return &adapter{layer.NewLink("kubernetes", layer.Anywhere, chain, err), base}
}

// isWrapped reports whether there is an adapter at or below rt.
func isWrapped(rt http.RoundTripper) bool {
	const most = 1000 // a wrapper may unwrap to itself
	for range most {
		switch l := rt.(type) {
		case *adapter:
			return true
		case interface{ WrappedRoundTripper() http.RoundTripper }:
			rt = l.WrappedRoundTripper()
		case interface{ Unwrap() http.RoundTripper }:
			rt = l.Unwrap()
		default:
			return false
		}
	}
	return false
}

// WrappedRoundTripper returns the transport below the chain, by which client-go finds its
// TLS settings and idle connections.
func (a *adapter) WrappedRoundTripper() http.RoundTripper { return a.base }

// RoundTrip sends req through the chain, and keeps client-go from repeating what the retry
// loop of the chain has given up on.
func (a *adapter) RoundTrip(req *http.Request) (*http.Response, error) {
	if a.Fault() != nil {
		return nil, layer.Refuse(req, fmt.Errorf("kubernetes: send request: %w", a.Fault()))
	}
	ctx := req.Context()
	if isStream(req) {
		ctx = logging.WithoutBodies(retry.WithPolicy(ctx, retry.Off()))
		resp, err := a.Next.RoundTrip(req.WithContext(ctx))
		return resp, recognizable(err)
	}
	var end ending
	resp, err := a.Next.RoundTrip(req.WithContext(context.WithValue(ctx, endingKey{}, &end)))
	switch {
	case !end.givenUp:
		return resp, recognizable(err)
	case err != nil:
		return nil, settled(req, err)
	}
	return hidden(resp), nil
}

// An ending says how the retry loop ended a round trip.
type ending struct{ givenUp bool }

type endingKey struct{}

// giveUp is the hook of the retry loop that notes that no retry follows.
func giveUp(ctx context.Context, e retry.Event) {
	if end, ok := ctx.Value(endingKey{}).(*ending); ok {
		end.givenUp = e.Reason != ""
	}
}

// asClientGo retries a 5xx with a Retry-After that client-go understands, whatever the method.
func asClientGo(o retry.Outcome) retry.Answer {
	if o.Status < http.StatusInternalServerError {
		return retry.AsUsual
	}
	if _, err := strconv.Atoi(o.Header.Get("Retry-After")); err != nil {
		return retry.AsUsual
	}
	return retry.Yes
}
