package retry_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// R19: if the body breaks off, the attempt failed and is retried by the rules for its method.
// Without a retry, the response has the bytes that arrived, followed by the error.
func TestABodyThatBreaksOffIsABrokenAttempt(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		req    func(context.Context) *http.Request
		breaks int // how many responses break off
		opts   []retry.Option
		calls  int
		text   string
		err    error
		reason transport.Reason
	}{
		"a GET is asked for again":     {getIt, 1, nil, 2, "whole answer", nil, ""},
		"until there is one":           {getIt, 3, nil, 4, "whole answer", nil, ""},
		"as often as may be":           {getIt, 9, []retry.Option{retry.WithMaxRetries(2)}, 3, "whole", io.ErrUnexpectedEOF, retry.ReasonAttempts},
		"a POST is not":                {postIt, 1, nil, 1, "whole", io.ErrUnexpectedEOF, retry.ReasonMethod},
		"a marked POST is":             {markedIt, 1, nil, 2, "whole answer", nil, ""},
		"a POST, where errors are":     {postIt, 1, []retry.Option{retry.WithAnyMethodOnError()}, 2, "whole answer", nil, ""},
		"it draws on the budget":       {getIt, 1, []retry.Option{retry.WithBudget(layer.NewBudget(0, 0, 0))}, 1, "whole", io.ErrUnexpectedEOF, retry.ReasonBudget},
		"beyond the limit it streams":  {getIt, 1, []retry.Option{retry.WithWholeBody(3)}, 1, "whole", io.ErrUnexpectedEOF, ""},
		"up to the limit exactly":      {getIt, 0, []retry.Option{retry.WithWholeBody(12)}, 1, "whole answer", nil, ""},
		"without the option it is not": {getIt, 1, []retry.Option{retry.WithWholeBody(0)}, 1, "whole", io.ErrUnexpectedEOF, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				var bodies []*body
				base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					calls++
					answer := io.Reader(strings.NewReader("whole answer"))
					if calls <= row.breaks {
						answer = io.MultiReader(strings.NewReader("whole"), iotest.ErrReader(io.ErrUnexpectedEOF))
					}
					bodies = append(bodies, &body{Reader: answer})
					return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: 12, Body: bodies[calls-1], Request: req}, nil
				})
				ctx, record := transport.Begin(t.Context())
				opts := append([]retry.Option{retry.WithBaseDelay(0), retry.WithWholeBody(1 << 10)}, row.opts...)
				resp, err := transport.Chain(base, retry.New(opts...)).RoundTrip(row.req(ctx))
				require.NoError(t, err)
				assert.Equal(t, row.calls, calls)
				assert.Equal(t, row.reason, record.Reason())
				text, err := io.ReadAll(resp.Body)
				require.ErrorIs(t, err, row.err)
				assert.Equal(t, row.text, string(text))
				require.NoError(t, resp.Body.Close())
				for i, b := range bodies {
					assert.Equal(t, 1, b.closed, "response %d", i+1)
				}
				for _, wait := range record.Waits() {
					assert.Equal(t, "broken body", wait.Reason)
				}
			})
		})
	}
}

// R19: the attempt timeout runs until the body has been read.
func TestTheAttemptsClockRunsUntilTheBodyIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			calls++
			pr, pw := io.Pipe()
			go func() {
				_, _ = io.WriteString(pw, "half")
				select {
				case <-time.After(time.Duration(3-calls) * time.Second):
					_ = pw.Close()
				case <-req.Context().Done():
					_ = pw.CloseWithError(context.Cause(req.Context()))
				}
			}()
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: pr, Request: req}, nil
		})
		rt := retry.New(retry.WithAttemptTimeout(1500*time.Millisecond), retry.WithWholeBody(1<<10), retry.WithBaseDelay(0))
		begun := time.Now()
		resp, err := rt(base).RoundTrip(getIt(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, 2, calls)
		assert.Equal(t, 2500*time.Millisecond, time.Since(begun))
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, "half", string(text))
		require.NoError(t, resp.Body.Close())

		calls = -10 // no body ends in time
		resp, err = retry.New(retry.WithAttemptTimeout(time.Second), retry.WithWholeBody(1<<10), retry.WithMaxRetries(0))(base).RoundTrip(getIt(t.Context()))
		require.NoError(t, err)
		text, err = io.ReadAll(resp.Body)
		require.ErrorIs(t, err, retry.ErrAttemptTimeout)
		assert.Equal(t, "half", string(text))
		require.NoError(t, resp.Body.Close())
	})
}

// R19: a real connection that breaks within the body.
func TestAConnectionThatBreaksInTheBodyIsAskedAgain(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "47")
		if requests.Add(1) == 1 {
			_, _ = io.WriteString(w, strings.Repeat("x", 20))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, strings.Repeat("x", 47))
	}))
	defer srv.Close()
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, http.NoBody)
	require.NoError(t, err)
	resp, err := transport.Chain(base, atOnce(retry.WithWholeBody(1<<20))).RoundTrip(req)
	require.NoError(t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Len(t, text, 47)
	assert.Equal(t, 2, transport.CallOf(resp).AttemptCount())
}
