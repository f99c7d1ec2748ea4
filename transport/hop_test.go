package transport_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// hopping redirects /3 to /2 and so on until /0, on the same server or from one to the next,
// and collects the transaction ids that it receives.
func hopping(t *testing.T, servers int) (url string, ids func() []string) {
	t.Helper()
	var mu sync.Mutex
	var came []string
	list := make([]*httptest.Server, servers)
	for i := range list {
		list[i] = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			came = append(came, r.Header.Get(transport.HeaderTransactionID))
			mu.Unlock()
			if n, _ := strconv.Atoi(r.URL.Path[1:]); n > 0 {
				http.Redirect(w, r, list[(i+1)%servers].URL+"/"+strconv.Itoa(n-1), http.StatusFound)
			}
		}))
		t.Cleanup(list[i].Close)
	}
	return list[0].URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return came
	}
}

func redirected(rt http.RoundTripper) *http.Client {
	return &http.Client{Transport: transport.Chain(rt, transport.Identity())}
}

// hops returns the records of a call, newest first.
func hops(call *transport.Call) (list []*transport.Call) {
	for ; call != nil; call = call.Previous() {
		list = append(list, call)
	}
	return list
}

// O2, O3: a client that follows redirects makes one call. Each hop has the same transaction
// id, also to another origin, and the record of the last hop has those of the others.
func TestARedirectContinuesTheCall(t *testing.T) {
	t.Parallel()
	for _, servers := range []int{1, 2} {
		url, ids := hopping(t, servers)
		client := redirected(&http.Transport{})
		t.Cleanup(client.CloseIdleConnections)
		req := get(t, t.Context())
		req.URL.Scheme, req.URL.Host, req.URL.Path = "http", strings.TrimPrefix(url, "http://"), "/3"
		resp, err := client.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		call := transport.CallOf(resp)
		require.Len(t, hops(call), 4)
		for _, hop := range hops(call) {
			assert.Equal(t, call.TransactionID(), hop.TransactionID())
			assert.Equal(t, 1, hop.AttemptCount())
			assert.True(t, hop.Sealed())
		}
		require.Len(t, ids(), 4)
		for _, id := range ids() {
			assert.Equal(t, call.TransactionID(), id)
		}
		text := call.String()
		for _, path := range []string{"/3", "/2", "/1", "/0"} {
			_, after, found := strings.Cut(text, path+": ") // in their order
			require.True(t, found, path)
			text = after
		}
		var form struct{ Hops []struct{ Status int } }
		data, err := json.Marshal(call)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &form))
		assert.Equal(t, []struct{ Status int }{{302}, {302}, {302}}, form.Hops)
	}
}

// O3: two calls of one client have two records, and so have two requests of a program that
// follows a redirect itself without setting Request.Response.
func TestTwoCallsAreNotOne(t *testing.T) {
	t.Parallel()
	url, _ := hopping(t, 1)
	client := redirected(&http.Transport{})
	t.Cleanup(client.CloseIdleConnections)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	var ids []string
	for _, path := range []string{"/1", "/0"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, http.NoBody)
		require.NoError(t, err)
		resp, err := client.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Nil(t, transport.CallOf(resp).Previous())
		ids = append(ids, transport.CallOf(resp).TransactionID())
	}
	assert.NotEqual(t, ids[0], ids[1])
	var none *transport.Call
	assert.Nil(t, none.Previous())
}

// O3: if the caller began a record, redirects belong to it.
func TestABegunCallHasNoHops(t *testing.T) {
	t.Parallel()
	url, ids := hopping(t, 1)
	client := redirected(&http.Transport{})
	t.Cleanup(client.CloseIdleConnections)
	ctx, call := transport.Begin(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/2", http.NoBody)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	call.End()
	assert.Same(t, call, transport.CallOf(resp))
	assert.Nil(t, call.Previous())
	assert.Equal(t, 3, call.AttemptCount())
	assert.Equal(t, []string{call.TransactionID(), call.TransactionID(), call.TransactionID()}, ids())
}

// O2: an id in the header of a redirect takes precedence over that of the hop before.
func TestTheHeaderOfARedirectIsCloser(t *testing.T) {
	t.Parallel()
	url, ids := hopping(t, 1)
	client := redirected(&http.Transport{})
	t.Cleanup(client.CloseIdleConnections)
	client.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		req.Header.Set(transport.HeaderTransactionID, "mine")
		return nil
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/1", http.NoBody)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	call := transport.CallOf(resp)
	assert.Equal(t, "mine", call.TransactionID())
	assert.Equal(t, call.Previous().TransactionID(), ids()[0])
	assert.Equal(t, "mine", ids()[1])
}

// O3: a response from another client also continues the call, if it has a record. Many
// requests may follow the same response concurrently.
func TestAResponseOfAnotherClientContinuesTheCall(t *testing.T) {
	t.Parallel()
	first, err := redirected(answer(302)).Transport.RoundTrip(get(t, t.Context()))
	require.NoError(t, err)
	require.NoError(t, first.Body.Close())
	other := redirected(answer(200))
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			req := get(t, t.Context())
			req.Response = first
			resp, err := other.Transport.RoundTrip(req)
			if assert.NoError(t, err) {
				assert.NoError(t, resp.Body.Close())
				assert.Same(t, transport.CallOf(first), transport.CallOf(resp).Previous())
				assert.Equal(t, transport.CallOf(first).TransactionID(), transport.CallOf(resp).TransactionID())
				assert.Contains(t, transport.CallOf(resp).String(), "302")
			}
		})
	}
	group.Wait()
	for _, strange := range []*http.Response{{}, {Request: &http.Request{}}} {
		req := get(t, t.Context())
		req.Response = strange
		resp, err := other.Transport.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Nil(t, transport.CallOf(resp).Previous())
	}
}

// O3: ten hops of an endless redirect are kept, whichever record returns them.
func TestTenHopsAreKept(t *testing.T) {
	t.Parallel()
	rt := transport.Chain(answer(302), transport.Identity())
	var last *http.Response
	var calls []*transport.Call
	for i := range 40 {
		req := get(t, t.Context())
		req.URL.Path = fmt.Sprintf("/hop-%d", i)
		req.Response = last
		resp, err := rt.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		last = resp
		calls = append(calls, transport.CallOf(resp))
		assert.Len(t, hops(transport.CallOf(resp)), min(i, 10)+1)
	}
	for i, call := range calls {
		assert.LessOrEqual(t, len(hops(call)), 11, i)
	}
	text := calls[39].String()
	assert.NotContains(t, text, "/hop-28:")
	assert.Contains(t, text, "/hop-29:")
	assert.Contains(t, text, "/hop-39:")
}

// O3: a request that a layer makes inside an attempt continues only the response that it
// names.
func TestARequestInsideAnAttemptIsNoHop(t *testing.T) {
	t.Parallel()
	asked := transport.Chain(answer(200), transport.Identity())
	asking := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			other := get(t, layer.Detach(req.Context()))
			other.URL.Path = "/token"
			resp, err := asked.RoundTrip(other)
			if err != nil {
				return nil, err
			}
			assert.Nil(t, transport.CallOf(resp).Previous())
			layer.CloseBody(resp.Body)
			return next.RoundTrip(req)
		})
	}
	resp, err := transport.Chain(answer(200), asking).RoundTrip(get(t, context.WithoutCancel(t.Context())))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
}
