package transport_test

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// layered returns a middleware whose layer runs f.
func layered(f func(req *http.Request, next http.RoundTripper) (*http.Response, error)) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) { return f(req, next) })
	}
}

// R15: of two loops the upper one retries, within the stricter limits of both.
func TestALoopBelowNarrowsTheLoopAbove(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name                       string
		above, below, wantRetries  int
		elapsed, within, wantInAll time.Duration
	}{
		{"the loop below is stricter", 5, 2, 2, time.Minute, time.Second, time.Second},
		{"the loop above is stricter", 1, 9, 1, time.Second, time.Minute, time.Second},
		{"none is no bound below", 5, 5, 5, time.Second, 0, time.Second},
		{"nor above", 5, 5, 5, 0, time.Second, time.Second},
		{"more than a record can hold", math.MaxInt, math.MaxInt, math.MaxInt32, 0, 0, 0},
		{"longer than a clock can show", 1, 1, 1, math.MaxInt64, math.MaxInt64, math.MaxInt64},
	} {
		synctest.Test(t, func(t *testing.T) {
			var above record.Loop
			outer := layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
				_, loop, _ := record.OwnRoundTrip(req, nil)
				began, nested := loop.Enter(req, row.above, row.elapsed)
				assert.False(t, nested, row.name)
				assert.Zero(t, began, "the chain opened the call for this round trip")
				defer loop.Leave()
				above = loop
				return next.RoundTrip(req)
			})
			inner := layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
				_, below, _ := record.OwnRoundTrip(req, nil)
				_, nested := below.Enter(req, row.below, row.within)
				assert.True(t, nested, row.name)
				retries, left, bounded := above.Limits()
				assert.Equal(t, row.wantRetries, retries, row.name)
				assert.Equal(t, row.wantInAll, left, row.name)
				assert.Equal(t, row.wantInAll > 0, bounded, row.name)
				rest, same := record.RetryLeft(req.Context())
				assert.Equal(t, left, rest, row.name)
				assert.Equal(t, bounded, same, row.name)
				return next.RoundTrip(req)
			})
			for _, rt := range []http.RoundTripper{
				transport.Chain(answer(200), outer, inner),
				transport.Chain(transport.Chain(answer(200), inner), outer),
				transport.Chain(transport.RoundTripperFunc(transport.Chain(answer(200), inner).RoundTrip), outer), // hidden
			} {
				req := get(t, t.Context())
				resp, err := rt.RoundTrip(req)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
			}
		})
	}
}

// R3: a loop's time starts with the call if a chain opened it for this round trip, and
// otherwise with the loop.
func TestALoopKnowsHowLongItRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var elapsed []time.Duration
		loop := layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
			assert.False(t, record.Looping(req.Context()))
			time.Sleep(time.Second)
			_, l, _ := record.OwnRoundTrip(req, nil)
			began, _ := l.Enter(req, 1, time.Minute)
			defer l.Leave()
			assert.True(t, record.Looping(req.Context()))
			time.Sleep(time.Second)
			elapsed = append(elapsed, l.Age()-began)
			_, left, _ := l.Limits()
			assert.Equal(t, time.Minute-elapsed[len(elapsed)-1], left)
			return next.RoundTrip(req)
		})
		chain := transport.Chain(answer(200), loop)
		ctx, call := transport.Begin(t.Context())
		defer call.End()
		time.Sleep(time.Hour)
		for _, req := range []*http.Request{get(t, t.Context()), get(t, ctx), get(t, ctx)} {
			resp, err := chain.RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		}
		assert.Equal(t, []time.Duration{2 * time.Second, time.Second, time.Second}, elapsed)
		own, l, end := record.OwnRoundTrip(get(t, t.Context()), nil)
		assert.Nil(t, l, "no record")
		assert.Nil(t, end)
		assert.Nil(t, transport.CallFrom(own.Context()))
	})
}

// A4: a loop that can send the body again grants one extra attempt for each round trip.
// Without a loop a layer may make it itself, once.
func TestTheAttemptMoreIsGrantedOnce(t *testing.T) {
	t.Parallel()
	probe := layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		ask := func() [2]bool {
			granted, first := record.Again(req.Context())
			return [2]bool{granted, first}
		}
		_, l, _ := record.OwnRoundTrip(req, nil)
		assert.False(t, record.MayAgain(req.Context()), "no loop")
		l.Enter(req, 0, 0)
		assert.Equal(t, [2]bool{}, ask(), "the body cannot be sent again")
		assert.False(t, record.MayAgain(req.Context()))
		l.AllowAgain()
		assert.True(t, record.MayAgain(req.Context()))
		assert.False(t, l.TakeAgain(), "nobody asked")
		assert.Equal(t, [2]bool{true, true}, ask())
		assert.False(t, record.MayAgain(req.Context()), "it was granted")
		assert.Equal(t, [2]bool{}, ask())
		assert.True(t, l.TakeAgain())
		assert.False(t, l.TakeAgain())
		assert.Equal(t, [2]bool{}, ask())
		l.Leave()
		assert.Equal(t, [2]bool{false, true}, ask(), "no loop")
		assert.Equal(t, [2]bool{}, ask())
		l.Enter(req, 0, 0)
		l.AllowAgain()
		assert.Equal(t, [2]bool{true, true}, ask(), "another loop of the round trip")
		l.Leave()
		return next.RoundTrip(req)
	})
	ctx, call := transport.Begin(t.Context())
	defer call.End()
	for _, req := range []*http.Request{get(t, t.Context()), get(t, ctx), get(t, ctx)} {
		resp, err := transport.Chain(answer(200), probe).RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		granted, first := record.Again(resp.Request.Context())
		assert.False(t, granted || first, "the round trip is over")
	}
	granted, first := record.Again(t.Context())
	assert.False(t, granted)
	assert.True(t, first, "there is no record")
}

// R3: a limiter tells the loop when it would admit the next attempt.
func TestALimiterNotesTheNextTurn(t *testing.T) {
	t.Parallel()
	probe := layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		_, l, _ := record.OwnRoundTrip(req, nil)
		l.Enter(req, 0, 0)
		defer l.Leave()
		for _, row := range []struct{ in, want time.Duration }{
			{0, 0}, {-1, 0}, {1, time.Millisecond}, {time.Minute, time.Minute},
			{math.MaxInt64, math.MaxInt64}, {25 * 24 * time.Hour, math.MaxInt64},
		} {
			for _, refuses := range []bool{false, true} {
				record.NoteTurn(req.Context(), row.in, refuses)
				in, refused := l.TakeTurn()
				assert.Equal(t, row.want, in)
				assert.Equal(t, refuses && row.want > 0, refused)
				in, refused = l.TakeTurn()
				assert.False(t, in > 0 || refused, "it is forgotten")
			}
		}
		return next.RoundTrip(req)
	})
	resp, err := transport.Chain(answer(200), probe).RoundTrip(get(t, t.Context()))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	record.NoteTurn(t.Context(), time.Second, false)
}

// C11: a new request that a layer makes inside an attempt is a separate call with the same
// transaction id, and the settings of the outer call do not apply to it.
func TestARequestMadeAnewIsACallOfItsOwn(t *testing.T) {
	t.Parallel()
	type mark string
	var inner *transport.Call
	var marks []mark
	vault := transport.Chain(answer(200), layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		inner = transport.CallFrom(req.Context())
		m, _ := record.Setting[mark](req.Context())
		marks = append(marks, m)
		return next.RoundTrip(req)
	}))
	for name, change := range map[string]func(*http.Request){
		"another URL":    func(req *http.Request) { req.URL = &url.URL{Scheme: "https", Host: "vault", Path: "/"} },
		"another method": func(req *http.Request) { req.Method = http.MethodPut },
	} {
		for where, within := range map[string]func(context.Context) context.Context{
			"in the attempt":  func(ctx context.Context) context.Context { return ctx },
			"below a value":   func(ctx context.Context) context.Context { return context.WithValue(ctx, mark("other"), 1) },
			"by a token":      layer.Detach,
			"by a hook below": func(ctx context.Context) context.Context { return layer.Detach(context.WithoutCancel(ctx)) },
		} {
			marks = nil
			signer := layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
				m, _ := record.Setting[mark](req.Context())
				assert.EqualValues(t, "outer", m)
				for _, ctx := range []context.Context{within(req.Context()), record.WithSetting(within(req.Context()), mark("inner"))} {
					anew := get(t, ctx)
					change(anew)
					resp, err := vault.RoundTrip(anew)
					require.NoError(t, err)
					require.NoError(t, resp.Body.Close())
				}
				return next.RoundTrip(req)
			})
			ctx := record.WithSetting(t.Context(), mark("outer"))
			resp, err := transport.Chain(answer(200), transport.Identity(), signer).RoundTrip(get(t, ctx))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			outer := transport.CallOf(resp)
			assert.NotSame(t, outer, inner, name, where)
			assert.Equal(t, 1, outer.AttemptCount(), name, where)
			assert.Equal(t, 1, inner.AttemptCount(), name, where)
			assert.Equal(t, outer.TransactionID(), inner.TransactionID(), name, where)
			assert.Equal(t, []mark{"", "inner"}, marks, name, where)
		}
	}
}

// Settings of a call apply to all its round trips, and inside a chain.
func TestASettingHoldsForItsCall(t *testing.T) {
	t.Parallel()
	type mark string
	seen := 0
	probe := layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		m, ok := record.Setting[mark](req.Context())
		assert.True(t, ok)
		assert.EqualValues(t, "x", m)
		seen++
		return next.RoundTrip(req)
	})
	inside := layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req.WithContext(record.WithSetting(req.Context(), mark("x"))))
	})
	plain := record.WithSetting(t.Context(), mark("x"))
	above, call := transport.Begin(plain)
	defer call.End()
	bare, other := transport.Begin(t.Context())
	defer other.End()
	for _, ctx := range []context.Context{plain, above, record.WithSetting(bare, mark("x")), layer.Detach(above), layer.Detach(plain)} {
		for _, rt := range []http.RoundTripper{
			probe(answer(200)), transport.Chain(answer(200), probe), transport.Chain(transport.Chain(answer(200), probe), transport.Identity()),
		} {
			resp, err := rt.RoundTrip(get(t, ctx))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		}
	}
	resp, err := transport.Chain(answer(200), probe).RoundTrip(get(t, plain))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	resp, err = transport.Chain(answer(200), probe).RoundTrip(get(t, resp.Request.Context())) // of a round trip that has ended
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	resp, err = transport.Chain(answer(200), inside, probe).RoundTrip(get(t, t.Context()))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 18, seen)
}
