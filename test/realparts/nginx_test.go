//go:build realparts && linux

package realparts_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/network"
)

// nginxConfig takes the folder, the address, a living upstream and a dead one. A
// 429 comes with a Retry-After, the others without.
const nginxConfig = `
daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log warn;
events { worker_connections 512; }
http {
	access_log %[1]s/access.log;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	limit_req_zone $binary_remote_addr zone=calls:1m rate=50r/s;
	limit_req_status 429;
	map $status $hint { 429 1; default ""; }
	server {
		listen %[2]s;
		location /limited {
			limit_req zone=calls burst=10 nodelay;
			add_header Retry-After $hint always;
			proxy_pass http://%[3]s;
		}
		location /dead {
			proxy_connect_timeout 1s;
			proxy_pass http://%[4]s;
		}
	}
}
`

func nginxScenarios() []scenario {
	return []scenario{
		{"that limits requests fails no call of a client with a limiter", nginxLimits},
		{"that limits requests says when to come back", nginxHints},
		{"before a dead upstream is asked again for a GET, not for a POST", nginxDeadUpstream},
		{"before an upstream that comes back answers the retry", nginxUpstreamReturns},
	}
}

func startNginx(t *testing.T, upstream, dead string) (*process, string) {
	t.Helper()
	f, addr := newFolder(t), freeAddr(t)
	conf := f.write(t, "nginx.conf", fmt.Sprintf(nginxConfig, f.dir, addr, upstream, dead))
	return f.start(t, []string{addr}, "nginx", "-p", f.dir, "-e", f.path("error.log"), "-c", conf), "http://" + addr
}

// Promises R6, L2 and L3, the latter with the figures of this server.
func nginxLimits(t *testing.T) {
	far := newTarget(t, nil, nil)
	p, at := startNginx(t, far.addr(), far.addr())
	c := newClient(t, tripware.WithConnection(network.WithoutProxy()), tripware.WithLimiter(ratelimit.NewLimiter()),
		quick(retry.WithMaxRetries(10), retry.WithBaseDelay(20*time.Millisecond), retry.WithMaxDelay(2*time.Second)))
	const calls, workers = 100, 16
	var attempts atomic.Int64
	var wg sync.WaitGroup
	jobs := make(chan struct{}, calls)
	for range calls {
		jobs <- struct{}{}
	}
	close(jobs)
	began := time.Now()
	for range workers {
		wg.Go(func() {
			for range jobs {
				a := c.get(t, at+"/limited")
				attempts.Add(int64(a.record.AttemptCount()))
				assert.NoError(t, a.err)
				assert.Equal(t, http.StatusOK, a.status)
			}
		})
	}
	wg.Wait()
	t.Logf("%d calls at 50 a second and a burst of 10: %d attempts, %d refused, %s",
		calls, attempts.Load(), attempts.Load()-calls, time.Since(began).Round(time.Millisecond))
	assert.Len(t, far.seen(), calls)
	assert.Less(t, attempts.Load(), int64(2*calls))
	assert.Contains(t, p.folder.read(t, "access.log"), `" 429 `, "or nothing was tested")
}

// Promises R6 and L1: the hint is a floor of the wait, and stands on the record.
func nginxHints(t *testing.T) {
	far := newTarget(t, nil, nil)
	_, at := startNginx(t, far.addr(), far.addr())
	once := newClient(t, tripware.WithConnection(network.WithoutProxy()), quick(retry.Off()))
	var refused answer
	for range 200 {
		if refused = once.get(t, at+"/limited"); refused.status != http.StatusOK {
			break
		}
	}
	require.NoError(t, refused.err)
	require.Equal(t, http.StatusTooManyRequests, refused.status)
	assert.Equal(t, time.Second, refused.record.RateLimit().RetryAfter)

	c := newClient(t, tripware.WithConnection(network.WithoutProxy()), quick(retry.WithMaxDelay(2*time.Second)))
	var waits []transport.Wait
	for range 200 {
		a := c.post(t, at+"/limited", "a 429 is repeated for any method")
		requireReached(t, a, len(a.record.Waits())+1)
		if waits = a.record.Waits(); len(waits) > 0 {
			break
		}
	}
	require.NotEmpty(t, waits)
	assert.Equal(t, "status 429", waits[0].Reason)
	assert.GreaterOrEqual(t, waits[0].For, time.Second)
}

// Promise R9.
func nginxDeadUpstream(t *testing.T) {
	far := newTarget(t, nil, nil)
	p, at := startNginx(t, far.addr(), "127.0.0.1:1")
	c := newClient(t, tripware.WithConnection(network.WithoutProxy()))
	for _, row := range []struct {
		method   string
		attempts int
		reason   transport.Reason
	}{
		{http.MethodGet, 4, retry.ReasonAttempts},
		{http.MethodPost, 1, retry.ReasonMethod},
	} {
		a := c.do(t.Context(), row.method, at+"/dead", "", nil)
		require.NoError(t, a.err)
		assert.Equal(t, http.StatusBadGateway, a.status)
		assert.Contains(t, a.body, "502 Bad Gateway", "the last answer is whole")
		assert.Equal(t, row.attempts, a.record.AttemptCount(), row.method)
		assert.Equal(t, row.reason, a.record.Reason())
		require.Eventually(t, func() bool {
			return strings.Count(p.folder.read(t, "access.log"), `"`+row.method+` /dead`) == row.attempts
		}, startWithin, pollEach, "nginx counts as we do")
	}
}

// Promise R4: the answer that stands is the last one's.
func nginxUpstreamReturns(t *testing.T) {
	dead := freeAddr(t)
	_, at := startNginx(t, dead, dead)
	revive := func(_ context.Context, e retry.Event) {
		if e.Attempt != 1 {
			return
		}
		listener, err := net.Listen("tcp", dead)
		if !assert.NoError(t, err) {
			return
		}
		upstream := httptest.NewUnstartedServer(answers(http.StatusOK))
		_ = upstream.Listener.Close()
		upstream.Listener = listener
		upstream.Start()
		t.Cleanup(upstream.Close)
	}
	c := newClient(t, tripware.WithConnection(network.WithoutProxy()), quick(retry.WithHook(revive)))
	requireReached(t, c.get(t, at+"/dead"), 2)
}
