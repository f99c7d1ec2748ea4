package inspect_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/transport"
)

const ms = time.Millisecond

// T3: a timeline has the attempts with their phases, the waits and the body.
func TestTimeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := inspect.New(inspect.WithPhases())
		c := client(t, in, script(
			step{dns: 2 * ms, connect: 3 * ms, tls: 10 * ms, wait: 20 * ms, head: ms, status: 503},
			step{reused: true, wait: 5 * ms, err: errReset},
			step{reused: true, wait: 40 * ms, status: 200, body: body("hello", 7*ms)},
		))
		ctx := transport.WithTransactionID(transport.WithRoute(t.Context(), "GET /v2/things"), "an-id")
		resp, _ := send(t, c, request(t, http.MethodGet, "https://u:p@api.example.com/v2/things?limit=5&sig=s", nil).WithContext(ctx))
		assert.Equal(t, `GET https://api.example.com/v2/things?limit=5&sig=***
route GET /v2/things
call an-id: 200 OK after 3 attempts in 2.08s
      0ms  #1 503 in 36ms (dns 2ms, connect 3ms, tls 10ms, wait 20ms, head 1ms)
     36ms  waited 1s for backoff: status 503
    1.04s  #2 connection_reset: read tcp 192.0.2.1:443: connection reset by peer, in 5ms (connection reused, wait 5ms)
    1.04s  waited 1s for backoff: broken connection
    2.04s  #3 200 in 40ms (connection reused, wait 40ms)
    2.09s  body: 5 bytes, complete
`, inspect.Timeline(transport.CallOf(resp)))
	})
}

// T3: without the layers a timeline has what the record has.
func TestTimelineOfAPlainCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt := transport.Chain(script(step{wait: 30 * ms, status: 404}), transport.Identity())
		resp, _ := send(t, &http.Client{Transport: rt}, request(t, http.MethodGet, "https://api.example.com/v2/things?apiKey=s", nil))
		call := transport.CallOf(resp)
		assert.Equal(t, "GET https://api.example.com/v2/things?apiKey=***\ncall "+call.TransactionID()+": 404 Not Found after 1 attempt in 30ms\n"+
			"      0ms  #1 404 in 30ms\n", inspect.Timeline(call))
		assert.Equal(t, `curl \`+"\n"+`  'https://api.example.com/v2/things?apiKey='"$TOKEN"`, inspect.Curl(call, 1))
		assert.Empty(t, inspect.Curl(call, 2))
		assert.Empty(t, inspect.Timeline(nil))
		assert.Empty(t, inspect.Curl(nil, 1))
		_, measured := inspect.PhasesOf(call, 1)
		assert.False(t, measured)
	})
}

// T3: a call that is running, refused, canceled, or has a broken body says so.
func TestTimelineOfOtherEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := inspect.New()
		ctx, call := transport.Begin(t.Context())
		broken := &brief{Reader: strings.NewReader("hal"), err: io.ErrUnexpectedEOF}
		c := client(t, in, script(step{wait: ms, status: 503}, step{wait: ms, status: 200, body: broken}))
		req := request(t, http.MethodGet, "https://api.example.com/a", nil).WithContext(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			resp, err := c.Do(req)
			if assert.NoError(t, err) {
				_, err = io.ReadAll(resp.Body)
				assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
				assert.NoError(t, resp.Body.Close())
			}
		}()
		time.Sleep(500 * ms)
		synctest.Wait()
		assert.Contains(t, inspect.Timeline(call), ": running for 500ms, 1 attempt\n")
		assert.Contains(t, inspect.Timeline(call), "      1ms  waiting 1s for backoff: status 503\n")
		<-done
		call.End()
		assert.Contains(t, inspect.Timeline(call), "     1s  body: 3 bytes, connection_reset: unexpected EOF\n")
	})
}

// C11: round trips that share a record are calls of their own on the page, and share a timeline.
func TestRoundTripsOfOneRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := inspect.New(inspect.WithPhases())
		c := client(t, in, roundTripper(func(req *http.Request) (*http.Response, error) {
			return (&step{wait: 5 * ms, status: 200}).run(req)
		}))
		ctx, call := transport.Begin(t.Context())
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				attend(t, c, request(t, http.MethodGet, "https://api.example.com/"+strconv.Itoa(i), nil).WithContext(ctx))
			})
		}
		group.Wait()
		call.End()
		_, calls := snapshot(t, in)
		require.Len(t, calls.Calls, 8)
		for _, ended := range calls.Calls {
			assert.Equal(t, 1, ended.Made)
		}
		told := inspect.Timeline(call)
		for i := range 8 {
			assert.Contains(t, told, "/"+strconv.Itoa(i), told)
		}
		for _, a := range call.Attempts() {
			_, measured := inspect.PhasesOf(call, a.Number)
			assert.True(t, measured, told)
		}
		assert.NotContains(t, told, "more attempts")
	})
}

// O3: a redirect's earlier hop comes first.
func TestTimelineOfARedirect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := inspect.New()
		c := client(t, in, script(step{wait: ms, status: 302, header: http.Header{"Location": {"https://b.example.com/to?code=s"}}}, step{wait: ms, status: 200}))
		resp, _ := send(t, c, request(t, http.MethodGet, "https://a.example.com/from", nil))
		first, rest, found := strings.Cut(inspect.Timeline(transport.CallOf(resp)), "redirected to\n")
		require.True(t, found)
		assert.Contains(t, first, "GET https://a.example.com/from\n")
		assert.Contains(t, rest, "GET https://b.example.com/to?code=***\n")
	})
}

// A call with many attempts shows the first and the last ones.
func TestTimelineIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := inspect.New()
		ctx, call := transport.Begin(t.Context())
		c := client(t, in, script(step{wait: ms, status: 204}))
		for range 100 {
			send(t, c, request(t, http.MethodGet, "https://api.example.com/"+strings.Repeat("x", 5000), nil).WithContext(ctx))
		}
		call.End()
		told := inspect.Timeline(call)
		assert.Contains(t, told, "  84 more attempts\n")
		assert.Less(t, len(told), 64<<10)
		assert.NotEmpty(t, inspect.Curl(call, 1))
		assert.NotEmpty(t, inspect.Curl(call, 100))
	})
}
