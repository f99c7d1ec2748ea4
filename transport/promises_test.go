package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// C1: appending to a header of a copy does not write to the array that it shares with the
// caller's header or another copy.
func TestACopysHeadersMayBeAppendedTo(t *testing.T) {
	t.Parallel()
	shared := append(make([]string, 0, 4), "1")
	req := get(t, t.Context())
	req.Header["X-A"] = shared
	adding := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			own := layer.Copy(req, 0)
			own.Header["X-A"] = append(own.Header["X-A"], "2")
			return next.RoundTrip(own)
		})
	}
	var sent []string
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent = req.Header["X-A"]
		return answer(200)(req)
	})
	layers := []transport.Middleware{adding, transport.Identity(), adding}
	resp, err := transport.Chain(base, layers...).RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, []string{"1", "2", "2"}, sent)
	assert.Equal(t, []string{"1", "", "", ""}, shared[:4])
	assert.NotNil(t, layer.Copy(&http.Request{}, 0).Header, "C3: a nil header becomes an empty one")
}

// C3: a panic of the base reaches the caller and ends the call; the chain remains usable.
func TestAPanicSealsTheRecord(t *testing.T) {
	t.Parallel()
	var call *transport.Call
	chain := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if call == nil {
			call = transport.CallFrom(req.Context())
			panic("the base")
		}
		return answer(200)(req)
	}), transport.Identity())
	assert.PanicsWithValue(t, "the base", func() { _, _ = chain.RoundTrip(get(t, t.Context())) })
	require.NotNil(t, call)
	assert.True(t, call.Sealed())
	assert.Equal(t, 1, call.AttemptCount())
	resp, err := chain.RoundTrip(get(t, t.Context()))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
}

// C3: a request without header, URL or body passes every layer of this package; the base
// decides about it.
func TestABareRequestIsNoPanic(t *testing.T) {
	t.Parallel()
	refused := errors.New("no URL")
	base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, refused })
	for _, rt := range []http.RoundTripper{transport.Chain(base, transport.Identity()), transport.Identity()(base), transport.Chain(base)} {
		_, err := rt.RoundTrip(&http.Request{})
		require.ErrorIs(t, err, refused)
	}
	_, err := transport.Chain(&http.Transport{}, transport.Identity()).RoundTrip(&http.Request{})
	require.Error(t, err)
}

// C4: a response has the request that the outermost layer was given, and with it the record,
// whatever the base or a foreign layer set.
func TestAnAnswerNamesTheRequestItAnswers(t *testing.T) {
	t.Parallel()
	strange := &http.Request{Header: http.Header{"Authorization": {"secret"}}}
	for name, wrote := range map[string]*http.Request{"nothing": nil, "another request": strange} {
		base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Request: wrote}, nil
		})
		resp, err := transport.Chain(base, at("mine", layer.Anywhere)).RoundTrip(get(t, t.Context()))
		require.NoError(t, err, name)
		require.NotNil(t, transport.CallOf(resp), name)
		assert.Equal(t, 1, transport.CallOf(resp).AttemptCount(), name)
		assert.Empty(t, resp.Request.Header.Get("Authorization"), name)
		require.NotNil(t, resp.Body, name)
	}
	bare := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200}, nil })
	req := get(t, t.Context())
	resp, err := at("mine", layer.Anywhere)(bare).RoundTrip(req)
	require.NoError(t, err)
	assert.Same(t, req, resp.Request, "one layer alone fills it, too")
	assert.Equal(t, http.NoBody, resp.Body)
}

// C4, C5: length, trailers, header and body of a response pass unchanged and unread.
func TestAnAnswerPassesUnchanged(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 302, 404, 503} {
		came := &http.Response{
			StatusCode: status, Status: "as it came", ContentLength: 77, Uncompressed: true, TransferEncoding: []string{"chunked"},
			Header: http.Header{"Set-Cookie": {"a=b"}, "Location": {"/x"}}, Trailer: http.Header{"X-T": {"1"}}, Body: unread{t},
		}
		want := *came
		calls := 0
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			calls++
			assert.Empty(t, req.Header["Cookie"])
			came.Request = req
			return came, nil
		})
		chain := transport.Chain(base, transport.Identity())
		for range 2 {
			resp, err := chain.RoundTrip(get(t, t.Context()))
			require.NoError(t, err)
			got := *resp
			got.Request = nil
			assert.Equal(t, want, got)
			require.NoError(t, resp.Body.Close())
		}
		assert.Equal(t, 2, calls)
	}
}

// unread is a body that must not be read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) { u.t.Error("the body was read"); return 0, io.EOF }
func (u unread) Close() error             { return nil }

// C10: a layer with invalid settings refuses each call with an error that lists them, before
// the body is read, and is not retried.
func TestAFaultIsNoPassingError(t *testing.T) {
	t.Parallel()
	faulty := transport.Identity(transport.WithTransactionHeader("a b"), transport.WithHeader("Host", "h"))
	_, err := transport.Chain(answer(200), faulty).RoundTrip(get(t, t.Context()))
	final, ok := errors.AsType[interface {
		error
		Retryable() bool
	}](err)
	require.True(t, ok)
	assert.False(t, final.Retryable())
}

// O3: code that a layer calls has no record to write to, and a sealed record gets no more
// attempts.
func TestASealedRecordCountsNoAttempt(t *testing.T) {
	t.Parallel()
	ctx, call := transport.Begin(t.Context())
	call.End()
	outer := layer.Detach(ctx)
	assert.Nil(t, transport.CallFrom(outer))
	for _, late := range []context.Context{ctx, outer} {
		resp, err := transport.Chain(answer(200), transport.Identity()).RoundTrip(get(t, late))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.NotSame(t, call, transport.CallOf(resp), "a round trip after the end is a call of its own")
		assert.Equal(t, 1, transport.CallOf(resp).AttemptCount())
	}
	assert.Zero(t, call.AttemptCount())
}
