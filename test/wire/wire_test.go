package wire_test

import (
	"bufio"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/network"
)

const (
	http1       = "HTTP/1.1"
	http2       = "HTTP/2.0"
	http2Frames = "HTTP/2.0 by frames"
)

func newServer(tb testing.TB, protocol string, steps ...faults.Step) *faults.Server {
	tb.Helper()
	var s *faults.Server
	switch protocol {
	case http1:
		var err error
		s, err = faults.New(faults.Play(steps...))
		require.NoError(tb, err)
	case http2:
		s = faults.NewHTTP2(faults.Play(steps...))
	case http2Frames:
		s = faults.NewFrames(faults.Play(steps...))
	}
	tb.Cleanup(s.Close)
	return s
}

// newClient is the standing chain on a base of its own, with waits of some
// milliseconds and without a budget; the policy is that of the row.
func newClient(tb testing.TB, s *faults.Server, policy []retry.Option, opts ...tripware.Option) *http.Client {
	tb.Helper()
	all := []tripware.Option{
		tripware.WithRetry(retry.WithBaseDelay(time.Millisecond), retry.WithMaxDelay(5*time.Millisecond), retry.WithoutBudget()),
		tripware.WithRetry(policy...),
	}
	if s.Roots != nil {
		all = append(all, tripware.WithConnection(network.WithRootCAs(s.Roots)))
	}
	client, err := tripware.New(append(all, opts...)...)
	require.NoError(tb, err)
	tb.Cleanup(client.CloseIdleConnections)
	return client
}

const requestBody = "the request's body"

// newRequest belongs to the call "call". A POST and a PUT have a body.
func newRequest(ctx context.Context, tb testing.TB, s *faults.Server, method string) *http.Request {
	tb.Helper()
	body := io.Reader(http.NoBody)
	if method == http.MethodPost || method == http.MethodPut {
		body = strings.NewReader(requestBody)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.URL, body)
	require.NoError(tb, err)
	req.Header.Set(faults.HeaderCall, "call")
	return req
}

func readAll(tb testing.TB, resp *http.Response) string {
	tb.Helper()
	text, err := io.ReadAll(resp.Body)
	require.NoError(tb, err)
	require.NoError(tb, resp.Body.Close())
	return string(text)
}

// R3, R7, R10: an answer that breaks before its head is there. What may be sent
// twice is, with the same bytes; a POST is not, and its error says why.
func TestBrokenBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	const (
		patience = 1500 * time.Millisecond // what is not stalled takes less on any machine
		hurry    = 200 * time.Millisecond  // where it does not matter
	)
	type row struct {
		name  string
		on    []string
		step  faults.Step
		cause error // nil: any
	}
	both, one := []string{http1, http2}, []string{http1}
	for _, r := range []row{
		{"RST, request unread", both, faults.Step{Kind: faults.ResetUnread}, nil},
		{"RST before the answer", both, faults.Step{Kind: faults.ResetBefore}, nil},
		{"RST in the head", one, faults.Step{Kind: faults.ResetInHead}, nil},
		{"stall", both, faults.Step{Kind: faults.StallBefore}, retry.ErrAttemptTimeout}, // R13
		{"headers beyond the limit", both, faults.Step{Kind: faults.HugeHeader, Size: 2 << 20}, nil},
	} {
		for _, protocol := range r.on {
			policy := func(timeout time.Duration) []retry.Option {
				if r.step.Kind != faults.StallBefore {
					timeout = 0 // none
				}
				return []retry.Option{retry.WithMaxRetries(2), retry.WithAttemptTimeout(timeout)}
			}
			for _, method := range []string{http.MethodGet, http.MethodPut, "POST with a key"} {
				t.Run(fmt.Sprint(r.name, ", ", protocol, ", ", method), func(t *testing.T) {
					t.Parallel()
					s := newServer(t, protocol, r.step, faults.Step{})
					resp, err := newClient(t, s, policy(patience)).Do(keyedRequest(t, s, method))
					require.NoError(t, err)
					assert.Equal(t, "done", readAll(t, resp))
					assert.Equal(t, 2, transport.CallOf(resp).AttemptCount())
					requireSameBytes(t, s, method != http.MethodGet, 2)
				})
			}
			t.Run(fmt.Sprint(r.name, ", ", protocol, ", POST"), func(t *testing.T) {
				t.Parallel()
				s := newServer(t, protocol, r.step, faults.Step{})
				_, err := newClient(t, s, policy(patience)).Do(newRequest(t.Context(), t, s, http.MethodPost))
				requireEnded(t, err, 1, retry.ReasonMethod)
				assert.LessOrEqual(t, s.Applied("call"), 1)
				assert.Len(t, s.Arrivals("call"), 1)
			})
			t.Run(fmt.Sprint(r.name, ", ", protocol, ", for ever"), func(t *testing.T) {
				t.Parallel()
				s := newServer(t, protocol, r.step)
				_, err := newClient(t, s, policy(hurry)).Do(newRequest(t.Context(), t, s, http.MethodGet))
				requireEnded(t, err, 3, retry.ReasonAttempts)
				if r.cause != nil {
					require.ErrorIs(t, err, r.cause)
					require.ErrorIs(t, err, context.DeadlineExceeded, "R13: as the timeouts of net/http")
				}
			})
		}
	}
}

func keyedRequest(tb testing.TB, s *faults.Server, method string) *http.Request {
	tb.Helper()
	name, _, keyed := strings.Cut(method, " ")
	req := newRequest(tb.Context(), tb, s, name)
	if keyed {
		req.Header.Set("Idempotency-Key", `"one"`)
	}
	return req
}

// requireEnded looks at the typed error of a call, and at its record.
func requireEnded(tb testing.TB, err error, attempts int, reason transport.Reason) {
	tb.Helper()
	var ended *retry.Error
	require.ErrorAs(tb, err, &ended)
	assert.Equal(tb, attempts, ended.Attempts)
	assert.Equal(tb, reason, ended.Reason)
	assert.Equal(tb, attempts, transport.CallOfError(err).AttemptCount())
	assert.Equal(tb, reason, transport.CallOfError(err).Reason())
}

// requireSameBytes looks at the bodies that arrived whole: all are the caller's.
func requireSameBytes(tb testing.TB, s *faults.Server, hasBody bool, arrivals int) {
	tb.Helper()
	body := ""
	if hasBody {
		body = requestBody
	}
	list := s.Arrivals("call")
	require.Len(tb, list, arrivals)
	assert.True(tb, list[arrivals-1].Whole)
	for _, a := range list {
		if a.Whole {
			assert.Equal(tb, int64(len(body)), a.Length)
			assert.Equal(tb, crc32.ChecksumIEEE([]byte(body)), a.Sum)
		}
	}
}

// R4, R6, R9: statuses, over both protocols. A POST is repeated on 429 only, and
// takes effect once; the last answer comes back whole, with why it stands.
func TestStatusesOnTheWire(t *testing.T) {
	t.Parallel()
	hint := func(value string) http.Header { return http.Header{"Retry-After": {value}} }
	past, future := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	opsgenie := http.Header{"X-Ratelimit-State": {"THROTTLED"}, "X-Ratelimit-Reason": {"ACCOUNT"}, "X-Ratelimit-Period-In-Sec": {"60"}}
	for _, r := range []struct {
		name     string
		method   string
		step     faults.Step
		status   int
		attempts int
		reason   transport.Reason
	}{
		{"GET 503", http.MethodGet, faults.Step{Status: 503}, 200, 2, ""},
		{"PUT 500", http.MethodPut, faults.Step{Status: 500}, 200, 2, ""},
		{"POST 503", http.MethodPost, faults.Step{Status: 503}, 503, 1, retry.ReasonMethod},
		{"POST with a key 503", "POST with a key", faults.Step{Status: 503}, 200, 2, ""},
		{"POST 429", http.MethodPost, faults.Step{Status: 429}, 200, 2, ""},
		{"GET 404", http.MethodGet, faults.Step{Status: 404}, 404, 1, ""},
		{"no wait asked for", http.MethodPost, faults.Step{Status: 429, Header: hint("0")}, 200, 2, ""},
		{"a date in the past", http.MethodPost, faults.Step{Status: 429, Header: hint(past)}, 200, 2, ""},
		{"too many seconds", http.MethodPost, faults.Step{Status: 429, Header: hint("3600")}, 429, 1, retry.ReasonHint},
		{"a date too far", http.MethodGet, faults.Step{Status: 503, Header: hint(future)}, 503, 1, retry.ReasonHint},
		{"overflowing seconds", http.MethodGet, faults.Step{Status: 429, Header: hint("99999999999999999999")}, 429, 1, retry.ReasonHint},
		{"garbage", http.MethodGet, faults.Step{Status: 429, Header: hint("soon")}, 200, 2, ""},
		{"a window is no wait", http.MethodPost, faults.Step{Status: 429, Header: opsgenie}, 200, 2, ""},
	} {
		for _, protocol := range []string{http1, http2} {
			t.Run(r.name+", "+protocol, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, protocol, r.step, faults.Step{})
				resp, err := newClient(t, s, nil).Do(keyedRequest(t, s, r.method))
				require.NoError(t, err)
				assert.Equal(t, r.status, resp.StatusCode)
				assert.Equal(t, "done", readAll(t, resp))
				assert.Equal(t, r.attempts, transport.CallOf(resp).AttemptCount())
				assert.Equal(t, r.reason, transport.CallOf(resp).Reason())
				requireSameBytes(t, s, r.method != http.MethodGet, r.attempts)
				if r.method == http.MethodPost {
					assert.LessOrEqual(t, s.Applied("call"), 1)
				}
			})
		}
	}
}

// countReads is a connection setting that counts what is read from the sockets.
func countReads(read *atomic.Int64) tripware.Option {
	return tripware.WithConnection(network.WithDialContext(func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &countingConn{Conn: conn, read: read}, nil
	}))
}

type countingConn struct {
	net.Conn
	read *atomic.Int64
}

func (c *countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// R5: an error body that is endless, stalled, slow, huge or broken neither hangs
// the call nor is read whole.
func TestDroppedAnswersOnTheWire(t *testing.T) {
	t.Parallel()
	both, one := []string{http1, http2}, []string{http1}
	for _, r := range []struct {
		name string
		on   []string
		step faults.Step
	}{
		{"endless", both, faults.Step{Kind: faults.Endless}},
		{"stalled", both, faults.Step{Kind: faults.StallInBody}},
		{"slow", both, faults.Step{Kind: faults.Dribble, Pause: time.Second, Body: strings.Repeat("slow", 100)}},
		{"huge", both, faults.Step{Body: strings.Repeat("x", 32<<20)}},
		{"gzip bomb", both, faults.Step{Kind: faults.Bomb, Size: 64 << 20}},
		{"truncated", both, faults.Step{Kind: faults.Truncate}},
		{"truncated chunks", one, faults.Step{Kind: faults.TruncateChunks}},
		{"reset in the body", both, faults.Step{Kind: faults.ResetInBody}},
	} {
		for _, protocol := range r.on {
			t.Run(r.name+", "+protocol, func(t *testing.T) {
				t.Parallel()
				step := r.step // a row runs over two protocols at once
				step.Status = http.StatusServiceUnavailable
				s := newServer(t, protocol, step, faults.Step{})
				var read atomic.Int64
				begun := time.Now()
				resp, err := newClient(t, s, nil, countReads(&read)).Do(newRequest(t.Context(), t, s, http.MethodGet))
				require.NoError(t, err)
				assert.Equal(t, "done", readAll(t, resp))
				assert.Less(t, time.Since(begun), 30*time.Second, "the slow body alone takes minutes")
				assert.Equal(t, 2, transport.CallOf(resp).AttemptCount())
				if protocol == http1 { // HTTP/2 fills its flow-control window, however little is read
					assert.Less(t, read.Load(), int64(256<<10))
				} else {
					assert.Less(t, read.Load(), int64(8<<20))
				}
			})
		}
	}
}

// R5: 50 calls with two retries each use one connection.
func TestFiftyCallsWithTwoRetriesEachUseOneConnection(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{http1, http2} {
		page := faults.Step{Status: http.StatusServiceUnavailable, Body: strings.Repeat("<p>come back later</p>", 2000)}
		s := newServer(t, protocol, page, page, faults.Step{})
		client := newClient(t, s, nil)
		for i := range 50 {
			req := newRequest(t.Context(), t, s, http.MethodGet)
			req.Header.Set(faults.HeaderCall, fmt.Sprint(i))
			resp, err := client.Do(req)
			require.NoError(t, err)
			assert.Equal(t, "done", readAll(t, resp))
			assert.Len(t, s.Arrivals(fmt.Sprint(i)), 3)
		}
		assert.Equal(t, 1, s.Conns(), protocol)
		t.Logf("%s: 50 calls, 150 attempts, %d connection", protocol, s.Conns())
	}
}

// C4, R4: once an answer is returned, what happens to its body is its reader's:
// an error, never a retry.
func TestABrokenBodyIsTheReaders(t *testing.T) {
	t.Parallel()
	for _, r := range []struct {
		name     string
		protocol string
		kind     faults.Kind
		cause    error
	}{
		{"truncated", http1, faults.Truncate, io.ErrUnexpectedEOF},
		{"truncated", http2, faults.Truncate, io.ErrUnexpectedEOF},
		{"truncated chunks", http1, faults.TruncateChunks, io.ErrUnexpectedEOF},
		{"reset", http1, faults.ResetInBody, syscall.ECONNRESET},
		{"reset", http2, faults.ResetInBody, nil},
	} {
		t.Run(r.name+", "+r.protocol, func(t *testing.T) {
			t.Parallel()
			gate := make(chan struct{})
			s := newServer(t, r.protocol, faults.Step{Kind: r.kind, Gate: gate}, faults.Step{})
			publishers, bodies := metrics.NewPublishers(), make(chan metrics.Event, 1)
			publishers.API.Subscribe(metrics.ObserverFunc(func(_ context.Context, e metrics.Event) { bodies <- e }), metrics.WithBodies(4<<10))
			resp, err := newClient(t, s, nil, tripware.WithMetrics(publishers)).Do(newRequest(t.Context(), t, s, http.MethodGet))
			require.NoError(t, err)
			close(gate)
			text, err := io.ReadAll(resp.Body)
			require.Error(t, err)
			if r.cause != nil {
				require.ErrorIs(t, err, r.cause)
			}
			assert.Equal(t, "do", string(text))
			require.NoError(t, resp.Body.Close())
			assert.Len(t, s.Arrivals("call"), 1)
			assert.Equal(t, 1, transport.CallOf(resp).AttemptCount())
			<-bodies // an observer of bodies changed nothing and was told
		})
	}
}

// C4, R13: the clock of an attempt ends with the head; the body has the rest of
// the call's time, and no more.
func TestABodyOutlivesTheAttemptsClock(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{http1, http2} {
		t.Run("slow, "+protocol, func(t *testing.T) {
			t.Parallel()
			const attempt = 2 * time.Second // within which the head comes on any machine
			s := newServer(t, protocol, faults.Step{Kind: faults.Dribble, Pause: attempt / 20, Body: strings.Repeat("slow", 6)})
			begun := time.Now()
			resp, err := newClient(t, s, []retry.Option{retry.WithAttemptTimeout(attempt)}).Do(newRequest(t.Context(), t, s, http.MethodGet))
			require.NoError(t, err)
			assert.Equal(t, strings.Repeat("slow", 6), readAll(t, resp))
			assert.Greater(t, time.Since(begun), attempt)
		})
		t.Run("stalled, "+protocol, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, protocol, faults.Step{Kind: faults.StallInBody})
			policy := []retry.Option{retry.WithAttemptTimeout(2 * time.Second), retry.WithCallTimeout(2 * time.Second)}
			resp, err := newClient(t, s, policy).Do(newRequest(t.Context(), t, s, http.MethodGet))
			require.NoError(t, err)
			_, err = io.ReadAll(resp.Body)
			require.ErrorIs(t, err, retry.ErrCallTimeout)
			require.NotErrorIs(t, err, retry.ErrAttemptTimeout)
			require.NoError(t, resp.Body.Close())
		})
	}
}

// C8, R12: a caller who leaves a stalled server gets his own error at once.
func TestCancellingLeavesAStalledServer(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{http1, http2} {
		for _, kind := range []faults.Kind{faults.StallBefore, faults.StallInBody} {
			s := newServer(t, protocol, faults.Step{Kind: kind})
			ctx, cancel := context.WithCancel(t.Context())
			sent := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) {
				if kind == faults.StallBefore {
					cancel()
				}
			}})
			resp, err := newClient(t, s, []retry.Option{retry.WithAttemptTimeout(time.Minute)}).Do(newRequest(sent, t, s, http.MethodGet))
			if kind == faults.StallInBody {
				require.NoError(t, err)
				cancel()
				_, err = io.ReadAll(resp.Body)
				require.NoError(t, resp.Body.Close())
			}
			require.ErrorIs(t, err, context.Canceled)
			require.NotErrorIs(t, err, retry.ErrAttemptTimeout)
			assert.LessOrEqual(t, len(s.Arrivals("call")), 1)
			cancel()
		}
	}
}

// newObservedClient is a client on which every layer looks at bodies, and every clock runs.
func newObservedClient(tb testing.TB, s *faults.Server) *http.Client {
	tb.Helper()
	publishers := metrics.NewPublishers()
	nobody := metrics.ObserverFunc(func(context.Context, metrics.Event) {})
	publishers.API.Subscribe(nobody, metrics.WithBodies(4<<10))
	publishers.HTTP.Subscribe(nobody)
	log := slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}))
	policy := []retry.Option{retry.WithAttemptTimeout(time.Minute), retry.WithCallTimeout(time.Minute)}
	return newClient(tb, s, policy, tripware.WithMetrics(publishers), tripware.WithLogger(log, logging.WithBodies(4<<10)))
}

// C4, R8: the body of a 101 stays writable through every layer, after a retry too.
func TestAnUpgradeStaysWritable(t *testing.T) {
	t.Parallel()
	s := newServer(t, http1, faults.Step{Status: 503}, faults.Step{Kind: faults.Upgrade})
	req := newRequest(t.Context(), t, s, http.MethodGet)
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "echo")
	resp, err := newObservedClient(t, s).Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	conn, ok := resp.Body.(io.ReadWriteCloser)
	require.True(t, ok)
	lines := bufio.NewReader(conn)
	for i := range 100 {
		_, err := fmt.Fprintln(conn, "line", i)
		require.NoError(t, err)
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintln("line", i), line)
	}
	assert.Len(t, s.Arrivals("call"), 2)
}

// C4: 1xx answers reach the caller's trace, trailers the response, and the
// transport's own facts stay: length, protocol, what was decompressed.
func TestEarlyHintsTrailersAndFactsComeThrough(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{http1, http2} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			size := 100_000
			s := newServer(t, protocol, faults.Step{Status: 503}, faults.Step{Kind: faults.Early}, faults.Step{Kind: faults.Trailers},
				faults.Step{Kind: faults.Bomb, Size: size})
			client := newObservedClient(t, s)
			var early []int
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
				early = append(early, code)
				assert.NotEmpty(t, header.Get("Link"))
				return nil
			}})
			resp, err := client.Do(newRequest(ctx, t, s, http.MethodGet))
			require.NoError(t, err)
			assert.Equal(t, []int{http.StatusEarlyHints}, early)
			assert.Equal(t, protocol, resp.Proto)
			assert.Equal(t, int64(len("done")), resp.ContentLength)
			assert.Equal(t, "done", readAll(t, resp))

			resp, err = client.Do(newRequest(t.Context(), t, s, http.MethodGet))
			require.NoError(t, err)
			assert.Equal(t, "done", readAll(t, resp))
			assert.Equal(t, http.Header{"X-Sum": {"done"}}, resp.Trailer)

			resp, err = client.Do(newRequest(t.Context(), t, s, http.MethodGet))
			require.NoError(t, err)
			assert.True(t, resp.Uncompressed)
			assert.Equal(t, int64(-1), resp.ContentLength)
			assert.Len(t, readAll(t, resp), size)
		})
	}
}

// C4, R10: a body that waits for "100 Continue" is sent after it, on each attempt.
func TestExpectContinueIsAskedForOnEachAttempt(t *testing.T) {
	t.Parallel()
	s := newServer(t, http1, faults.Step{Status: 503}, faults.Step{})
	var asked atomic.Int64
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { asked.Add(1) }})
	req := newRequest(ctx, t, s, http.MethodPut)
	req.Header.Set("Expect", "100-continue")
	resp, err := newClient(t, s, nil, tripware.WithConnection(network.WithExpectContinueTimeout(time.Minute))).Do(req)
	require.NoError(t, err)
	assert.Equal(t, "done", readAll(t, resp))
	assert.Equal(t, int64(2), asked.Load())
	requireSameBytes(t, s, true, 2)
}

// C4: headers below the limit come through, however many they are.
func TestHugeHeadersBelowTheLimitComeThrough(t *testing.T) {
	t.Parallel()
	const size = 500 << 10
	for _, protocol := range []string{http1, http2} {
		s := newServer(t, protocol, faults.Step{Kind: faults.HugeHeader, Size: size})
		resp, err := newObservedClient(t, s).Do(newRequest(t.Context(), t, s, http.MethodGet))
		require.NoError(t, err)
		assert.Len(t, strings.Join(resp.Header["X-Filler"], ""), size)
		assert.Equal(t, "done", readAll(t, resp))
	}
}

// R7: a connection that the server closes as soon as it is idle. Nothing that
// may be repeated is lost, and no POST takes effect twice.
func TestConnectionsThatAreClosedWhenIdle(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{http1, http2} {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPost} {
			s := newServer(t, protocol, faults.Step{Kind: faults.CloseIdle})
			client := newClient(t, s, nil)
			for i := range 30 {
				req := newRequest(t.Context(), t, s, method)
				req.Header.Set(faults.HeaderCall, fmt.Sprint(i))
				resp, err := client.Do(req)
				if err != nil {
					require.Equal(t, http.MethodPost, method, "%v", err)
					requireEnded(t, err, 1, retry.ReasonMethod)
					continue
				}
				assert.Equal(t, "done", readAll(t, resp))
				if method == http.MethodPost {
					assert.Equal(t, 1, s.Applied(fmt.Sprint(i)))
				}
			}
		}
	}
}

// R7: what HTTP/2 says of a stream. Refused ones and those that a GOAWAY leaves
// out were not processed, and are replayed by net/http, for every method; any
// other end of a stream is a broken attempt.
func TestEndsOfStreams(t *testing.T) {
	t.Parallel()
	for _, r := range []struct {
		name   string
		step   faults.Step
		unsent bool
	}{
		{"REFUSED_STREAM", faults.Step{Kind: faults.RefuseStream}, true},
		{"GOAWAY without the stream", faults.Step{Kind: faults.GoAway}, true},
		{"GOAWAY with the stream", faults.Step{Kind: faults.GoAwayTaken}, false},
		{"RST_STREAM with INTERNAL_ERROR", faults.Step{Kind: faults.ResetStream, Code: 2}, false},
		{"RST_STREAM with CANCEL", faults.Step{Kind: faults.ResetStream, Code: 8}, false},
		{"RST_STREAM with ENHANCE_YOUR_CALM", faults.Step{Kind: faults.ResetStream, Code: 11}, false},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPost, "POST with a key"} {
			t.Run(r.name+", "+method, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, http2Frames, r.step, faults.Step{})
				resp, err := newClient(t, s, nil).Do(keyedRequest(t, s, method))
				if method == http.MethodPost && !r.unsent {
					requireEnded(t, err, 1, retry.ReasonMethod)
					assert.Equal(t, 1, s.Applied(""))
					assert.Len(t, s.Arrivals(""), 1)
					return
				}
				require.NoError(t, err)
				assert.Empty(t, readAll(t, resp))
				assert.Len(t, s.Arrivals(""), 2)
				if r.unsent {
					assert.Equal(t, 1, s.Applied(""))
					assert.Equal(t, 1, transport.CallOf(resp).AttemptCount(), "net/http replayed it")
				} else {
					assert.Equal(t, 2, transport.CallOf(resp).AttemptCount())
				}
			})
		}
	}
}

// codec takes an answer as it is.
type codec struct{}

type envelope struct {
	Data any `json:"data"`
}

func (codec) Envelope(data any) services.Envelope           { return &envelope{Data: data} }
func (codec) Fault(*http.Response, []byte, *services.Error) {}
func (*envelope) Fill(http.Header, *services.Metadata)      {}

// S2: a typed call reads no more of an answer than its limit, after
// decompression; a body that breaks is a typed error, and the call is not repeated.
func TestTypedCallsBoundWhatTheyRead(t *testing.T) {
	t.Parallel()
	for _, r := range []struct {
		name string
		step faults.Step
		kind error
	}{
		{"gzip bomb", faults.Step{Kind: faults.Bomb, Size: 64 << 20}, services.ErrTooLarge},
		{"endless", faults.Step{Kind: faults.Endless}, services.ErrTooLarge},
		{"truncated", faults.Step{Kind: faults.Truncate, Body: `{"data":{"name":"value"}}`}, services.ErrResponse},
		{"not JSON", faults.Step{Body: "<html>"}, services.ErrResponse},
	} {
		for _, protocol := range []string{http1, http2} {
			t.Run(r.name+", "+protocol, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, protocol, r.step)
				var read atomic.Int64
				client, err := services.New(newClient(t, s, nil, countReads(&read)), s.URL, codec{}, services.WithMaxBody(100<<10))
				require.NoError(t, err)
				_, err = services.Do[map[string]string](t.Context(), client, "GET /things", nil)
				var failed *services.Error
				require.ErrorAs(t, err, &failed)
				require.ErrorIs(t, err, r.kind)
				assert.Equal(t, http.StatusOK, failed.Status)
				assert.Equal(t, 1, failed.Attempts)
				assert.LessOrEqual(t, len(failed.Body), 4<<10)
				assert.Less(t, read.Load(), int64(8<<20))
				assert.Len(t, s.Arrivals(""), 1)
			})
		}
	}
}

// zeros is a body of size bytes that takes no memory, and cannot seek.
type zeros struct{ left int }

func (s *zeros) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), s.left)
	clear(p[:n])
	s.left -= n
	return n, nil
}

func (*zeros) Close() error { return nil }

// newUpload is a PUT of size zeros: with GetBody, or from a file, which can seek.
func newUpload(tb testing.TB, s *faults.Server, size int, fromFile bool) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPut, s.URL, http.NoBody)
	require.NoError(tb, err)
	req.Header.Set(faults.HeaderCall, "upload")
	req.ContentLength, req.GetBody = int64(size), nil
	if !fromFile {
		req.GetBody = func() (io.ReadCloser, error) { return &zeros{left: size}, nil }
		req.Body = &zeros{left: size}
		return req
	}
	file, err := os.Create(filepath.Join(tb.TempDir(), "upload"))
	require.NoError(tb, err)
	require.NoError(tb, file.Truncate(int64(size)))
	req.Body = file
	return req
}

// R10, R11: an upload with a retry keeps no copy of its body. Not parallel: it
// counts what the process allocates, which bounds what its heap can have grown by.
func TestAnUploadWithARetryKeepsNoCopy(t *testing.T) {
	for _, r := range []struct {
		name     string
		size     int
		fromFile bool
	}{
		{"64 MiB with GetBody", 64 << 20, false},
		{"64 MiB from a file", 64 << 20, true},
		{"100 MiB with GetBody", 100 << 20, false},
	} {
		for _, protocol := range []string{http1, http2} {
			two := []faults.Step{{Status: http.StatusServiceUnavailable}, {}}
			bare := allocatedBy(t, newServer(t, protocol, two...), []retry.Option{retry.Off()}, r.size, r.fromFile)
			retried := allocatedBy(t, newServer(t, protocol, two...), nil, r.size, r.fromFile)
			t.Logf("%s over %s: two uploads by hand allocate %d KiB, one with a retry %d KiB; the heap grew by at most %d and %d KiB", r.name, protocol,
				bare.Total>>10, retried.Total>>10, bare.Peak>>10, retried.Peak>>10)
			most := int64(4 << 20)
			if protocol == http2 && measure.Racing { // the race detector empties pools at random: net/http's frames are 40 MiB, give or take
				most = int64(r.size) / 2
			}
			assert.Less(t, retried.Total-bare.Total, most, "%s over %s: a copy would be the whole size", r.name, protocol)
		}
	}
}

// allocatedBy sends one upload until it is answered 200: by hand without
// retries, else by the chain. Either way it arrives twice.
func allocatedBy(t *testing.T, s *faults.Server, policy []retry.Option, size int, fromFile bool) measure.Heap {
	t.Helper()
	defer s.Close() // the next row has a process of its own, so to speak
	client := newClient(t, s, policy)
	defer client.CloseIdleConnections()
	send := func(req *http.Request) bool {
		resp, err := client.Do(req)
		require.NoError(t, err)
		assert.Equal(t, "done", readAll(t, resp))
		return resp.StatusCode == http.StatusOK
	}
	send(newRequest(t.Context(), t, s, http.MethodGet)) // the connection is there, before anything is counted
	first, second := newUpload(t, s, size, fromFile), newUpload(t, s, size, fromFile)
	used := measure.HeapOf(func() {
		if !send(first) {
			send(second)
		}
	})
	layer.CloseBody(second.Body) // if it was not sent
	arrivals := s.Arrivals("upload")
	require.Len(t, arrivals, 2)
	for _, a := range arrivals {
		assert.Equal(t, int64(size), a.Length)
		assert.Equal(t, arrivals[0].Sum, a.Sum)
	}
	return used
}
