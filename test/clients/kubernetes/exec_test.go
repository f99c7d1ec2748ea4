package kubernetes_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/kubernetes"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/network"
)

const (
	protocol4 = "v4.channel.k8s.io"
	protocol5 = "v5.channel.k8s.io"
	longer    = 150 * time.Millisecond // than the timeouts of the chain
)

var success = metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusSuccess}

// overSPDY is the server's side of a command that prints hello.
func overSPDY(t *testing.T, w http.ResponseWriter, r *http.Request) {
	t.Helper()
	_, err := httpstream.Handshake(r, w, []string{protocol4})
	if !assert.NoError(t, err) {
		return
	}
	streams := make(chan httpstream.Stream, 2)
	conn := spdy.NewResponseUpgrader().UpgradeResponse(w, r, func(s httpstream.Stream, _ <-chan struct{}) error {
		streams <- s
		return nil
	})
	if !assert.NotNil(t, conn) {
		return
	}
	defer func() { _ = conn.Close() }()
	byType := map[string]httpstream.Stream{}
	for range 2 {
		s := <-streams
		byType[s.Headers().Get(corev1.StreamType)] = s
	}
	time.Sleep(longer)
	_, err = io.WriteString(byType[corev1.StreamTypeStdout], "hello\n")
	assert.NoError(t, err)
	assert.NoError(t, byType[corev1.StreamTypeStdout].Close())
	assert.NoError(t, json.NewEncoder(byType[corev1.StreamTypeError]).Encode(success))
	assert.NoError(t, byType[corev1.StreamTypeError].Close())
	<-conn.CloseChan()
}

// overWebSocket is the same over a WebSocket.
func overWebSocket(t *testing.T, w http.ResponseWriter, r *http.Request) {
	t.Helper()
	upgrader := websocket.Upgrader{Subprotocols: []string{protocol5}}
	conn, err := upgrader.Upgrade(w, r, nil)
	if !assert.NoError(t, err) {
		return
	}
	defer func() { _ = conn.Close() }()
	time.Sleep(longer)
	const stdout, failure = 1, 3 // channels
	status, err := json.Marshal(success)
	assert.NoError(t, err)
	assert.NoError(t, conn.WriteMessage(websocket.BinaryMessage, append([]byte{stdout}, "hello\n"...)))
	assert.NoError(t, conn.WriteMessage(websocket.BinaryMessage, append([]byte{failure}, status...)))
	assert.NoError(t, conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")))
	_, _, err = conn.ReadMessage() // the response to the close
	assert.Error(t, err)
}

// A command in a pod works over both protocols, outlives the timeouts of the chain, and has the
// credential of the config; the log has one attempt and no token.
func TestACommandInAPod(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		serve func(t *testing.T, w http.ResponseWriter, r *http.Request)
		open  func(cfg *rest.Config, u *url.URL) (remotecommand.Executor, error)
	}{
		"SPDY": {overSPDY, func(cfg *rest.Config, u *url.URL) (remotecommand.Executor, error) {
			return remotecommand.NewSPDYExecutor(cfg, http.MethodPost, u)
		}},
		"WebSocket": {overWebSocket, func(cfg *rest.Config, u *url.URL) (remotecommand.Executor, error) {
			return remotecommand.NewWebSocketExecutor(cfg, http.MethodGet, u.String())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, "Bearer canary", r.Header.Get("Authorization"))
				test.serve(t, w, r)
			}))
			defer server.Close()
			var log bytes.Buffer // one goroutine
			cfg := &rest.Config{Host: server.URL, BearerToken: "canary"}
			require.NoError(t, kubernetes.Wrap(cfg,
				tripware.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), logging.WithBodies(64<<10)),
				tripware.WithRetry(retry.WithWholeBody(1<<20), retry.WithAttemptTimeout(100*time.Millisecond), retry.WithCallTimeout(100*time.Millisecond)),
			))
			u, err := url.Parse(server.URL + "/api/v1/namespaces/default/pods/a/exec?command=hello&stdout=true")
			require.NoError(t, err)
			executor, err := test.open(cfg, u)
			require.NoError(t, err)
			var stdout strings.Builder
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			require.NoError(t, executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: &stdout}))
			assert.Equal(t, "hello\n", stdout.String())
			assert.Equal(t, 1, strings.Count(log.String(), `msg="http attempt"`), log.String())
			assert.Contains(t, log.String(), "status=101")
			assert.NotContains(t, log.String(), "canary")
		})
	}
}

// A server that refuses the upgrade is asked once, and client-go knows the error as one after
// which it tries the other protocol.
func TestARefusedUpgrade(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		http.Error(w, "too many commands", http.StatusTooManyRequests)
	}))
	defer server.Close()
	cfg := &rest.Config{Host: server.URL}
	require.NoError(t, kubernetes.Wrap(cfg, tripware.WithRetry(retry.WithBaseDelay(0))))
	u, err := url.Parse(server.URL + "/api/v1/namespaces/default/pods/a/exec?command=ls")
	require.NoError(t, err)
	first, err := remotecommand.NewWebSocketExecutor(cfg, http.MethodGet, u.String())
	require.NoError(t, err)
	second, err := remotecommand.NewSPDYExecutor(cfg, http.MethodPost, u)
	require.NoError(t, err)
	both, err := remotecommand.NewFallbackExecutor(first, second, httpstream.IsUpgradeFailure)
	require.NoError(t, err)
	err = both.StreamWithContext(t.Context(), remotecommand.StreamOptions{Stdout: io.Discard})
	assert.ErrorContains(t, err, "too many commands")
	assert.Equal(t, 2, asked, "once by each")
}

// The options of a connection are for a transport of net/http.
func TestACommandHasNoConnectionToSet(t *testing.T) {
	t.Parallel()
	cfg := &rest.Config{Host: "http://127.0.0.1:1"}
	require.NoError(t, kubernetes.Wrap(cfg, tripware.WithConnection(network.WithConcurrency(8))))
	executor, err := remotecommand.NewWebSocketExecutor(cfg, http.MethodGet, cfg.Host+"/api/v1/namespaces/default/pods/a/exec?command=ls")
	require.NoError(t, err)
	err = executor.StreamWithContext(t.Context(), remotecommand.StreamOptions{Stdout: io.Discard})
	assert.ErrorContains(t, err, "kubernetes: send request: tripware: connection options apply to an *http.Transport, not to a *websocket.RoundTripper")
}
