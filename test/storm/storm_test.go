package storm_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

const (
	seed       = 20_260_731
	chance     = 0.3 // of a fault, per request
	maxRetries = 4
	patience   = 500 * time.Millisecond // of an attempt
	drainTime  = 20 * time.Millisecond
	enough     = 45 * time.Second // after which no call begins
	maxHeaders = 64 << 10         // the most that the client takes
)

// weather is what a struck request meets; what stands here twice comes twice as often.
func weather(http2 bool) []faults.Step {
	hint := func(name, value string) http.Header { return http.Header{name: {value}} }
	past := time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC).Format(http.TimeFormat)
	steps := []faults.Step{
		{Status: 429}, {Status: 429, Header: hint("Retry-After", "0")}, {Status: 429, Header: hint("Retry-After", past)},
		{Status: 429, Header: hint("Retry-After", "3600")}, {Status: 429, Header: hint("X-Ratelimit-Period-In-Sec", "60")},
		{Status: 500}, {Status: 502, Body: "<html>bad gateway</html>"}, {Status: 503}, {Status: 503, Header: hint("Retry-After", "0")}, {Status: 504},
		{Kind: faults.ResetUnread}, {Kind: faults.ResetBefore}, {Kind: faults.ResetBefore}, {Kind: faults.ResetInBody}, {Kind: faults.ResetInBody, Status: 503},
		{Kind: faults.StallBefore}, {Kind: faults.StallInBody, Status: 503}, {Kind: faults.Dribble, Pause: time.Millisecond},
		{Kind: faults.Truncate}, {Kind: faults.Truncate, Status: 500}, {Kind: faults.Endless, Status: 503}, {Kind: faults.Bomb, Size: 100 << 10, Status: 503},
		{Kind: faults.CloseIdle}, {Kind: faults.CloseIdle}, {Kind: faults.HugeHeader, Size: maxHeaders / 2}, {Kind: faults.HugeHeader, Size: maxHeaders * 2},
		{Kind: faults.Early}, {Kind: faults.Trailers},
	}
	if !http2 {
		steps = append(steps, faults.Step{Kind: faults.ResetInHead}, faults.Step{Kind: faults.TruncateChunks})
	}
	return steps
}

// countingBase is the base round tripper: it counts what is asked of it, call by call.
type countingBase struct {
	*http.Transport
	mu    sync.Mutex
	asked map[string]int
}

func (b *countingBase) RoundTrip(req *http.Request) (*http.Response, error) {
	b.mu.Lock()
	b.asked[req.Header.Get(faults.HeaderCall)]++
	b.mu.Unlock()
	return b.Transport.RoundTrip(req)
}

// A storm is a client amid its servers.
type storm struct {
	client *http.Client
	base   *countingBase
	http1  *faults.Server
	http2  *faults.Server
	events atomic.Int64 // on the HTTP channel: one per attempt
}

func newStorm(t *testing.T) *storm {
	t.Helper()
	http1, err := faults.New(faults.Draw(seed, chance, weather(false)...))
	require.NoError(t, err)
	s := &storm{http1: http1, http2: faults.NewHTTP2(faults.Draw(seed, chance, weather(true)...))}
	base, err := network.New(network.WithRootCAs(s.http2.Roots), network.WithMaxResponseHeaderBytes(maxHeaders))
	require.NoError(t, err)
	s.base = &countingBase{Transport: base, asked: map[string]int{}}
	publishers := metrics.NewPublishers()
	publishers.HTTP.Subscribe(metrics.ObserverFunc(func(context.Context, metrics.Event) { s.events.Add(1) }))
	s.client, err = tripware.New(
		tripware.WithBase(s.base),
		tripware.WithAuth(http1.URL, auth.Key("GenieKey", redact.NewSecret("secret"))),
		tripware.WithLogger(slog.New(slog.NewJSONHandler(io.Discard, nil))),
		tripware.WithMetrics(publishers),
		tripware.WithRetry(
			retry.WithBaseDelay(time.Millisecond), retry.WithMaxDelay(20*time.Millisecond), retry.WithMaxRetries(maxRetries),
			retry.WithAttemptTimeout(patience), retry.WithCallTimeout(time.Minute), retry.WithDrain(layer.DrainBytes, drainTime),
			retry.WithoutBudget(),
		),
	)
	require.NoError(t, err)
	return s
}

func (s *storm) close() {
	s.client.CloseIdleConnections()
	s.http1.Close()
	s.http2.Close()
}

// bytesToSend is what bodies are cut from. No cut of it is like another.
var bytesToSend = func() []byte {
	b := make([]byte, 201<<10)
	dice := rand.New(rand.NewPCG(seed, 0))
	for i := range b {
		b[i] = byte(dice.Uint32())
	}
	return b
}()

// A stormCall is one call and what became of it.
type stormCall struct {
	id     string
	method string
	keyed  bool // it has an Idempotency-Key
	server *faults.Server
	body   []byte
	shape  int // how the body can be sent again, see request

	status int
	broken error // of the answer's body
	err    error
	record *transport.Call
}

// call draws the nth call of a worker.
func (s *storm) call(worker, n int) *stormCall {
	dice := rand.New(rand.NewPCG(seed, uint64(worker)<<32|uint64(n)))
	c := &stormCall{id: fmt.Sprintf("%d.%d", worker, n), server: s.http1, shape: dice.IntN(4)}
	if dice.IntN(8) == 0 {
		c.server = s.http2
	}
	c.method = []string{http.MethodGet, http.MethodPut, http.MethodPost, http.MethodPost}[dice.IntN(4)]
	if c.method == http.MethodPost {
		c.keyed = dice.IntN(2) == 0
	}
	if c.method != http.MethodGet {
		start := dice.IntN(1000) // calls differ in their bytes, and share the memory
		c.body = bytesToSend[start : start+[]int{0, 1, 100, 4 << 10, 32 << 10, 200 << 10}[dice.IntN(6)]]
	}
	return c
}

// seekerShape is the shape of a body that is a seeker.
const seekerShape = 1

// A seeker can seek, and net/http does not know it.
type seeker struct{ *bytes.Reader }

func (seeker) Close() error { return nil }

func (c *stormCall) request(ctx context.Context) (*http.Request, error) {
	var body io.Reader = http.NoBody
	if len(c.body) > 0 {
		body = []io.Reader{
			bytes.NewReader(c.body),                 // GetBody
			seeker{bytes.NewReader(c.body)},         // Seek
			io.NopCloser(bytes.NewBuffer(c.body)),   // neither: kept before it is sent
			io.MultiReader(bytes.NewReader(c.body)), // of unknown length: kept while it is sent
		}[c.shape]
	}
	req, err := http.NewRequestWithContext(ctx, c.method, c.server.URL, body)
	if err != nil {
		return nil, err
	}
	if len(c.body) > 0 && c.shape < 3 {
		req.ContentLength = int64(len(c.body))
	}
	req.Header.Set(faults.HeaderCall, c.id)
	if c.keyed {
		req.Header.Set("Idempotency-Key", `"`+c.id+`"`)
	}
	return req, nil
}

// run makes the call and reads its answer, unless that is an error page: some have no end.
func (c *stormCall) run(ctx context.Context, client *http.Client) {
	req, err := c.request(ctx)
	if err != nil {
		c.err = err
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		c.err, c.record = err, transport.CallOfError(err)
		return
	}
	defer resp.Body.Close()
	c.status, c.record = resp.StatusCode, transport.CallOf(resp)
	if c.status != http.StatusOK {
		return
	}
	text, err := io.ReadAll(resp.Body)
	if c.broken = err; err == nil && string(text) != "done" {
		c.broken = fmt.Errorf("the answer is %q", text)
	}
}

// outcome names what became of the call, for the table.
func (c *stormCall) outcome() string {
	switch {
	case c.err != nil:
		return fmt.Sprintf("error (%s)", c.record.Reason())
	case c.broken != nil:
		return "200, its body broke off"
	case c.record.Reason() != "":
		return fmt.Sprintf("%d (%s)", c.status, c.record.Reason())
	}
	return fmt.Sprint(c.status)
}

// R3, R4, R7, R9, R10, C7, C8, O3: 64 goroutines make 200 calls each to servers
// of both protocols that strike a third of all requests. Every call is answered,
// by a response or a typed error; what may not be done twice is not; the record
// counts what the base was asked; and nothing is left when it is over. It is not
// parallel: it counts the descriptors and the heap of the whole process.
func TestStorm(t *testing.T) {
	workers, each := 64, 200
	if testing.Short() {
		workers, each = 16, 50
	}
	warm, err := faults.New(faults.Play()) // what the runtime opens at its first socket stays open
	require.NoError(t, err)
	warm.Close()
	goroutines, descriptors := goleak.IgnoreCurrent(), openFiles()

	s := newStorm(t)
	defer s.close()
	calls := make([]*stormCall, workers*each)
	begun := time.Now()
	memory := measure.HeapOf(func() {
		var group sync.WaitGroup
		for worker := range workers {
			group.Go(func() {
				for n := 0; n < each && time.Since(begun) < enough; n++ {
					c := s.call(worker, n)
					c.run(t.Context(), s.client)
					calls[worker*each+n] = c
				}
			})
		}
		group.Wait()
	})
	elapsed := time.Since(begun)
	calls = slices.DeleteFunc(calls, func(c *stormCall) bool { return c == nil }) // a slow machine makes fewer

	attempts := int64(0)
	for _, c := range calls {
		c.check(t, s.base.asked[c.id])
		attempts += int64(c.record.AttemptCount())
	}
	assert.Equal(t, attempts, s.events.Load(), "an observer of attempts saw each")
	assert.Less(t, memory.Live, int64(512<<20))
	t.Log("\n" + s.table(calls, elapsed, memory))

	s.close()
	goleak.VerifyNone(t, goroutines)
	assert.Eventually(t, func() bool { return openFiles() <= descriptors }, 10*time.Second, 10*time.Millisecond)
}

// openFiles counts the open files of the process, where the system tells.
func openFiles() int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(list)
}

// check holds a call to the promises.
func (c *stormCall) check(t *testing.T, asked int) {
	t.Helper()
	attempts := c.record.AttemptCount()
	assert.Equal(t, asked, attempts, "%s: attempts on the record, and of the base", c.id)
	assert.LessOrEqual(t, attempts, 1+maxRetries, c.id)
	assert.True(t, c.record.Sealed(), c.id)
	if ended, ok := errors.AsType[*retry.Error](c.err); ok {
		assert.Equal(t, attempts, ended.Attempts, c.id)
		reasons := []transport.Reason{retry.ReasonAttempts, retry.ReasonMethod}
		if c.shape == seekerShape { // net/http may close it too late to be rewound
			reasons = append(reasons, retry.ReasonNotReplayable)
		}
		assert.Contains(t, reasons, ended.Reason, "%s: %v", c.id, c.err)
	} else {
		require.NoError(t, c.err, c.id)
	}
	applied := 0
	for _, a := range c.server.Arrivals(c.id) {
		if a.Applied {
			applied++
		}
		if a.Whole {
			assert.Equal(t, int64(len(c.body)), a.Length, c.id)
			assert.Equal(t, crc32.ChecksumIEEE(c.body), a.Sum, "%s: the caller's bytes", c.id)
		}
	}
	if c.status == http.StatusOK {
		assert.Positive(t, applied, c.id)
	}
	if c.method == http.MethodPost && !c.keyed {
		assert.LessOrEqual(t, applied, 1, "%s: a POST without a key was done more than once", c.id)
	}
}

// table is what the storm did, in figures.
func (s *storm) table(calls []*stormCall, elapsed time.Duration, memory measure.Heap) string {
	outcomes, causes := map[string]int{}, map[string]int{}
	attempts, arrivals, most, repeated, posts := 0, 0, 0, 0, 0
	for _, c := range calls {
		outcomes[c.outcome()]++
		for _, wait := range c.record.Waits() {
			causes[wait.Reason]++
		}
		attempts += c.record.AttemptCount()
		most = max(most, c.record.AttemptCount())
		arrivals += len(c.server.Arrivals(c.id))
		if applied := c.server.Applied(c.id); c.method == http.MethodPost && !c.keyed {
			posts = max(posts, applied)
		} else if applied > 1 {
			repeated++
		}
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(name string, value any) { _, _ = fmt.Fprintf(w, "%s\t%v\n", name, value) }
	row("seed", seed)
	row("calls", len(calls))
	for _, name := range slices.Sorted(maps.Keys(outcomes)) {
		row("  "+name, outcomes[name])
	}
	row("attempts", fmt.Sprintf("%d, at most %d of a call", attempts, most))
	row("requests that arrived", arrivals)
	for _, name := range slices.Sorted(maps.Keys(causes)) {
		row("retries after "+name, causes[name])
	}
	row("POST without a key, done at most", fmt.Sprintf("%d times", posts))
	row("other calls done more than once", repeated)
	row("connections", fmt.Sprintf("%d HTTP/1.1, %d HTTP/2", s.http1.Conns(), s.http2.Conns()))
	row("wall time", elapsed.Round(time.Millisecond))
	row("memory in use, at most", fmt.Sprintf("%d MiB", memory.Live>>20))
	_ = w.Flush() // a builder takes everything
	return b.String()
}
