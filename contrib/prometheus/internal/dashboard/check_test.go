//go:build dashboard

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/prometheus"
	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// patience is how long the check may take until every panel has data.
const patience = 75 * time.Second

// T1: every expression of the dashboard returns data from a real Prometheus that scrapes a
// program under load with faults. .ci/dashboard runs it, with the folder of the programs
// prometheus and promtool in PROMETHEUS_BIN.
func TestEveryPanelHasData(t *testing.T) {
	bin := os.Getenv("PROMETHEUS_BIN")
	require.NotEmpty(t, bin, "set PROMETHEUS_BIN to the folder of prometheus and promtool")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	program := newProgram(t)
	var load sync.WaitGroup
	loading, stop := context.WithCancel(ctx)
	defer load.Wait()
	defer stop()
	for range 8 {
		load.Go(func() { program.run(loading) })
	}
	at := startPrometheus(t, filepath.Join(bin, "prometheus"), program.scraped.URL)

	begun := time.Now()
	for _, v := range []string{"job", "route", "host"} {
		var values []string
		await(ctx, t, v, func() bool {
			return ask(ctx, t, at+"/api/v1/label/"+v+"/values?match[]=tripware_calls_total", &values) && len(values) > 0
		})
		t.Logf("variable %s: %s", v, strings.Join(values, ", "))
	}
	for _, r := range rows() {
		for _, p := range r.panels {
			for _, q := range p.targets {
				var found result
				await(ctx, t, p.title+" "+q.legend, func() bool {
					return ask(ctx, t, at+"/api/v1/query?query="+url.QueryEscape(concrete(q.expr)), &found) && found.numbers() > 0 && (found.positive() || idle(q.expr))
				})
				t.Logf("%-28s %-30s %2d series, the largest %s", p.title, q.legend, found.numbers(), found.example())
			}
		}
	}
	t.Logf("every panel has data, %.0f s after Prometheus was started", time.Since(begun).Seconds())
	promtool(ctx, t, filepath.Join(bin, "promtool"), program.scraped.URL)
}

// idle reports whether the result of an expression may be zero under load: that of a gauge,
// or of what nothing is folded into.
func idle(expr string) bool {
	return !strings.Contains(expr, "rate(") || strings.Contains(expr, metric.All().Overflows.Name)
}

// concrete replaces the variables of an expression as Grafana does.
func concrete(expr string) string {
	return strings.NewReplacer("$__rate_interval", "15s", "$job", ".*", "$route", ".*", "$host", ".*").Replace(expr)
}

func await(ctx context.Context, t *testing.T, what string, done func() bool) {
	t.Helper()
	for !done() {
		select {
		case <-ctx.Done():
			require.FailNow(t, "no data", what)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// A result is an instant vector.
type result struct {
	Result []struct {
		Metric map[string]string
		Value  [2]any
	}
}

func (r result) numbers() (n int) {
	for i := range r.Result {
		if !math.IsNaN(r.number(i)) {
			n++
		}
	}
	return n
}

func (r result) positive() bool {
	for i := range r.Result {
		if r.number(i) > 0 {
			return true
		}
	}
	return false
}

func (r result) number(i int) float64 {
	text, _ := r.Result[i].Value[1].(string)
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return number
}

// example returns the largest number and its labels.
func (r result) example() (text string) {
	largest := math.Inf(-1)
	for i := range r.Result {
		if number := r.number(i); number > largest {
			largest, text = number, fmt.Sprintf("%v %.3g", r.Result[i].Metric, number)
		}
	}
	return text
}

// ask reads the data of a response of Prometheus, and reports false if it has none yet.
func ask(ctx context.Context, t *testing.T, address string, data any) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return false // it is starting
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NotEqual(t, http.StatusBadRequest, resp.StatusCode, "%s", text)
	return resp.StatusCode == http.StatusOK && json.Unmarshal(text, &struct{ Data any }{data}) == nil
}

// startPrometheus starts the program on loopback, to scrape the target each second, and
// returns its address. It is ended by its process when the test ends.
func startPrometheus(t *testing.T, path, target string) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())
	folder := t.TempDir()
	config := fmt.Sprintf("global: {scrape_interval: 1s}\nscrape_configs: [{job_name: check, static_configs: [{targets: ['%s']}]}]\n",
		strings.TrimPrefix(target, "http://"))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "prometheus.yml"), []byte(config), 0o600))
	log, err := os.Create(filepath.Join(folder, "log"))
	require.NoError(t, err)
	cmd := exec.Command(path, "--config.file="+filepath.Join(folder, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(folder, "data"), "--web.listen-address="+address)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		last := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		last.Stop()
		_ = log.Close()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("prometheus said:\n%s", text)
		}
	})
	return "http://" + address
}

// promtool lets Prometheus' own program judge a scrape.
func promtool(ctx context.Context, t *testing.T, path, address string) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/metrics", http.NoBody)
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	cmd := exec.CommandContext(ctx, path, "check", "metrics")
	cmd.Stdin = resp.Body
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", said)
	assert.Empty(t, string(said))
	t.Log("promtool check metrics reports nothing")
}

// A program has a client, a server with faults that it calls, and its metrics.
type program struct {
	*http.Client

	server, scraped *httptest.Server
}

func newProgram(t *testing.T) *program {
	t.Helper()
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(300, 50), ratelimit.WithStore(ratelimit.NewMemoryStore()))
	budget := layer.DefaultBudget()
	permits := bulkhead.NewBulkhead(7, bulkhead.WithMaxWait(50*time.Millisecond), bulkhead.WithMaxHold(10*time.Millisecond), bulkhead.WithLogger(nil))
	collector := prometheus.New(prometheus.WithLimiter("api", limiter), prometheus.WithBudget("api", budget),
		prometheus.WithBulkhead("api", permits), prometheus.WithBreaker("api", &tripping{}))
	registry := client.NewRegistry()
	registry.MustRegister(collector)
	publishers := metrics.NewPublishers()
	collector.Subscribe(publishers)
	c, err := tripware.New(tripware.WithMetrics(publishers), tripware.PerCall(collector.InFlight), tripware.WithLimiter(limiter),
		tripware.WithBulkhead(permits), tripware.WithHedge(hedge.WithDelay(5*time.Millisecond)),
		tripware.WithRetry(retry.WithBudget(budget), retry.WithBaseDelay(20*time.Millisecond), retry.WithMaxRetries(2)))
	require.NoError(t, err)
	p := &program{c, httptest.NewServer(http.HandlerFunc(faulty)), httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))}
	t.Cleanup(func() {
		c.CloseIdleConnections()
		p.server.Close()
		p.scraped.Close()
	})
	return p
}

// A tripping breaker opens and refuses an attempt each time that its state is read.
type tripping struct{ opens atomic.Uint64 }

func (b *tripping) KeyStatuses(int) []transport.KeyStatus {
	n := b.opens.Add(1)
	return []transport.KeyStatus{{Key: "api", State: "open", Opened: n, Refused: n}}
}

// faulty responds to two of five requests with a fault.
func faulty(w http.ResponseWriter, req *http.Request) {
	time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	switch n := rand.IntN(100); {
	case req.URL.Path == "/moved":
		http.Redirect(w, req, "/books/1", http.StatusFound)
	case n < 15:
		w.WriteHeader(http.StatusServiceUnavailable)
	case n < 17:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	case n < 25:
		w.WriteHeader(http.StatusNotFound)
	case n < 33:
		panic(http.ErrAbortHandler)
	case n < 40: // a body that breaks
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "half")
	default:
		_, _ = io.WriteString(w, "whole")
	}
}

// run calls the server until ctx ends.
func (p *program) run(ctx context.Context) {
	for i := 0; ctx.Err() == nil; i++ {
		method, route, path := http.MethodGet, "GET /books/{id}", "/books/"+strconv.Itoa(i)
		switch rand.IntN(10) {
		case 0, 1, 2:
			method, route, path = http.MethodPost, "POST /books", "/books"
		case 3:
			route, path = "GET /moved", "/moved"
		}
		p.call(transport.WithRoute(ctx, route), method, path)
	}
}

func (p *program) call(ctx context.Context, method, path string) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if rand.IntN(20) == 0 {
		time.AfterFunc(5*time.Millisecond, cancel)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.server.URL+path, http.NoBody)
	if err != nil {
		return
	}
	resp, err := p.Do(req)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
}
