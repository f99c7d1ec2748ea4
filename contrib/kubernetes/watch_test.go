package kubernetes_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/kubernetes"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
)

var lasting = flag.Duration("watch", time.Second, "how long the watch over a real connection lasts")

// A sink is a log that several goroutines write to.
type sink struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// An observation is what a chain with everything switched on reports.
type observation struct {
	log    sink
	mu     sync.Mutex
	events []metrics.Event
}

func (o *observation) notify(_ context.Context, e metrics.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, e)
}

// options returns the options of a chain that would break a stream: a log with bodies, short
// timeouts, and bodies that are read within the attempt.
func (o *observation) options() []tripware.Option {
	publishers := metrics.NewPublishers()
	publishers.Call.Subscribe(metrics.ObserverFunc(o.notify))
	publishers.HTTP.Subscribe(metrics.ObserverFunc(o.notify))
	return []tripware.Option{
		tripware.WithLogger(slog.New(slog.NewJSONHandler(&o.log, &slog.HandlerOptions{Level: slog.LevelDebug})), logging.WithBodies(64<<10), logging.WithWaits()),
		tripware.WithMetrics(publishers),
		tripware.WithRetry(retry.WithWholeBody(1<<20), retry.WithAttemptTimeout(80*time.Millisecond), retry.WithCallTimeout(100*time.Millisecond)),
	}
}

// body returns the event of a body that ended, or nil.
func (o *observation) body() *metrics.BodyEvent {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.events {
		if b, ok := e.(metrics.BodyEvent); ok {
			return &b
		}
	}
	return nil
}

// eventOf returns the line of a watch that adds pod n.
func eventOf(n int) string {
	return fmt.Sprintf(`{"type":"ADDED","object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod-%d","resourceVersion":"%d"}}}`+"\n", n, n)
}

// A watch over a real connection outlives all timeouts of the chain. The server sends an event
// only after the client has the one before, so none may be held back. For a minute:
//
//	go test -run TestAWatch$ -watch 1m -v
func TestAWatch(t *testing.T) {
	const events = 20
	arrived, closed := make(chan time.Time), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(closed)
		w.Header().Set("Content-Type", "application/json")
		for n := range events {
			if n > 0 {
				time.Sleep(*lasting / (events - 1))
			}
			sent := time.Now()
			_, _ = io.WriteString(w, eventOf(n))
			_ = http.NewResponseController(w).Flush()
			select {
			case at := <-arrived:
				t.Logf("event %2d arrived after %v", n, at.Sub(sent).Round(time.Microsecond))
			case <-r.Context().Done():
				return
			}
		}
		<-r.Context().Done()
	}))
	defer server.Close()

	var o observation
	cfg := &rest.Config{Host: server.URL, Transport: &http.Transport{}}
	require.NoError(t, kubernetes.Wrap(cfg, o.options()...))
	ctx, cancel := context.WithTimeout(t.Context(), *lasting+time.Minute)
	defer cancel()
	begin := time.Now()
	w, err := pods(t, cfg).Watch(ctx, metav1.ListOptions{})
	require.NoError(t, err)
	for n := range events {
		e, ok := <-w.ResultChan()
		require.True(t, ok, "the watch ended after %d events", n)
		require.Equal(t, watch.Added, e.Type, "%v", e.Object)
		select {
		case arrived <- time.Now():
		case <-ctx.Done():
			require.FailNow(t, "the server does not wait for the event")
		}
	}
	cancel()
	<-closed                        // the server learns of it
	for e := range w.ResultChan() { // client-go says that the context was canceled, and ends
		require.Equal(t, watch.Error, e.Type)
	}

	lasted := time.Since(begin)
	assert.GreaterOrEqual(t, lasted, *lasting)
	require.Eventually(t, func() bool { return o.body() != nil }, time.Minute, time.Millisecond)
	body := o.body()
	assert.Positive(t, body.Read)
	assert.GreaterOrEqual(t, body.Duration, *lasting)
	t.Logf("the watch lasted %v; body event: %d bytes, complete %t, class %q, after %v",
		lasted.Round(time.Millisecond), body.Read, body.Complete, body.ErrorClass, body.Duration.Round(time.Millisecond))
	t.Logf("log:\n%s", o.log.String())
	assert.Equal(t, 1, strings.Count(o.log.String(), `"msg":"http call"`))
	assert.Equal(t, 1, strings.Count(o.log.String(), `"msg":"http attempt"`))
	assert.NotContains(t, o.log.String(), `"msg":"http body"`)
	assert.NotContains(t, o.log.String(), "pod-1")
}

// An hour, in virtual time.
func TestAWatchOfAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body, server := io.Pipe()
		var o observation
		cfg := configOf(roundTripper(func(req *http.Request) (*http.Response, error) {
			go func() {
				for n := range 60 {
					time.Sleep(time.Minute)
					_, _ = io.WriteString(server, eventOf(n))
				}
				_ = server.Close()
			}()
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: body, Request: req}, nil
		}))
		require.NoError(t, kubernetes.Wrap(cfg, o.options()...))
		begin := time.Now()
		w, err := pods(t, cfg).Watch(t.Context(), metav1.ListOptions{})
		require.NoError(t, err)
		assert.Zero(t, time.Since(begin), "nothing is read in advance")
		n := 0
		for range w.ResultChan() {
			n++
			assert.Equal(t, time.Duration(n)*time.Minute, time.Since(begin))
		}
		assert.Equal(t, 60, n)
		assert.True(t, o.body().Complete)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A watch that cannot begin is client-go's to repeat: as often as without a chain.
func TestClientGoRepeatsAWatch(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server func() *apiserver
		fails  bool
		want   int
	}{
		"a hint":    {server: always(503, "1"), fails: true, want: 11},
		"no hint":   {server: always(503, ""), fails: true, want: 1},
		"a reset":   {server: failing(resetByPeer()), want: 11}, // and then an empty watch
		"an end":    {server: failing(io.EOF), want: 11},
		"a cut":     {server: failing(io.ErrUnexpectedEOF), want: 11},
		"a timeout": {server: failing(context.DeadlineExceeded), want: 11},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				bare, server := test.server(), test.server()
				cfg := configOf(server)
				require.NoError(t, kubernetes.Wrap(cfg))
				_, err := begun(t, configOf(bare), watching)
				assert.Equal(t, test.fails, err != nil)
				_, err = begun(t, cfg, watching)
				assert.Equal(t, test.fails, err != nil)
				assert.Len(t, bare.requests, test.want)
				assert.Len(t, server.requests, test.want)
			})
		})
	}
}

// Which requests are streams shows by the retries that they do not get.
func TestStreamsAreNotRetried(t *testing.T) {
	t.Parallel()
	for target, stream := range map[string]bool{
		"/api/v1/pods":                                   false,
		"/api/v1/pods?watch=true":                        true,
		"/api/v1/pods?watch=1&limit=5":                   true,
		"/api/v1/pods?watch":                             true, // as the API server reads it
		"/api/v1/pods?watch=False":                       false,
		"/api/v1/pods?watch=0":                           false,
		"/api/v1/pods?labelSelector=watch":               false,
		"/api/v1/pods?allowWatchBookmarks=true":          false,
		"/api/v1/watch/pods":                             true,
		"/prefix/api/v1/watch/pods":                      true,
		"/apis/apps/v1/watch/deployments":                true,
		"/api/v1/namespaces/watch/pods":                  false,
		"/apis/apps/v1/namespaces/watch/deployments":     false,
		"/api/v1/namespaces/d/pods/a/log":                false,
		"/api/v1/namespaces/d/pods/a/log?follow=true":    true,
		"/api/v1/namespaces/d/pods/log?follow=true":      false,
		"/api/v1/namespaces/d/pods/a/exec?command=ls":    true,
		"/api/v1/namespaces/d/pods/a/attach":             true,
		"/api/v1/namespaces/d/pods/a/portforward":        true,
		"/api/v1/namespaces/d/pods/exec":                 false,
		"/api/v1/namespaces/d/configmaps/a/exec":         false,
		"/api/v1/namespaces/d/pods/a/proxy":              true,
		"/api/v1/namespaces/d/services/https:a:1/proxy/": true,
		"/api/v1/nodes/a/proxy/logs/x":                   true,
		"/api/v1/namespaces/proxy/pods":                  false,
		"/version":                                       false,
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			server := throttling(503, "")
			cfg := configOf(server)
			require.NoError(t, kubernetes.Wrap(cfg, tripware.WithRetry(retry.WithMaxRetries(3), retry.WithBaseDelay(0))))
			client, err := rest.HTTPClientFor(cfg)
			require.NoError(t, err)
			resp, err := client.Get(cfg.Host + target)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			want := 4
			if stream {
				want = 1
			}
			assert.Len(t, server.requests, want)
		})
	}
}

// A request that asks for another protocol gets the connection, whatever its path.
func TestAnUpgradePasses(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "echo", r.Header.Get("Upgrade"))
		conn, rw, err := http.NewResponseController(w).Hijack()
		if !assert.NoError(t, err) {
			return
		}
		defer conn.Close()
		_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		_ = rw.Flush()
		line, _ := rw.ReadString('\n')
		_, _ = rw.WriteString(line)
		_ = rw.Flush()
	}))
	defer server.Close()
	var o observation
	cfg := &rest.Config{Host: server.URL, Transport: &http.Transport{}, BearerToken: "t"}
	opts := append(o.options(), tripware.WithRetry(retry.WithAttemptTimeout(time.Minute), retry.WithCallTimeout(time.Minute)))
	require.NoError(t, kubernetes.Wrap(cfg, opts...))
	client, err := rest.HTTPClientFor(cfg)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/consoles", http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "echo")
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	conn, ok := resp.Body.(io.ReadWriteCloser)
	require.True(t, ok)
	_, err = io.WriteString(conn, "ping\n")
	require.NoError(t, err)
	echo, err := io.ReadAll(conn)
	require.NoError(t, err)
	assert.Equal(t, "ping\n", string(echo))
	require.NoError(t, conn.Close())
}
