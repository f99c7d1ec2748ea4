package prometheus_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/prometheus"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// sum adds up the series of a metric whose labels contain each of these texts.
func sum(t *testing.T, registry client.Gatherer, name string, labels ...string) (total float64) {
	t.Helper()
next:
	for _, line := range series(t, registry) {
		if !strings.HasPrefix(line, name+"{") && !strings.HasPrefix(line, name+" ") {
			continue
		}
		for _, label := range labels {
			if !strings.Contains(line, label) {
				continue next
			}
		}
		value, err := strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64)
		require.NoError(t, err)
		total += value
	}
	return total
}

// T1: ten thousand ids have the series of one.
func TestIdsAddNoSeries(t *testing.T) {
	t.Parallel()
	after := func(ids int) int {
		s := newScene(t, prometheus.New(), tripware.WithBase(statuses(200)))
		for i := range ids {
			for host := range 5 {
				require.NoError(t, s.get(t.Context(), route, fmt.Sprintf("https://h%d.example.com/books/%d?page=%d", host, i, i)))
			}
		}
		assert.InDelta(t, ids*5, sum(t, s.registry, "tripware_calls_total"), 0)
		return len(series(t, s.registry))
	}
	assert.Equal(t, after(1), after(10_000))
}

// T1: whatever callers and servers use as routes, hosts, methods, keys and codes, there are
// no more series than the limit, nothing is lost, and outcomes can be told apart.
func TestSeriesAreBounded(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{150, 500, 5000, 10_000} {
		t.Run(strconv.Itoa(limit), func(t *testing.T) {
			t.Parallel()
			limiter := ratelimit.NewLimiter()
			permits, breaker := bulkhead.NewBulkhead(1), newCircuits()
			collector := prometheus.New(prometheus.WithMaxSeries(limit), prometheus.WithLimiter("all", limiter),
				prometheus.WithBulkhead("all", permits), prometheus.WithBreaker("all", breaker))
			var sent int
			base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				sent++
				breaker.set(req.URL.Host, transport.KeyStatus{State: "open"})
				code := 200 + sent%2*300 + sent/2%100
				return statuses(code).RoundTrip(req)
			})
			s := newScene(t, collector, tripware.WithBase(base), tripware.WithLimiter(limiter), tripware.PerCall(collector.InFlight),
				tripware.WithBulkhead(permits), tripware.WithRetry(retry.WithBaseDelay(0), retry.WithMaxRetries(1)))
			const calls = 3000
			for i := range calls {
				method := []string{"GET", "POST", fmt.Sprintf("M%d", i)}[i%3]
				ctx := transport.WithRoute(t.Context(), fmt.Sprintf("GET /books/%d", i))
				req, err := http.NewRequestWithContext(ctx, method, fmt.Sprintf("https://h%d.example.com:%d/", i, i+1), http.NoBody)
				require.NoError(t, err)
				resp, err := s.Transport.RoundTrip(req)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				if i%500 == 0 {
					require.LessOrEqual(t, len(series(t, s.registry)), limit)
				}
			}
			got := len(series(t, s.registry))
			t.Logf("%d of at most %d series", got, limit)
			assert.LessOrEqual(t, got, limit)
			assert.InDelta(t, calls, sum(t, s.registry, "tripware_calls_total"), 0)
			assert.InDelta(t, sent, sum(t, s.registry, "tripware_attempts_total"), 0)
			assert.InDelta(t, sent, sum(t, s.registry, "tripware_http_client_request_duration_seconds_count"), 0)
			assert.Positive(t, sum(t, s.registry, "tripware_overflows_total"))
			assert.Positive(t, sum(t, s.registry, "tripware_calls_total", `host="_OTHER"`, `route="_OTHER"`))
			if limit >= 500 {
				assert.Zero(t, sum(t, s.registry, "tripware_call_duration_seconds_count", `outcome="_OTHER"`))
			}
		})
	}
}

// T1: a limit of 0 is none; what one label may have is limited all the same.
func TestLabelsAreBoundedWithoutALimitOfSeries(t *testing.T) {
	t.Parallel()
	collector := prometheus.New(prometheus.WithMaxSeries(0))
	registry := register(t, collector)
	for i := range 3000 {
		collector.Notify(t.Context(), metrics.CallEvent{
			Common: metrics.Common{Route: fmt.Sprint(i)}, Host: fmt.Sprint(i), Outcome: "success", StatusCode: i, Reason: transport.Reason(fmt.Sprint(i)),
			Waits: []transport.WaitTotal{{Cause: fmt.Sprint(i), Count: 1, Total: time.Second}},
		})
		collector.Notify(t.Context(), metrics.HTTPEvent{RetryCause: fmt.Sprint(i)})
	}
	count := func(label string) int {
		values := map[string]bool{}
		for _, line := range series(t, registry) {
			if _, rest, found := strings.Cut(line, label+`="`); found {
				value, _, _ := strings.Cut(rest, `"`)
				values[value] = true
			}
		}
		return len(values)
	}
	assert.Equal(t, 1002, count("route"), "with none and the others")
	assert.Equal(t, 102, count("host"))
	assert.Equal(t, 101, count("cause"), "of three metrics together")
	assert.Equal(t, 101, count("reason"))
	assert.Equal(t, 502, count("code"), "100 to 599, none and the others")
	assert.Equal(t, 1, count("method"))
}

// T1: a value that is too long, or not UTF-8, is folded.
func TestValuesThatAreNoLabelsAreFolded(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		strings.Repeat("x", 256): strings.Repeat("x", 256),
		strings.Repeat("x", 257): "_OTHER",
		"a\xff":                  "_OTHER",
		"a\n\"b":                 `a\n\"b`,
		"":                       "",
	} {
		limiter := ratelimit.NewLimiter(ratelimit.WithKey(func(*http.Request) string { return text }))
		collector := prometheus.New(prometheus.WithLimiter("l", limiter))
		registry := register(t, collector)
		collector.Notify(t.Context(), metrics.CallEvent{
			Common: metrics.Common{Route: text}, Host: text, Reason: transport.Reason(text), Waits: []transport.WaitTotal{{Cause: text}},
		})
		resp, err := ratelimit.New(limiter)(statuses(200)).RoundTrip(&http.Request{})
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		shown := exposition(t, registry)
		for _, label := range []string{"route", "host", "cause", "key"} {
			assert.Contains(t, shown, label+`="`+want+`"`)
		}
		if text != "" {
			assert.Contains(t, shown, `reason="`+want+`"`)
		}
	}
}

// A3, T1: no secret is exported, wherever it is: in the URL, the credential, a header, an
// error, or even in a route or a key of a limiter.
func TestNothingSecretIsExported(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "AWSAccessKeyId", "Signature", "sig",
		"X-Goog-Signature", "X-Goog-Credential", "code", "apiKey", "token", "access_token", "password",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			query := "?" + name + "=hush-hush"
			limiter := ratelimit.NewLimiter(ratelimit.WithKey(func(req *http.Request) string { return req.URL.String() }))
			collector := prometheus.New(prometheus.WithLimiter("l", limiter))
			s := newScene(t, collector, tripware.WithLimiter(limiter), tripware.PerCall(collector.InFlight),
				tripware.WithAuth(site, auth.Bearer(redact.NewSecret("hush-hush-bearer"))),
				tripware.WithRetry(retry.WithMaxRetries(1), retry.WithBaseDelay(0)),
				tripware.WithBase(answers(answer{status: 503, header: http.Header{"Set-Cookie": {"a=hush-hush"}}},
					answer{err: errors.New("dial https://user:hush-hush@api.example.com/" + query)})))
			require.Error(t, s.get(t.Context(), "GET https://user:hush-hush@api.example.com/books"+query, "https://user:hush-hush@api.example.com/books"+query))
			text := exposition(t, s.registry)
			assert.NotContains(t, text, "hush")
			assert.Contains(t, text, `route="GET https://`)
			assert.Contains(t, text, `key="https://`)
			assert.Contains(t, text, name+"=***")
		})
	}
}

// T1, C7: calls and scrapes at the same time.
func TestCountsWhileItIsScraped(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.NewLimiter()
	collector := prometheus.New(prometheus.WithLimiter("l", limiter), prometheus.WithMaxSeries(400))
	s := newScene(t, collector, tripware.WithBase(statuses(200)), tripware.WithLimiter(limiter), tripware.PerCall(collector.InFlight))
	var wg sync.WaitGroup
	for worker := range 64 {
		wg.Go(func() {
			for i := range 50 {
				assert.NoError(t, s.get(t.Context(), fmt.Sprint("GET /", i%40), fmt.Sprintf("https://h%d.example.com/", worker)))
				if i%25 == 0 {
					_, err := s.registry.Gather()
					assert.NoError(t, err)
				}
			}
		})
	}
	wg.Wait()
	assert.InDelta(t, 64*50, sum(t, s.registry, "tripware_calls_total"), 0)
	assert.Zero(t, sum(t, s.registry, "tripware_calls_in_flight"))
	assert.LessOrEqual(t, len(series(t, s.registry)), 400)
}

// T1: what the gauges show of a limiter, and that keys which it drops lose their series.
func TestShowsTheStateOfALimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter(ratelimit.WithRate(1, 1), ratelimit.WithIdleKeys(time.Minute))
		s := newScene(t, prometheus.New(prometheus.WithLimiter("a", limiter), prometheus.WithLimiter("b", ratelimit.NewLimiter())),
			tripware.WithLimiter(limiter), tripware.WithBase(latency{10 * time.Second, statuses(200)}))
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { assert.NoError(t, s.get(t.Context(), "", site)) })
		}
		synctest.Wait()
		of := func(name string) float64 { return sum(t, s.registry, name, `key="api.example.com"`, `limiter="a"`) }
		assert.InDelta(t, 1, of("tripware_limiter_rate"), 0)
		assert.InDelta(t, 2, of("tripware_limiter_queued_attempts"), 0)
		assert.InDelta(t, 1, of("tripware_limiter_running_attempts"), 0)
		assert.InDelta(t, 0, of("tripware_limiter_pause_seconds"), 0)
		wg.Wait()
		time.Sleep(time.Hour)
		require.NoError(t, s.get(t.Context(), "", "https://other.example.com"))
		text := exposition(t, s.registry)
		assert.NotContains(t, text, `key="api.example.com"`)
		assert.Contains(t, text, `key="other.example.com"`)
	})
}

// T1: keys beyond the first hundred share series, and a key that goes makes room for another.
func TestFoldsTheKeysOfALimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter(ratelimit.WithRate(1, 1), ratelimit.WithIdleKeys(time.Minute))
		s := newScene(t, prometheus.New(prometheus.WithLimiter("a", limiter)),
			tripware.WithLimiter(limiter), tripware.WithBase(latency{time.Second, statuses(200)}))
		var wg sync.WaitGroup
		for i := range 120 {
			wg.Go(func() { assert.NoError(t, s.get(t.Context(), "", fmt.Sprintf("https://h%d.example.com", i))) })
		}
		synctest.Wait()
		keys := func() int { return strings.Count(exposition(t, s.registry), "tripware_limiter_rate{") }
		assert.Equal(t, 101, keys())
		assert.InDelta(t, 20, sum(t, s.registry, "tripware_limiter_running_attempts", `key="_OTHER"`), 0)
		assert.InDelta(t, 1, sum(t, s.registry, "tripware_limiter_rate", `key="_OTHER"`), 0)
		wg.Wait()
		for range 60 { // keys are dropped a few at a time
			time.Sleep(2 * time.Minute)
			require.NoError(t, s.get(t.Context(), "", "https://new.example.com"))
		}
		assert.Equal(t, 1, keys())
		assert.Contains(t, exposition(t, s.registry), `tripware_limiter_rate{key="new.example.com",limiter="a"} 1`)
	})
}

// T1: keys that come and go use up no room.
func TestDroppedKeysGiveTheirRoomBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter(ratelimit.WithIdleKeys(time.Minute))
		registry := register(t, prometheus.New(prometheus.WithLimiter("a", limiter), prometheus.WithMaxSeries(150)))
		rt := ratelimit.New(limiter)(statuses(200))
		for i := range 100 {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("https://h%d.example.com", i), http.NoBody)
			require.NoError(t, err)
			resp, err := rt.RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Contains(t, exposition(t, registry), fmt.Sprintf(`tripware_limiter_rate{key="h%d.example.com",limiter="a"}`, i))
			time.Sleep(2 * time.Minute)
		}
	})
}
