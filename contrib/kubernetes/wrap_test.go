package kubernetes_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/flowcontrol"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/kubernetes"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/network"
)

func none(http.RoundTripper) http.RoundTripper { return nil }

// A foreign wrapper unwraps as client-go's own do.
type foreign struct{ http.RoundTripper }

func (f foreign) WrappedRoundTripper() http.RoundTripper { return f.RoundTripper }

func TestBadInputIsRefused(t *testing.T) {
	t.Parallel()
	wrapped := func() *rest.Config {
		cfg := configOf(always(200, "")())
		require.NoError(t, kubernetes.Wrap(cfg))
		return cfg
	}
	above := wrapped()
	above.Wrap(func(rt http.RoundTripper) http.RoundTripper { return foreign{rt} })
	below := wrapped()
	below.WrapTransport(below.Transport)
	for name, test := range map[string]struct {
		cfg  *rest.Config
		opts []tripware.Option
		want string
	}{
		"no config":         {want: "kubernetes: wrap config: it is nil"},
		"a wrapped config":  {cfg: wrapped(), want: "kubernetes: wrap config: it is already wrapped, and two retry loops would multiply the attempts: pass all options to one Wrap"},
		"a copy of it":      {cfg: rest.CopyConfig(wrapped()), want: "kubernetes: wrap config: it is already wrapped"},
		"with a wrapper":    {cfg: above, want: "kubernetes: wrap config: it is already wrapped"},
		"a wrapped base":    {cfg: configOf(below.WrapTransport(below.Transport)), want: "kubernetes: wrap config: it is already wrapped"},
		"a retry loop":      {cfg: configOf(transport.Chain(nil, retry.New())), want: "two retry loops multiply their attempts"},
		"a nil layer":       {cfg: configOf(nil), opts: []tripware.Option{tripware.PerCall(none)}, want: "kubernetes: wrap config: tripware: PerCall: layer 1 of 1 returned no RoundTripper"},
		"a bad option":      {cfg: configOf(nil), opts: []tripware.Option{tripware.WithRetry(retry.WithMaxRetries(-1))}, want: "retry: max retries -1 is negative"},
		"a nil base":        {cfg: configOf((*http.Transport)(nil)), want: "kubernetes: wrap config: tripware: base: it is a nil *http.Transport"},
		"a wrapper of none": {cfg: &rest.Config{WrapTransport: none}, want: "kubernetes: wrap config: tripware: base: it is nil"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var before rest.Config
			if test.cfg != nil {
				before = *test.cfg
			}
			require.ErrorContains(t, kubernetes.Wrap(test.cfg, test.opts...), test.want)
			if test.cfg != nil {
				assert.Equal(t, before.QPS, test.cfg.QPS) //nolint:testifylint // it is not computed
				assert.Equal(t, before.WrapTransport == nil, test.cfg.WrapTransport == nil)
			}
		})
	}
	assert.NoError(t, kubernetes.Wrap(configOf(nil), nil, tripware.PerCall(nil)), "nil options and layers are skipped, as by tripware.New")
}

// A transport that shows only later that it does not fit refuses every call, and says why.
func TestATransportThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	cfg := &rest.Config{Host: "https://10.0.0.1:6443"}
	require.NoError(t, kubernetes.Wrap(cfg, tripware.WithConnection(network.WithConcurrency(8))))
	server := throttling(200, "")
	cfg.Transport = server
	_, err := begun(t, cfg, create)
	assert.ErrorContains(t, err, "kubernetes: send request: tripware: ")
	assert.Empty(t, server.requests)
}

// Requests wait for one limiter only.
func TestOneLimiter(t *testing.T) {
	t.Parallel()
	mine := flowcontrol.NewFakeAlwaysRateLimiter()
	for name, test := range map[string]struct {
		cfg  rest.Config
		opts []tripware.Option
		want float32
	}{
		"none":                {want: 0},
		"client-go's":         {cfg: rest.Config{QPS: 50}, want: 50},
		"only read":           {cfg: rest.Config{QPS: 50}, opts: []tripware.Option{tripware.WithLimiter(nil)}, want: 50},
		"ours":                {opts: []tripware.Option{tripware.WithLimiter(ratelimit.NewLimiter())}, want: -1},
		"both":                {cfg: rest.Config{QPS: 50, Burst: 100}, opts: []tripware.Option{tripware.WithLimiter(ratelimit.NewLimiter())}, want: -1},
		"ours and a caller's": {cfg: rest.Config{RateLimiter: mine}, opts: []tripware.Option{tripware.WithLimiter(ratelimit.NewLimiter())}, want: -1},
		"of a third":          {opts: []tripware.Option{tripware.PerAttempt(pacing)}, want: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limiter := test.cfg.RateLimiter
			require.NoError(t, kubernetes.Wrap(&test.cfg, test.opts...))
			assert.Equal(t, test.want, test.cfg.QPS) //nolint:testifylint // it is not computed
			assert.Equal(t, limiter, test.cfg.RateLimiter)
		})
	}
}

// pacing is a limiter of another package.
func pacing(next http.RoundTripper) http.RoundTripper {
	l := layer.NewLink("pacing", layer.AtLimit, next)
	return &pacer{l}
}

type pacer struct{ layer.Link }

func (p *pacer) RoundTrip(req *http.Request) (*http.Response, error) { return p.Send(req) }

// Wrappers that were there before run once per attempt, and later ones once per call.
func TestWrappersOfTheConfigStay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var earlier, later int
		count := func(n *int) func(http.RoundTripper) http.RoundTripper {
			return func(rt http.RoundTripper) http.RoundTripper {
				return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					*n++
					return rt.RoundTrip(req)
				})
			}
		}
		cfg := configOf(throttling(503, "1"))
		cfg.Wrap(count(&earlier))
		require.NoError(t, kubernetes.Wrap(cfg, tripware.WithRetry(retry.WithMaxRetries(3))))
		cfg.Wrap(count(&later))
		_, err := begun(t, cfg, list)
		require.Error(t, err)
		assert.Equal(t, 4, earlier)
		assert.Equal(t, 1, later)
	})
}

// client-go finds its own transport below the chain, to close idle connections for example.
func TestClientGoFindsItsTransport(t *testing.T) {
	t.Parallel()
	base := &closer{}
	cfg := configOf(base)
	require.NoError(t, kubernetes.Wrap(cfg, tripware.WithLogger(nil, logging.Off())))
	client, err := rest.HTTPClientFor(cfg)
	require.NoError(t, err)
	client.CloseIdleConnections()
	assert.Equal(t, 1, base.closed)
	over, ok := client.Transport.(interface{ WrappedRoundTripper() http.RoundTripper })
	require.True(t, ok)
	assert.Same(t, base, over.WrappedRoundTripper())
}

type closer struct {
	apiserver
	closed int
}

func (c *closer) CloseIdleConnections() { c.closed++ }
