package inspect_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// T3: by default only a peer on loopback that asks for a loopback name without a proxy in
// between sees anything; WithAllow replaces all three checks.
func TestWhoMaySeeThePage(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		peer, host string
		header     http.Header
		allow      func(*http.Request) bool
		want       int
	}{
		"loopback":                {peer: "127.0.0.1:5", host: "localhost:8080", want: 200},
		"another loopback":        {peer: "127.9.9.9:5", host: "127.0.0.1", want: 200},
		"IPv6":                    {peer: "[::1]:5", host: "[::1]:8080", want: 200},
		"IPv6 without a port":     {peer: "[::1]:5", host: "[::1]", want: 200},
		"IPv4 in IPv6":            {peer: "[::ffff:127.0.0.1]:5", host: "LOCALHOST.", want: 200},
		"a name under localhost":  {peer: "127.0.0.1:5", host: "app.localhost:8080", want: 200},
		"foreign peer":            {peer: "192.0.2.7:5", host: "localhost:8080", want: 403},
		"private peer":            {peer: "10.0.0.7:5", host: "localhost:8080", want: 403},
		"peer without an address": {peer: "@", host: "localhost:8080", want: 403},
		"foreign Host":            {peer: "127.0.0.1:5", host: "rebound.example.com:8080", want: 403},
		"like a loopback name":    {peer: "127.0.0.1:5", host: "localhost.example.com", want: 403},
		"like a loopback address": {peer: "127.0.0.1:5", host: "127.0.0.1.example.com", want: 403},
		"no Host":                 {peer: "127.0.0.1:5", want: 403},
		"Forwarded":               {peer: "127.0.0.1:5", host: "localhost", header: http.Header{"Forwarded": {"for=192.0.2.7"}}, want: 403},
		"X-Forwarded-For":         {peer: "127.0.0.1:5", host: "localhost", header: http.Header{"X-Forwarded-For": {"192.0.2.7"}}, want: 403},
		"empty X-Forwarded-Proto": {peer: "127.0.0.1:5", host: "localhost", header: http.Header{"X-Forwarded-Proto": {""}}, want: 403},
		"allowed": {
			peer: "192.0.2.7:5", host: "ops.example.com", header: http.Header{"X-Forwarded-For": {"192.0.2.9"}},
			allow: func(r *http.Request) bool { return r.Host == "ops.example.com" }, want: 200,
		},
		"not allowed on loopback": {peer: "127.0.0.1:5", host: "localhost", allow: func(*http.Request) bool { return false }, want: 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var opts []inspect.Option
			if row.allow != nil {
				opts = append(opts, inspect.WithAllow(row.allow))
			}
			in := inspect.New(opts...)
			send(t, client(t, in, roundTripper(memory)), request(t, http.MethodGet, "https://api.example.com/visible", nil))
			for _, file := range []string{"", "?text", "page.js", "page.css", "calls.har", "call?id=1"} {
				w := httptest.NewRecorder()
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/debug/calls/"+file, nil)
				r.RemoteAddr, r.Host = row.peer, row.host
				maps.Copy(r.Header, row.header)
				in.Handler().ServeHTTP(w, r)
				assert.Equal(t, row.want, w.Code, file)
				if row.want != http.StatusOK {
					assert.NotContains(t, w.Body.String(), "visible")
				}
			}
		})
	}
}

// T3: whatever the response, no script but the page's own runs, and nothing is stored.
func TestThePageIsClosedToOthers(t *testing.T) {
	t.Parallel()
	in := inspect.New()
	for _, file := range []string{"", "?text", "page.js", "page.css", "calls.har", "call?id=1", "call", "nothing"} {
		header := ask(t, in, file).Header()
		policy := header.Get("Content-Security-Policy")
		assert.Contains(t, policy, "default-src 'none'", file)
		assert.Contains(t, policy, "script-src 'self'", file)
		assert.NotContains(t, policy, "unsafe", file)
		assert.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), file)
		assert.Equal(t, "no-store", header.Get("Cache-Control"), file)
		assert.Equal(t, "DENY", header.Get("X-Frame-Options"), file)
	}
	page := ask(t, in, "").Body.String()
	assert.NotContains(t, page, "//", "no address of somebody else's")
	for _, inline := range []string{"<style", "style=", "onclick", "javascript:"} {
		assert.NotContains(t, page, inline)
	}
	assert.Equal(t, 1, strings.Count(page, "<script"), "which has a src")
	assert.NotRegexp(t, `innerHTML|insertAdjacent|document\.write|eval\(|new Function`, ask(t, in, "page.js").Body.String())

	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/debug/calls/", nil)
	r.RemoteAddr = "127.0.0.1:5"
	in.Handler().ServeHTTP(w, r)
	assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
}

// T3: a call that hangs for an hour shows what in.
func TestARunningCallShowsWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		step      step
		opts      []inspect.Option
		more      []tripware.Option
		what, why string
		planned   float64
	}{
		"headers":    {step: step{wait: 2 * time.Hour, status: 200}, what: "head"},
		"first byte": {step: step{reused: true, wait: 2 * time.Hour, status: 200}, opts: []inspect.Option{inspect.WithPhases()}, what: "head"},
		"name":       {step: step{dns: 2 * time.Hour, status: 200}, opts: []inspect.Option{inspect.WithPhases()}, what: "dns"},
		"connection": {step: step{dns: ms, connect: 2 * time.Hour, status: 200}, opts: []inspect.Option{inspect.WithPhases()}, what: "connect"},
		"handshake":  {step: step{dns: ms, connect: ms, tls: 2 * time.Hour, status: 200}, opts: []inspect.Option{inspect.WithPhases()}, what: "tls"},
		"body":       {step: step{wait: ms, status: 200, body: body("x", 2*time.Hour)}, what: "body"},
		"backoff": {
			step: step{wait: ms, status: 503}, what: "backoff", why: "status 503", planned: 7.2e6,
			more: []tripware.Option{tripware.WithRetry(retry.WithBaseDelay(2*time.Hour), retry.WithMaxDelay(3*time.Hour), retry.WithMaxElapsed(0), retry.WithMaxRetries(1))},
		},
		"limiter": {
			step: step{wait: ms, status: 200}, what: "limit", why: "paced", planned: 7.2e6,
		},
		"layer": {
			step: step{wait: ms, status: 200}, what: "layer",
			more: []tripware.Option{tripware.PerCall(func(next http.RoundTripper) http.RoundTripper {
				return roundTripper(func(req *http.Request) (*http.Response, error) {
					time.Sleep(2 * time.Hour)
					return next.RoundTrip(req)
				})
			})},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				in := inspect.New(row.opts...)
				more := row.more
				if name == "limiter" {
					more = []tripware.Option{tripware.WithLimiter(drained()), tripware.WithRetry(retry.WithMaxElapsed(0))} // born in the bubble
				}
				c := client(t, in, script(row.step, step{status: 200}), more...)
				req := request(t, http.MethodGet, "https://api.example.com/?apiKey=s3cr3t", nil)
				go attend(t, c, req)
				time.Sleep(time.Hour)
				live, _ := snapshot(t, in)
				require.Len(t, live.Running, 1)
				now := live.Running[0]
				assert.Equal(t, row.what, now.For)
				assert.Equal(t, row.why, now.Why)
				assert.InDelta(t, 3.6e6, now.Since, 10)
				assert.InDelta(t, row.planned, now.Planned, 10)
				assert.Equal(t, "https://api.example.com/?apiKey=***", now.URL)
				w := ask(t, in, "call?running=1&id=1")
				assert.Equal(t, http.StatusOK, w.Code)
				time.Sleep(4 * time.Hour)
				live, calls := snapshot(t, in)
				assert.Empty(t, live.Running)
				assert.Len(t, calls.Calls, 1)
			})
		})
	}
}

// drained returns a limiter whose next turn comes in two hours.
func drained() *ratelimit.Limiter {
	l := ratelimit.NewLimiter(ratelimit.WithRate(1/7200., 1), ratelimit.WithMaxWait(0))
	resp, err := ratelimit.New(l)(roundTripper(memory)).RoundTrip(httptest.NewRequest(http.MethodGet, "https://api.example.com/", nil))
	if err != nil {
		panic(err)
	}
	layer.CloseBody(resp.Body)
	return l
}

// T3: the page has the keys of limiters and the budgets.
func TestThePageShowsLimitersAndBudgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, budget := drained(), layer.NewBudget(0, 7, 0)
		in := inspect.New(inspect.WithLimiter("api", limiter), inspect.WithBudget("shared", budget))
		c := client(t, in, roundTripper(memory), tripware.WithLimiter(limiter), tripware.WithRetry(retry.WithMaxElapsed(0)))
		req := request(t, http.MethodGet, "https://api.example.com/", nil)
		go attend(t, c, req)
		synctest.Wait()
		live, _ := snapshot(t, in)
		require.Len(t, live.Limiters, 1)
		key := live.Limiters[0]
		assert.Equal(t, "api", key.Limiter)
		assert.Contains(t, key.Key, "api.example.com")
		assert.Equal(t, 1, key.Waiting)
		require.Len(t, live.Budgets, 1)
		assert.InDelta(t, 7, live.Budgets[0].Left, 0)
		time.Sleep(3 * time.Hour)
	})
}

// T3: the page says what a limiter shares, and since when its store is down.
func TestThePageShowsAFleet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &failing{Store: ratelimit.NewMemoryStore()}
		limiter := ratelimit.NewLimiter(ratelimit.WithStore(store), ratelimit.WithRate(10, 5),
			ratelimit.WithSharing(ratelimit.Sharing{Told: func(string, error) {}}))
		in := inspect.New(inspect.WithLimiter("api", limiter))
		c := client(t, in, roundTripper(memory), tripware.WithLimiter(limiter))
		req := request(t, http.MethodGet, "https://api.example.com/", nil)
		attend(t, c, req)
		synctest.Wait()
		assert.Contains(t, ask(t, in, "?text").Body.String(), ", members: 1, turns held: 0, asks: 1\n")
		store.down.Store(true)
		attend(t, c, req)
		attend(t, c, req)
		time.Sleep(2 * time.Second)
		live, _ := snapshot(t, in)
		require.NotNil(t, live.Limiters[0].Fleet)
		assert.InDelta(t, 2000, live.Limiters[0].Fleet.Down, 200)
		assert.Contains(t, ask(t, in, "?text").Body.String(), ", members: 1\n")
	})
}

// failing is a store that fails while it is down.
type failing struct {
	ratelimit.Store
	down atomic.Bool
}

func (s *failing) Lease(ctx context.Context, key string, ask ratelimit.Ask) (ratelimit.Lease, error) {
	if s.down.Load() {
		return ratelimit.Lease{}, errors.New("down")
	}
	return s.Store.Lease(ctx, key, ask)
}

// A keyed is a part of a client with so many keys.
type keyed int

func (n keyed) KeyStatuses(int) (list []transport.KeyStatus) {
	for range n {
		list = append(list, transport.KeyStatus{
			Key: "api\x1b[2J.example.com", State: "open", Detail: "?token=s3cr3t",
			Since: time.Now().Add(-time.Second), Until: time.Now().Add(4 * time.Second),
		})
	}
	return list
}

// T3: the page has the keys of bulkheads and breakers, a bounded number of them, without
// secrets.
func TestThePageShowsKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := bulkhead.NewBulkhead(2)
		in := inspect.New(inspect.WithKeys("out", b), inspect.WithKeys("circuits", keyed(1)))
		c := client(t, in, script(step{status: 200, body: body("hello", 0)}), tripware.WithBulkhead(b))
		resp, err := c.Do(request(t, http.MethodGet, "https://api.example.com/", nil))
		require.NoError(t, err)
		time.Sleep(3 * time.Second)
		live, _ := snapshot(t, in)
		require.Len(t, live.Keys, 2)
		assert.Equal(t, "out api.example.com free 1 of 2 in use, 0 queued, 0 refused, oldest held for 3s",
			live.Keys[0].Layer+" "+live.Keys[0].Key+" "+live.Keys[0].State+" "+live.Keys[0].Detail)
		breaker := live.Keys[1]
		assert.Equal(t, "circuits api [2J.example.com open ?token=***", breaker.Layer+" "+breaker.Key+" "+breaker.State+" "+breaker.Detail)
		assert.InDelta(t, 1000, breaker.Since, 0)
		assert.InDelta(t, 4000, breaker.Until, 0)
		assert.Contains(t, ask(t, in, "?text").Body.String(), `
out, api.example.com: free, 1 of 2 in use, 0 queued, 0 refused, oldest held for 3s
circuits, api [2J.example.com: open for 1s, for another 4s, ?token=***
`)
		require.NoError(t, resp.Body.Close())
		many, _ := snapshot(t, inspect.New(inspect.WithKeys("many", keyed(1000))))
		assert.Len(t, many.Keys, 200)
	})
}

// T3: failed and slow calls are kept although more recent ones push them out.
func TestFailedAndSlowCallsAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := inspect.New(inspect.WithKept(3, 2, 1), inspect.WithSlow(time.Second))
		c := client(t, in, roundTripper(func(req *http.Request) (*http.Response, error) {
			s := step{wait: ms, status: 200}
			switch {
			case strings.HasPrefix(req.URL.Path, "/failed"):
				s.status = 400
			case strings.HasPrefix(req.URL.Path, "/slow"):
				s.wait = time.Second
			}
			return s.run(req)
		}))
		for _, path := range []string{"failed0", "failed1", "failed2", "slow0", "slow1", "a", "b", "c", "d"} {
			send(t, c, request(t, http.MethodGet, "https://api.example.com/"+path, nil))
		}
		var paths []string
		require.NoError(t, in.WriteHAR(io.Discard, func(s inspect.Summary) bool {
			paths = append(paths, s.Outcome+" "+s.Elapsed.String())
			return true
		}))
		assert.Equal(t, []string{"failure 1ms", "failure 1ms", "success 1s", "success 1ms", "success 1ms", "success 1ms"}, paths)
		_, calls := snapshot(t, in)
		assert.Len(t, calls.Calls, 6)
	})
}

// T3: details of one call: its timeline, a curl command for each attempt, and its bodies.
func TestTheDetailOfACall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := inspect.New(inspect.WithBodies(inspect.MaxBody))
		c := client(t, in, script(step{wait: ms, status: 503}, step{wait: ms, status: 200, header: http.Header{"Content-Type": {"text/plain"}}, body: body("token=s3cr3t hello", 0)}))
		resp, text := send(t, c, request(t, http.MethodGet, "https://api.example.com/a?apiKey=s3cr3t", nil))
		assert.Equal(t, "token=s3cr3t hello", text, "the reader gets it as it is")
		var detail struct {
			Timeline     string
			Curl, Bodies []string
		}
		require.NoError(t, json.Unmarshal(ask(t, in, "call?id=1").Body.Bytes(), &detail))
		assert.Equal(t, inspect.Timeline(transport.CallOf(resp)), detail.Timeline)
		assert.Equal(t, []string{inspect.Curl(transport.CallOf(resp), 1), inspect.Curl(transport.CallOf(resp), 2)}, detail.Curl)
		assert.Equal(t, []string{"#2 response, 18 bytes\ntoken=*** hello"}, detail.Bodies)
		assert.Equal(t, http.StatusNotFound, ask(t, in, "call?id=2").Code)
		assert.Equal(t, http.StatusBadRequest, ask(t, in, "call?id=x").Code)
	})
}

// C10: invalid settings are errors of the layers and of the page.
func TestInvalidSettings(t *testing.T) {
	t.Parallel()
	in := inspect.New(inspect.WithKept(-1, 0, 0), inspect.WithBodies(inspect.MaxBody+1), inspect.WithMemory(-1), inspect.WithSlow(-1),
		inspect.WithHeaders("Accept", "X-Api-Key"), inspect.WithLimiter("l", nil), inspect.WithBudget("b", nil), inspect.WithKeys("k", nil), inspect.WithAllow(nil))
	_, err := tripware.New(tripware.WithTracing(in.Calls()), tripware.PerAttempt(in.Attempts()))
	for _, fault := range []string{"kept recent -1", "bodies 65537", "memory -1", "slow -1ns", `"X-Api-Key"`, `limiter "l"`, `budget "b"`, `keys "k"`, "allow is nil"} {
		require.ErrorContains(t, err, fault)
		assert.Contains(t, ask(t, in, "").Body.String(), fault)
	}
	_, err = transport.Chain(roundTripper(memory), in.Calls()).RoundTrip(request(t, http.MethodGet, "https://api.example.com/", nil))
	require.ErrorContains(t, err, "bodies 65537")
	assert.Equal(t, http.StatusInternalServerError, ask(t, in, "").Code)
}
