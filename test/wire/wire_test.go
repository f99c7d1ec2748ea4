package wire_test

import (
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
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
