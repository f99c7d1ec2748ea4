package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// twice sends each request two times.
func twice(next http.RoundTripper) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil {
			layer.CloseBody(resp.Body)
		}
		return next.RoundTrip(req)
	})
}

// O3: the number of attempts in a record equals the number of calls of the base.
func TestAttemptsEqualTheCallsOfTheBase(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		calls.Add(1)
		return answer(503)(req)
	})
	chain := transport.Chain(base, transport.Identity(), twice)
	var group sync.WaitGroup
	var recorded atomic.Int64
	for range 2000 {
		group.Go(func() {
			resp, err := chain.RoundTrip(get(t, t.Context()))
			if assert.NoError(t, err) {
				recorded.Add(int64(len(transport.CallOf(resp).Attempts())))
				layer.CloseBody(resp.Body)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, 4000, calls.Load())
	assert.Equal(t, calls.Load(), recorded.Load())
}

// O3: a chain inside a chain counts an attempt once.
func TestNestedChainsShareOneRecord(t *testing.T) {
	t.Parallel()
	inner := transport.Chain(answer(200), twice)
	ctx, call := transport.Begin(t.Context())
	resp, err := transport.Chain(inner, transport.Identity()).RoundTrip(get(t, ctx))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 2, call.AttemptCount())
	assert.Same(t, call, transport.CallOf(resp))
}

// O3: waits, attempts and elapsed times add up, and the record is sealed at the end.
func TestTheRecordAddsUpAndIsSealed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			return answer(503)(req)
		})
		waiting := func(next http.RoundTripper) http.RoundTripper {
			return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				layer.CloseBody(resp.Body)
				require.NoError(t, err)
				layer.AddWait(req.Context(), 3*time.Second, transport.WaitBackoff, "status 503")
				time.Sleep(3 * time.Second)
				return next.RoundTrip(req)
			})
		}
		resp, err := transport.Chain(base, waiting).RoundTrip(get(t, t.Context()))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		call := transport.CallOf(resp)
		require.Len(t, call.Attempts(), 2)
		assert.Equal(t, []transport.Wait{{For: 3 * time.Second, Before: 2, Cause: transport.WaitBackoff, Reason: "status 503"}}, call.Waits())
		var sum time.Duration
		for i, attempt := range call.Attempts() {
			assert.Equal(t, i+1, attempt.Number)
			assert.Equal(t, 503, attempt.Status)
			sum += attempt.Elapsed
		}
		assert.Equal(t, call.Elapsed(), sum+call.Waited())
		assert.Equal(t, 1, call.Retries())
		assert.True(t, call.Sealed())
		layer.AddWait(resp.Request.Context(), time.Second, "", "")
		record.WriterOf(resp.Request.Context()).SetReason("late")
		record.WriterOf(resp.Request.Context()).SetRateLimit(record.RateLimit{State: "late"})
		assert.False(t, layer.Put(resp.Request.Context(), "late"))
		assert.Len(t, call.Waits(), 1)
		assert.Empty(t, call.Reason())
		assert.Zero(t, call.RateLimit())
	})
}

// O3: the elapsed time ends with the response of the last attempt, or later if a custom
// layer took time after it, or if the call ended with an error.
func TestACallLastsUntilTheLastLayerIsDone(t *testing.T) {
	t.Parallel()
	slow := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			time.Sleep(time.Second)
			return resp, err
		})
	}
	after := func(status int) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			return answer(status)(req)
		})
	}
	for name, row := range map[string]struct {
		base   http.RoundTripper
		layers []transport.Middleware
		want   time.Duration
	}{
		"layers of this module":        {after(200), nil, 2 * time.Second},
		"one of the user's own":        {after(200), []transport.Middleware{slow}, 3 * time.Second},
		"one in the chain below":       {transport.Chain(after(200), slow), nil, 3 * time.Second},
		"an answer that is no success": {after(404), nil, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chain := transport.Chain(row.base, append([]transport.Middleware{transport.Identity()}, row.layers...)...)
				resp, err := chain.RoundTrip(get(t, t.Context()))
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				time.Sleep(time.Minute)
				assert.Equal(t, row.want, transport.CallOf(resp).Elapsed())
			})
		})
	}
}

// O3: Start returns the same current time whenever it is called, also if the chain was
// built long before.
func TestTheBeginningOfACallIsTheSameWheneverOneAsks(t *testing.T) {
	t.Parallel()
	early := transport.Chain(answer(200)) // outside of the bubble, which has another clock
	synctest.Test(t, func(t *testing.T) {
		within := transport.Chain(answer(200))
		time.Sleep(time.Hour)
		for _, rt := range []http.RoundTripper{early, within} {
			begun := time.Now()
			resp, err := rt.RoundTrip(get(t, t.Context()))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			time.Sleep(time.Minute)
			call := transport.CallOf(resp)
			assert.Equal(t, begun, call.Start())
			assert.Equal(t, begun, call.Attempts()[0].Start)
			time.Sleep(time.Minute)
			assert.Equal(t, begun, call.Start())
			assert.Zero(t, call.Elapsed())
		}
		_, call := transport.Begin(t.Context())
		begun := time.Now()
		time.Sleep(time.Second)
		assert.Equal(t, begun, call.Start())
		assert.Equal(t, time.Second, call.Elapsed())
	})
}

type fact struct{ n int }

func TestFactsAreKeptUnderTheirType(t *testing.T) {
	t.Parallel()
	ctx, call := transport.Begin(t.Context())
	_, ok := transport.Lookup[fact](ctx)
	assert.False(t, ok)
	assert.True(t, layer.Put(ctx, fact{1}))
	assert.True(t, layer.Put(ctx, fact{2}))
	assert.True(t, layer.Put[error](ctx, errors.New("an interface")))
	got, ok := transport.Lookup[fact](ctx)
	assert.True(t, ok)
	assert.Equal(t, fact{2}, got)
	fault, ok := transport.Fact[error](call)
	assert.True(t, ok)
	assert.EqualError(t, fault, "an interface")
	assert.False(t, layer.Put(context.Background(), fact{3}), "no record")
	_, ok = transport.Lookup[fact](layer.Detach(ctx))
	assert.False(t, ok, "a detached context has no record")
}

// O3: redirects of a begun call belong to it.
func TestRedirectsBelongToTheBegunCall(t *testing.T) {
	t.Parallel()
	ids := make(chan string, 4)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ids <- r.Header.Get(transport.HeaderTransactionID)
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/next", http.StatusFound)
		}
	}))
	defer server.Close()
	ctx, call := transport.Begin(t.Context())
	client := http.Client{Transport: transport.Chain(server.Client().Transport, transport.Identity())}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/", http.NoBody)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 2, call.AttemptCount())
	assert.Equal(t, call.TransactionID(), <-ids)
	assert.Equal(t, call.TransactionID(), <-ids)
	assert.False(t, call.Sealed())
	call.End()
	elapsed := call.Elapsed()
	call.End()
	assert.Equal(t, elapsed, call.Elapsed())
}

func TestErrorsOfAChainCarryTheRecord(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, broken })
	client := http.Client{Transport: transport.Chain(base, transport.Identity())}
	_, err := client.Do(get(t, t.Context()))
	require.ErrorIs(t, err, broken)
	call := transport.CallOfError(err)
	require.NotNil(t, call)
	require.Len(t, call.Attempts(), 1)
	assert.ErrorIs(t, call.Attempts()[0].Err, broken)
	assert.Nil(t, transport.CallOfError(broken))
}

// A call that failed because another one did has the record of its own.
func TestAnErrorCarriesTheRecordOfItsOwnCall(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	token := transport.Chain(transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, broken }))
	var inner *transport.Call
	asks := func(req *http.Request) (*http.Response, error) {
		_, err := token.RoundTrip(get(t, layer.Detach(req.Context())))
		inner = transport.CallOfError(err)
		return nil, fmt.Errorf("token request: %w", err)
	}
	rt := transport.Chain(transport.Chain(transport.RoundTripperFunc(asks)), transport.Identity())
	ctx, call := transport.Begin(t.Context())
	_, err := rt.RoundTrip(get(t, ctx))
	require.ErrorIs(t, err, broken)
	require.NotNil(t, inner)
	assert.Same(t, call, transport.CallOfError(err))
	assert.NotSame(t, call, inner)
	wrapped, ok := errors.AsType[interface {
		error
		Unwrap() error
	}](err)
	require.True(t, ok)
	assert.Same(t, inner, transport.CallOfError(wrapped.Unwrap()), "the other record is further inside")
}

func TestTimeoutsShowThroughTheChain(t *testing.T) {
	t.Parallel()
	base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded })
	_, err := transport.Chain(base).RoundTrip(get(t, t.Context()))
	timeout, ok := err.(interface{ Timeout() bool })
	require.True(t, ok)
	assert.True(t, timeout.Timeout())
}

// O2: one id per call; a given id is kept if it is valid.
func TestTheTransactionIDComesInOrIsDrawn(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 128)
	for _, row := range []struct{ name, header, context, want string }{
		{"drawn", "", "", ""},
		{"by context", "", "ctx-1", "ctx-1"},
		{"by header", "head-1", "", "head-1"},
		{"the header is closer", "head-1", "ctx-1", "head-1"},
		{"the longest", long, "", long},
		{"too long", long + "x", "", ""},
		{"not visible", "", "a b", ""},
		{"not ASCII", "ä", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			req := get(t, transport.WithTransactionID(t.Context(), row.context))
			if row.header != "" {
				req.Header.Set(transport.HeaderTransactionID, row.header)
			}
			var sent string
			base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				sent = req.Header.Get(transport.HeaderTransactionID)
				return answer(200)(req)
			})
			resp, err := transport.Chain(base, transport.Identity()).RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, sent, transport.CallOf(resp).TransactionID())
			if row.want != "" {
				assert.Equal(t, row.want, sent)
				return
			}
			id, err := uuid.Parse(sent)
			require.NoError(t, err)
			assert.EqualValues(t, 4, id.Version())
			assert.Equal(t, uuid.RFC4122, id.Variant())
		})
	}
}

// B15 of the Python SDK's bugs: a default header never overrides.
func TestDefaultHeadersDoNotOverride(t *testing.T) {
	t.Parallel()
	var sent http.Header
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent = req.Header
		return answer(200)(req)
	})
	stamping := transport.Identity(
		transport.WithTransactionHeader("x-call"), transport.WithUserAgent("mine/1"),
		transport.WithHeader("accept", "a"), transport.WithHeader("Accept", "b"), transport.WithHeader("Content-Type", "application/json"),
	)(base)
	req := get(t, t.Context())
	req.Header.Set("Content-Type", "multipart/form-data")
	resp, err := stamping.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Same(t, req, resp.Request, "C4: a layer that copied puts back what it was given")
	assert.Equal(t, []string{"a", "b"}, sent["Accept"])
	assert.Equal(t, "multipart/form-data", sent.Get("Content-Type"))
	assert.Equal(t, "mine/1", sent.Get("User-Agent"))
	assert.Len(t, sent.Get("X-Call"), 36)
}

// C10: a layer with invalid settings refuses every call, and Check lists them all.
func TestIdentityRefusesImpossibleHeaders(t *testing.T) {
	t.Parallel()
	faulty := transport.Identity(transport.WithTransactionHeader("a b"), transport.WithHeader("x:y", "1"), transport.WithUserAgent("a\r\nb"), transport.WithHeader("Host", "h"))
	for _, rt := range []http.RoundTripper{faulty(answer(200)), transport.Chain(answer(200), faulty)} {
		body := &closeCounter{Reader: strings.NewReader("x")}
		req := get(t, t.Context())
		req.Body = body
		_, err := rt.RoundTrip(req)
		for _, part := range []string{"A b", "X:y", "User-Agent", "Host"} {
			require.ErrorContains(t, err, strings.ReplaceAll(strings.ReplaceAll(part, "A b", "a b"), "X:y", "x:y"))
		}
		assert.Equal(t, err.Error(), transport.Check(rt).Error())
		assert.Equal(t, 1, body.closed, "C2")
	}
}
