package wire_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/network"
)

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
