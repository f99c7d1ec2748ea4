package storm_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

// Set by .ci/inspect, which needs what not every machine has.
var (
	picture = flag.String("picture", "", "take a picture of the page during the storm into this `file`, by the browser in -browser")
	browser = flag.String("browser", "chromium", "a headless Chromium")
	archive = flag.String("har", "", "write the calls of the storm into this `file`")
)

// shortWeather is what a struck request meets, without what would stop the limiter for long.
func shortWeather() []faults.Step {
	return []faults.Step{
		{Status: 429, Header: http.Header{"Retry-After": {"1"}}}, {Status: 500}, {Status: 503}, {Status: 503}, {Status: 502, Body: "<html>bad gateway</html>"},
		{Kind: faults.ResetUnread}, {Kind: faults.ResetBefore}, {Kind: faults.ResetInBody}, {Kind: faults.ResetInHead}, {Kind: faults.StallBefore},
		{Kind: faults.StallInBody, Status: 503}, {Kind: faults.Dribble, Pause: 2 * time.Millisecond}, {Kind: faults.Truncate}, {Kind: faults.Truncate, Status: 500},
		{Kind: faults.Endless, Status: 503}, {Kind: faults.Bomb, Size: 100 << 10, Status: 503}, {Kind: faults.CloseIdle},
		{Kind: faults.HugeHeader, Size: maxHeaders / 2}, {Kind: faults.HugeHeader, Size: maxHeaders * 2}, {Kind: faults.Early}, {Kind: faults.Trailers},
	}
}

// A watched storm is one whose calls an Inspector sees.
type watched struct {
	in     *inspect.Inspector
	client *http.Client
	server *faults.Server
}

// newWatched returns a storm with a limiter of so many attempts a second, and a first backoff
// of so long.
func newWatched(t *testing.T, rate float64, backoff time.Duration) *watched {
	t.Helper()
	server, err := faults.New(faults.Draw(seed, chance, shortWeather()...))
	require.NoError(t, err)
	t.Cleanup(server.Close)
	limiter, budget := ratelimit.NewLimiter(ratelimit.WithRate(rate, 10), ratelimit.WithLearning(false)), layer.NewBudget(0.2, 500, 50)
	in := inspect.New(inspect.WithPhases(), inspect.WithBodies(inspect.MaxBody), inspect.WithSlow(200*time.Millisecond),
		inspect.WithLimiter("api", limiter), inspect.WithBudget("retries", budget))
	client, err := tripware.New(
		tripware.WithConnection(network.WithMaxResponseHeaderBytes(maxHeaders), network.WithoutProxy()),
		tripware.WithTracing(in.Calls()), tripware.PerAttempt(in.Attempts()), tripware.WithLimiter(limiter),
		tripware.WithAuth(server.URL, auth.Key("GenieKey", redact.NewSecret("s3cr3t"))),
		tripware.WithRetry(retry.WithBaseDelay(backoff), retry.WithMaxDelay(8*backoff), retry.WithMaxRetries(maxRetries),
			retry.WithAttemptTimeout(patience), retry.WithCallTimeout(time.Minute), retry.WithDrain(layer.DrainBytes, drainTime), retry.WithBudget(budget)),
	)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return &watched{in, client, server}
}

// call makes a call of a worker and reads some of the response.
func (w *watched) call(ctx context.Context, worker, n int) {
	dice := rand.New(rand.NewPCG(seed, uint64(worker)<<32|uint64(n)))
	route := []string{"GET /v2/alerts", "GET /v2/schedules/{id}", "PUT /v2/alerts/{id}"}[dice.IntN(3)]
	method, _, _ := strings.Cut(route, " ")
	var body io.Reader
	if method == http.MethodPut {
		body = bytes.NewReader(bytesToSend[:1+dice.IntN(64<<10)])
	}
	ctx = transport.WithRoute(ctx, route)
	req, err := http.NewRequestWithContext(ctx, method, w.server.URL+"/v2/things?limit=5&apiKey=s3cr3t", body)
	if err != nil {
		panic(err)
	}
	req.Header.Set(faults.HeaderCall, fmt.Sprint(worker, ".", n))
	resp, err := w.client.Do(req)
	if err != nil {
		return // as the storm wants it
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 300<<10)
	_ = resp.Body.Close()
}

// blow makes calls until ctx ends, or each worker has made so many, with a pause between them.
func (w *watched) blow(ctx context.Context, workers, most int, pause time.Duration) {
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			for n := 0; n < most && ctx.Err() == nil; n++ {
				w.call(ctx, worker, n)
				time.Sleep(rand.N(pause + 1))
			}
		})
	}
	group.Wait()
}

// page returns what the page answers.
func (w *watched) page(t *testing.T, name string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/"+name, nil)
	req.RemoteAddr = "127.0.0.1:1"
	out := httptest.NewRecorder()
	w.in.Handler().ServeHTTP(out, req)
	return out.Body.String()
}

// T3: after a storm no call is left running, what is kept is within its limit whatever the
// bodies were, and shows no key.
func TestInspectionAfterTheStorm(t *testing.T) { //nolint:paralleltest // it measures the heap
	w := newWatched(t, 2000, time.Millisecond)
	w.blow(t.Context(), 4, 3, 0) // so that connections and buffers are there
	before := heap()
	w.blow(t.Context(), 16, 10, 0)
	grown := heap() - before
	t.Logf("%d KiB more than before", grown>>10)
	if !measure.Racing {
		assert.Less(t, grown, int64(6<<20), "2 MiB and what connections hold")
	}
	stream := w.page(t, "events")
	assert.Contains(t, stream, `"count":0,`, "no call is left running")
	var har bytes.Buffer
	require.NoError(t, w.in.WriteHAR(&har, nil))
	assert.True(t, json.Valid(har.Bytes()))
	for _, text := range []string{stream, har.String()} {
		assert.Contains(t, text, "apiKey=***")
		assert.NotContains(t, text, "s3cr3t")
	}
	if *archive != "" {
		require.NoError(t, os.WriteFile(*archive, har.Bytes(), 0o600))
	}
	runtime.KeepAlive(w)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// T3: the page during the storm, in a browser. It runs only with -picture.
func TestPageInABrowser(t *testing.T) { //nolint:paralleltest // it needs the machine
	if *picture == "" {
		t.Skip("without -picture there is no browser: see .ci/inspect")
	}
	w := newWatched(t, 40, 500*time.Millisecond)
	mux := http.NewServeMux()
	mux.Handle("/debug/calls/", w.in.Handler())
	mux.HandleFunc("/debug/calls/{$}", func(out http.ResponseWriter, r *http.Request) { // the same page, which is loaded only after slow.js
		page := httptest.NewRecorder()
		w.in.Handler().ServeHTTP(page, r)
		maps.Copy(out.Header(), page.Header())
		_, _ = io.WriteString(out, strings.Replace(page.Body.String(), "</head>", `<script async src="slow.js"></script></head>`, 1))
	})
	mux.HandleFunc("/debug/calls/slow.js", func(http.ResponseWriter, *http.Request) { time.Sleep(4 * time.Second) })
	server := httptest.NewServer(mux)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { w.blow(ctx, 14, 1<<30, 700*time.Millisecond) })
	defer group.Wait()
	defer cancel()
	time.Sleep(8 * time.Second)
	profile := t.TempDir()
	run := func(args ...string) string {
		within, end := context.WithTimeout(t.Context(), 2*time.Minute)
		defer end()
		args = append([]string{
			"--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb", "--user-data-dir=" + profile,
			"--window-size=1100,740", "--enable-logging=stderr", "--v=0",
		}, args...)
		command := exec.CommandContext(within, *browser, append(args, server.URL+"/debug/calls/")...)
		var out, said bytes.Buffer
		command.Stdout, command.Stderr = &out, &said
		require.NoError(t, command.Run(), "%s", said.String())
		assert.NotContains(t, said.String(), "Content Security Policy")
		assert.NotContains(t, said.String(), "Uncaught")
		return out.String()
	}
	shown := run("--dump-dom")
	for _, part := range []string{">live<", "GET /v2/alerts", "<rect", "backoff", "apiKey=***"} {
		assert.Contains(t, shown, part)
	}
	assert.NotContains(t, shown, "s3cr3t")
	run("--screenshot=" + *picture)
	info, err := os.Stat(*picture)
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(150<<10))
}
