package opentelemetry_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	api "go.opentelemetry.io/otel/trace"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

// The secrets. Each part that is searched for is a word of its own.
const (
	key      = "KEYc4n4ry"
	password = "PASSWORDc4n4ry:/@ ?#é"
	token    = "TOKENc4n4ry&= +%"
	body     = "BODYc4n4ry"
	proxied  = "PROXYc4n4ry"
)

// leaks fails for each secret that text contains.
func leaks(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{key, password, token, body, proxied} {
		word, _, _ := strings.Cut(secret, "c4n4ry")
		assert.NotContains(t, strings.ToLower(text), strings.ToLower(word+"c4n4ry"))
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			assert.NotContains(t, text, encoding.EncodeToString([]byte(secret)))
		}
	}
}

// talkative is a server that repeats what it is sent.
func talkative(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		said := r.Header.Get("Authorization") + " " + r.URL.String() + " " + string(sent)
		switch r.URL.Path {
		case "/denied":
			w.Header().Set("WWW-Authenticate", said)
			w.WriteHeader(http.StatusUnauthorized)
		case "/down":
			w.Header().Set("X-Request-Id", said)
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/moved":
			w.Header().Set("Location", "/ok?apiKey="+url.QueryEscape(token)+"&user="+url.QueryEscape("https://u:"+password+"@host/"))
			w.WriteHeader(http.StatusTemporaryRedirect)
		case "/garbled", "/status":
			line := "apiKey=" + key
			if r.URL.Path == "/status" {
				line = "HTTP/1.1 500 Denied GenieKey " + key
			}
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_, _ = io.WriteString(conn, line+"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
				_ = conn.Close()
			}
			return
		}
		_, _ = io.WriteString(w, said)
	}))
	t.Cleanup(s.Close)
	return s
}

// presigned are the parameters that are a credential, with those that the conventions list.
var presigned = []string{
	"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "AWSAccessKeyId", "Signature", "sig",
	"X-Goog-Signature", "X-Goog-Credential", "code", "token", "apiKey", "access_token", "client_secret", "jwt",
}

type leakRow struct {
	name, path string
	base       string // where the request goes, if not to the server
	opts       []tripware.Option
	source     auth.Source
}

func leakRows(t *testing.T) (rows []leakRow) {
	t.Helper()
	for _, path := range []string{"/ok", "/denied", "/down", "/moved", "/garbled", "/status"} {
		rows = append(rows, leakRow{name: "server" + path, path: path})
	}
	for _, name := range presigned {
		rows = append(rows, leakRow{name: name, path: "/ok?page=2&" + name + "=" + url.QueryEscape(token) + "&" + strings.ToLower(name) + "=" + key})
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Proxy-Authenticate", r.Header.Get("Proxy-Authorization"))
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	t.Cleanup(proxy.Close)
	port, err := strconv.Atoi(portOf(t, proxy.URL))
	require.NoError(t, err)
	through := func(port int) []tripware.Option {
		return []tripware.Option{tripware.WithProxy(network.Proxy{
			Protocol: "http", Host: "127.0.0.1", Port: port, Username: "u", Password: redact.NewSecret(proxied),
		})}
	}
	failing := fmt.Errorf("fetch token: %w", &url.Error{
		Op: "Post", URL: "https://u:" + url.QueryEscape(password) + "@id.example.com/?client_secret=" + url.QueryEscape(token), Err: io.EOF,
	})
	return append(rows,
		leakRow{name: "refused", base: "http://127.0.0.1:1", path: "/"},
		leakRow{name: "proxy", base: "http://api.example.invalid", path: "/", opts: through(port)},
		leakRow{name: "proxy, CONNECT", base: "https://api.example.invalid", path: "/", opts: through(port)},
		leakRow{name: "proxy, gone", base: "http://api.example.invalid", path: "/", opts: through(1)},
		leakRow{name: "no token", path: "/ok", source: auth.Refresh(func(context.Context) (auth.Token, error) { return auth.Token{}, failing })},
		leakRow{name: "base", path: "/ok", opts: []tripware.Option{tripware.WithBase(broken{failing})}},
		leakRow{name: "text", path: "/ok", opts: []tripware.Option{
			tripware.WithBase(broken{errors.New(`dial: {"apiKey":"` + key + `"} Authorization: GenieKey ` + key)}),
		}},
	)
}

// broken is a base that fails.
type broken struct{ err error }

func (b broken) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return nil, b.err
}

// A3, T2: no secret is in a span or a measurement, however a call ends.
func TestNoSecretIsExported(t *testing.T) {
	t.Parallel()
	for _, row := range leakRows(t) {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := talkative(t)
			at := server.URL
			if row.base != "" {
				at = row.base
			}
			source := row.source
			if source == nil {
				source = auth.Key("GenieKey", redact.NewSecret(key))
			}
			r := newRig(t)
			opts := append([]tripware.Option{
				tripware.WithAuth(at, source, auth.WithPlainHTTP()),
				tripware.WithRetry(retry.WithMaxRetries(1), retry.WithBaseDelay(0), retry.WithAnyMethodOnError(), retry.WithAnyMethodOnStatus()),
			}, row.opts...)
			client := r.client(t, []opentelemetry.Option{
				opentelemetry.WithPeer(), opentelemetry.WithSizes(), opentelemetry.WithRequestHeaders("Referer", "User-Agent", "X-Trace"),
			}, opts...)
			u, err := url.Parse(at + row.path)
			require.NoError(t, err)
			if row.source == nil && row.base == "" && strings.HasPrefix(row.name, "X-") {
				u.User = url.UserPassword("u", password)
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u.String()+"#"+url.PathEscape(token), strings.NewReader(body))
			require.NoError(t, err)
			req.Header.Set("Referer", "https://api.example.com/?token="+url.QueryEscape(token))
			req.Header.Set("X-Trace", "Authorization: Bearer "+key)
			req.Header.Set("X-Api-Key", key)
			resp, err := client.Do(req)
			if err == nil {
				require.NoError(t, resp.Body.Close())
			}
			text := forest(r.spans.Ended()) + r.families(t)
			assert.Contains(t, text, `internal "POST"`)
			leaks(t, text)
		})
	}
}

// T2: the word for a secret in url.full is the conventions' own, wherever the secret is.
func TestSecretsInAURLAreCalledREDACTED(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	get(t, r.client(t, nil, tripware.WithBase(instant{})), "https://api.example.com/files/token="+key+"/a?sig="+key+"&page=2")
	assert.Equal(t, "https://api.example.com/files/token=REDACTED?sig=REDACTED&page=2", attributes(r.spanOf(t, api.SpanKindClient))["url.full"])
}
