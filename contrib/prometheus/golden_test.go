package prometheus_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/prometheus"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

const (
	site  = "https://api.example.com"
	route = "GET /books/{id}"
)

// T1: what is counted of a call, however it ends. Time is virtual.
func TestGoldenFamilies(t *testing.T) {
	t.Parallel()
	tokens := 0
	renewed := auth.Refresh(func(context.Context) (auth.Token, error) {
		tokens++
		return auth.Token{Value: redact.NewSecret(strconv.Itoa(tokens))}, nil
	}, auth.WithRefreshCalm(0))
	for _, row := range []struct {
		name string
		opts []tripware.Option
		play func(ctx context.Context, s *scene) error
		ends error
	}{
		{name: "success", opts: []tripware.Option{tripware.WithBase(statuses(200))}},
		{name: "two resends", opts: []tripware.Option{tripware.WithBase(statuses(503, 503, 200))}},
		{name: "redirect", opts: []tripware.Option{tripware.WithBase(answers(
			answer{status: 302, header: http.Header{"Location": {"https://www.example.com/books/7"}}}, answer{status: 200}))}},
		{name: "401 replay", opts: []tripware.Option{tripware.WithBase(statuses(401, 200)), tripware.WithAuth(site, renewed)}},
		{name: "broken body", opts: []tripware.Option{tripware.WithBase(answers(answer{status: 200, breaks: true}))}, ends: io.ErrUnexpectedEOF},
		{name: "given up", opts: []tripware.Option{tripware.WithBase(statuses(503)), tripware.WithRetry(retry.WithMaxRetries(2))}},
		{name: "not idempotent", opts: []tripware.Option{tripware.WithBase(answers(answer{err: io.ErrUnexpectedEOF}))}, ends: io.ErrUnexpectedEOF,
			play: func(ctx context.Context, s *scene) error {
				return s.send(ctx, http.MethodPost, "POST /books", site+"/books")
			}},
		{name: "cancelled", opts: []tripware.Option{tripware.WithBase(statuses(503))}, ends: context.Canceled,
			play: func(ctx context.Context, s *scene) error {
				ctx, cancel := context.WithCancel(ctx)
				defer time.AfterFunc(time.Millisecond, cancel).Stop()
				return s.get(ctx, route, site+"/books/7")
			}},
		{name: "deadline", opts: []tripware.Option{tripware.WithBase(stalled{})}, ends: context.DeadlineExceeded,
			play: func(ctx context.Context, s *scene) error {
				ctx, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				return s.get(ctx, route, site+"/books/7")
			}},
		{name: "limited", opts: []tripware.Option{tripware.WithBase(statuses(200)), tripware.WithLimiter(slow(ratelimit.WithRate(1, 1)))},
			play: func(ctx context.Context, s *scene) error {
				return errors.Join(s.get(ctx, route, site+"/books/7"), s.get(ctx, route, site+"/books/8"))
			}},
		{name: "limited and refused", opts: []tripware.Option{tripware.WithBase(statuses(200)), tripware.WithLimiter(slow(ratelimit.WithRate(0.001, 1)))},
			ends: ratelimit.ErrLimited, play: func(ctx context.Context, s *scene) error {
				return errors.Join(s.get(ctx, route, site+"/books/7"), s.get(ctx, route, site+"/books/8"))
			}},
		{name: "throttled", opts: []tripware.Option{tripware.WithBase(answers(
			answer{status: 429, header: http.Header{"Retry-After": {"2"}}}, answer{status: 200}))}},
		{name: "hedged", opts: []tripware.Option{tripware.WithBase(&slowFirst{next: statuses(200)}), tripware.WithHedge(hedge.WithDelay(time.Second))},
			play: func(ctx context.Context, s *scene) error { // the first call is slow, the second is not
				return errors.Join(s.get(ctx, route, site+"/books/7"), s.get(ctx, route, site+"/books/8"))
			}},
		{name: "hedged in vain", opts: []tripware.Option{tripware.WithBase(latency{2 * time.Second, statuses(200)}), tripware.WithHedge(hedge.WithDelay(1500 * time.Millisecond))}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, prometheus.New(), row.opts...)
				play := row.play
				if play == nil {
					play = func(ctx context.Context, s *scene) error { return s.get(ctx, route, site+"/books/7") }
				}
				require.ErrorIs(t, play(t.Context(), s), row.ends)
				synctest.Wait() // until the attempts that a hedge canceled have ended
				golden(t, strings.ReplaceAll(row.name, " ", "-")+".txt", counts(t, s.registry))
				clean(t, s.collector)
			})
		})
	}
}

// T1: the same over sockets, with errors as they are, and a typed call.
func TestGoldenFamiliesOverSockets(t *testing.T) {
	t.Parallel()
	once := tripware.WithRetry(retry.Off())
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	unresolved := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}}
	}}
	trusting := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(trusting.CloseIdleConnections)
	for _, row := range []struct {
		name, url string
		opts      []tripware.Option
	}{
		{"refused", gone.URL, nil},
		{"dns", "http://api.example.com", []tripware.Option{tripware.WithBase(unresolved)}},
		{"tls", "https://" + plain.Listener.Addr().String(), []tripware.Option{tripware.WithBase(trusting)}},
		{"certificate", secure.URL, nil},
		{"not found", plain.URL, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, prometheus.New(), append(row.opts, once)...)
			defer s.CloseIdleConnections()
			err := s.get(t.Context(), route, row.url+"/books/7")
			if row.name == "not found" {
				require.NoError(t, err)
			} else {
				require.Error(t, err)
			}
			golden(t, strings.ReplaceAll(row.name, " ", "-")+".txt", counts(t, s.registry))
		})
	}
	t.Run("typed", func(t *testing.T) {
		t.Parallel()
		server := opsgenietest.New(t)
		publishers, collector := metrics.NewPublishers(), prometheus.New()
		collector.Subscribe(publishers)
		c, err := opsgenie.New(server.Key, opsgenie.WithBaseURL(server.URL), opsgenie.WithMetrics(publishers),
			opsgenie.WithTransport(tripware.PerCall(collector.InFlight)))
		require.NoError(t, err)
		pending, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "Disk full", Alias: "disk/07"})
		require.NoError(t, err)
		_, err = pending.Wait(t.Context())
		require.NoError(t, err)
		golden(t, "typed.txt", counts(t, register(t, collector)))
	})
}

// T1: the names, help, types, buckets and gauges of one call after a throttled one.
func TestGoldenExposition(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, budget := ratelimit.NewLimiter(ratelimit.WithJitter(func() float64 { return 0 })), layer.NewBudget(0, 10, 0)
		collector := prometheus.New(prometheus.WithLimiter("books", limiter), prometheus.WithBudget("books", budget))
		s := newScene(t, collector, tripware.PerCall(collector.InFlight), tripware.WithLimiter(limiter),
			tripware.WithRetry(retry.WithBudget(budget), retry.WithRandom(rand.NewPCG(1, 2))),
			tripware.WithBase(latency{30 * time.Millisecond, answers(answer{status: 503},
				answer{status: 429, header: http.Header{"Retry-After": {"2"}}}, answer{status: 200},
				answer{status: 429, header: http.Header{"Retry-After": {"600"}}})}))
		require.NoError(t, s.get(t.Context(), route, site+"/books/7"))
		require.NoError(t, s.get(t.Context(), route, site+"/books/8"))
		golden(t, "exposition.txt", exposition(t, s.registry))
		clean(t, collector)
	})
}

// clean fails if promlint finds something.
func clean(t *testing.T, c *prometheus.Collector) {
	t.Helper()
	problems, err := testutil.CollectAndLint(c)
	require.NoError(t, err)
	assert.Empty(t, problems)
}

func slow(opts ...ratelimit.LimiterOption) *ratelimit.Limiter { return ratelimit.NewLimiter(opts...) }

// stalled is a base that never answers.
type stalled struct{}

func (stalled) RoundTrip(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// slowFirst is a base that answers the first request only when it is canceled.
type slowFirst struct {
	seen atomic.Bool
	next http.RoundTripper
}

func (s *slowFirst) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.seen.CompareAndSwap(false, true) {
		return stalled{}.RoundTrip(req)
	}
	return s.next.RoundTrip(req)
}

// latency is a base that takes its time.
type latency struct {
	of   time.Duration
	next http.RoundTripper
}

func (l latency) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case <-req.Context().Done():
		return nil, req.Context().Err()
	case <-time.After(l.of): // virtual
		return l.next.RoundTrip(req)
	}
}
