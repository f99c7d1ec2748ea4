package transport_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// O3: a request with the context of an earlier response belongs to the call that was begun,
// while its record is open; otherwise it is a separate call.
func TestARequestAfterAResponseBelongsToTheBegunCall(t *testing.T) {
	t.Parallel()
	rt := transport.Chain(answer(200), transport.Identity())
	send := func(req *http.Request) *http.Response {
		resp, err := rt.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp
	}
	ctx, call := transport.Begin(t.Context())
	first := send(get(t, ctx))
	second := send(get(t, first.Request.Context()))
	assert.Same(t, call, transport.CallOf(second))
	assert.Equal(t, 2, call.AttemptCount())
	call.End()
	assert.NotSame(t, call, transport.CallOf(send(get(t, second.Request.Context()))))

	alone := send(get(t, t.Context()))
	assert.NotSame(t, transport.CallOf(alone), transport.CallOf(send(get(t, alone.Request.Context()))))
}

// C6: a decorator that unwraps to itself ends the walk.
func TestADecoratorThatUnwrapsToItselfEndsTheWalk(t *testing.T) {
	t.Parallel()
	self := &selfish{}
	for _, walk := range []func(){
		func() { (&http.Client{Transport: transport.Chain(self, transport.Identity())}).CloseIdleConnections() },
		func() { link := layer.NewLink("x", layer.Anywhere, self); link.CloseIdleConnections() },
		func() { _ = transport.Check(self) },
		func() { transport.Layers(transport.Chain(self)) },
	} {
		self.asked = 0
		done := make(chan struct{})
		go func() { defer close(done); walk() }()
		<-done
		assert.LessOrEqual(t, self.asked, 4<<10)
	}
}

type selfish struct{ asked int }

func (*selfish) RoundTrip(req *http.Request) (*http.Response, error) { return answer(200)(req) }
func (s *selfish) Unwrap() http.RoundTripper {
	if s.asked++; s.asked > 100_000 {
		runtime.Goexit() // a stack overflow could not be caught
	}
	return s
}

// C6: a foreign layer may have other connections, so it is called too.
func TestALayerWithItsOwnPoolIsToldToo(t *testing.T) {
	t.Parallel()
	base, inner := &pool{}, &pool{}
	failover := func(next http.RoundTripper) http.RoundTripper { return &second{next, inner} }
	rt := transport.Chain(base, transport.Identity(), failover)
	(&http.Client{Transport: rt}).CloseIdleConnections()
	assert.Equal(t, 1, base.closed)
	assert.Equal(t, 1, inner.closed)
}

type pool struct{ closed int }

func (*pool) RoundTrip(req *http.Request) (*http.Response, error) { return answer(200)(req) }
func (p *pool) CloseIdleConnections()                             { p.closed++ }

type second struct {
	http.RoundTripper
	other *pool
}

func (s *second) CloseIdleConnections() { s.other.CloseIdleConnections() }

// O3: attempts of a chain that a layer without Unwrap hides are each counted once.
func TestAttemptsOfAHiddenChainCountOnce(t *testing.T) {
	t.Parallel()
	sent := 0
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent++
		return answer(200 + sent)(req)
	})
	hide := func(rt http.RoundTripper) http.RoundTripper { return transport.RoundTripperFunc(rt.RoundTrip) }
	for depth, rt := range []http.RoundTripper{
		transport.Chain(base),
		transport.Chain(hide(transport.Chain(base))),
		transport.Chain(hide(transport.Chain(hide(transport.Chain(base))))),
		transport.Chain(hide(transport.Chain(base, twice))),
		transport.Chain(hide(twice(hide(transport.Chain(base, twice)))), twice),
	} {
		sent = 0
		resp, err := rt.RoundTrip(get(t, t.Context()))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		attempts := transport.CallOf(resp).Attempts()
		assert.Len(t, attempts, sent, "%d", depth)
		for i, a := range attempts {
			assert.Equal(t, 201+i, a.Status, "%d", depth)
		}
	}
}

// C4: a response that a mock returns for several calls is not modified.
func TestAResponseThatAMockSharesIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	shared := &http.Response{StatusCode: 204, Header: http.Header{}}
	rt := transport.Chain(transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return shared, nil }), transport.Identity())
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			resp, err := rt.RoundTrip(get(t, t.Context()))
			if assert.NoError(t, err) {
				assert.Equal(t, 1, transport.CallOf(resp).AttemptCount())
				assert.Equal(t, http.NoBody, resp.Body)
			}
		})
	}
	group.Wait()
	assert.Nil(t, shared.Request)
	assert.Nil(t, shared.Body)
}

// C4: resp.Request is the request that the outermost layer was given, with the record,
// wherever the headers of Identity are added; the base gets them all.
func TestTheRequestOfAResponseIsTheOneThatWasGiven(t *testing.T) {
	t.Parallel()
	id := transport.Identity(transport.WithUserAgent("agent"), transport.WithHeader("X-Default", "1"))
	signed := func(next http.RoundTripper) http.RoundTripper {
		return &signing{layer.NewLink("sign", layer.AtCredential, next)}
	}
	passing := func(next http.RoundTripper) http.RoundTripper { return transport.RoundTripperFunc(next.RoundTrip) }
	for name, layers := range map[string][]transport.Middleware{
		"identity alone":     {id},
		"and a credential":   {id, signed},
		"and a foreign one":  {id, passing, signed},
		"a foreign one only": {id, passing},
		"below a chain":      {passing, id},
	} {
		var got http.Header
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			got = req.Header
			return answer(200)(req)
		})
		for _, given := range []string{"", "tx-1", "no id"} {
			req := get(t, t.Context())
			req.Header.Set("X-Given", "2")
			if given != "" {
				req.Header.Set(transport.HeaderTransactionID, given)
			}
			before := req.Header.Clone()
			resp, err := transport.Chain(base, layers...).RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, before, resp.Request.Header, name)
			assert.Equal(t, before, req.Header, name)
			assert.Same(t, req.URL, resp.Request.URL)
			call := transport.CallOf(resp)
			require.NotNil(t, call, name)
			assert.Equal(t, []string{call.TransactionID()}, got[transport.HeaderTransactionID], name)
			assert.Equal(t, given == "tx-1", call.TransactionID() == given, name)
			assert.Equal(t, []string{"agent"}, got["User-Agent"], name)
			assert.Equal(t, []string{"1"}, got["X-Default"], name)
			assert.Equal(t, []string{"2"}, got["X-Given"], name)
			assert.Equal(t, strings.Contains(name, "credential") || name == "and a foreign one", got.Get("Authorization") != "", name)
		}
	}
}

type signing struct{ layer.Link }

func (s *signing) RoundTrip(req *http.Request) (*http.Response, error) {
	signed := layer.Copy(req, 1)
	signed.Header["Authorization"] = []string{"key"}
	resp, err := s.Send(signed)
	return layer.Restore(resp, req), err
}

// A layer with a place in the order of layers gets the headers of Identity from record.OutgoingHeader.
func TestALayerAsksForTheHeadersThatAreSent(t *testing.T) {
	t.Parallel()
	asked := false
	observer := func(next http.RoundTripper) http.RoundTripper {
		return &watching{layer.NewLink("watch", layer.AtAttempt, next), func(req *http.Request) {
			asked = true
			assert.Empty(t, req.Header["User-Agent"], "a copy is made below")
			assert.Equal(t, []string{"agent"}, record.OutgoingHeader(req, "User-Agent"))
			assert.Equal(t, []string{"own"}, record.OutgoingHeader(req, "X-Default"))
			assert.Equal(t, []string{transport.CallFrom(req.Context()).TransactionID()}, record.OutgoingHeader(req, transport.HeaderTransactionID))
			assert.Empty(t, record.OutgoingHeader(req, "X-None"))
			all := record.Outgoing(req)
			assert.Len(t, all.Header, 3)
			assert.Same(t, all, record.Outgoing(all), "nothing is missing")
			anew := get(t, req.Context())
			anew.URL = &url.URL{Scheme: "https", Host: "vault"}
			assert.Same(t, anew, record.Outgoing(anew), "that is another call")
		}}
	}
	req := get(t, t.Context())
	req.Header.Set("X-Default", "own")
	id := transport.Identity(transport.WithUserAgent("agent"), transport.WithHeader("X-Default", "1"))
	resp, err := transport.Chain(answer(200), id, observer).RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.True(t, asked)
}

type watching struct {
	layer.Link
	see func(*http.Request)
}

func (w *watching) RoundTrip(req *http.Request) (*http.Response, error) {
	w.see(req)
	return w.Send(req)
}

// A3: a context of a call does not print the requests in it.
func TestAContextPrintsNoRequest(t *testing.T) {
	t.Parallel()
	sign := func(next http.RoundTripper) http.RoundTripper {
		return &signing{layer.NewLink("sign", layer.AtCredential, next)}
	}
	var sent *http.Request
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent = req
		return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
	})
	for _, begun := range []bool{false, true} {
		ctx := t.Context()
		if begun {
			ctx, _ = transport.Begin(ctx)
		}
		req := get(t, ctx)
		req.Header.Set("Cookie", "secret")
		resp, err := transport.Chain(base, transport.Identity(), sign).RoundTrip(req)
		require.NoError(t, err)
		require.Equal(t, "key", sent.Header.Get("Authorization"))
		of := resp.Request.Context()
		below := context.WithValue(of, http.ServerContextKey, nil)
		for _, ctx := range []context.Context{ctx, of, layer.Detach(ctx), layer.Detach(of), layer.Detach(below)} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
				printed := fmt.Sprintf(verb, ctx)
				assert.NotContains(t, printed, "Authorization", verb)
				assert.NotContains(t, printed, "secret", verb)
			}
		}
	}
}
