package wire_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/network"
)

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
