package auth_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// carried is what a request brought, in whatever place.
func carried(r *http.Request) string {
	return strings.Join([]string{r.Header.Get("Authorization"), r.Header.Get("X-Api-Key"), r.Header.Get("Cookie"), r.URL.Query().Get("key")}, "|")
}

// A1: over real sockets, a redirect carries a credential nowhere but to the
// same scheme, host and port. Every name leads to loopback here.
func TestARedirectDoesNotCarryTheCredentialAway(t *testing.T) {
	t.Parallel()
	const all = "Bearer canary|header|a=cookie|query"
	received := make(chan string, 1)
	landing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { received <- carried(r) })
	secure, plain := httptest.NewTLSServer(landing), httptest.NewServer(landing)
	defer secure.Close()
	defer plain.Close()
	mux := http.NewServeMux()
	mux.Handle("/landing", landing)
	mux.HandleFunc("/leave", func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, all, carried(r))
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusTemporaryRedirect)
	})
	start := httptest.NewTLSServer(mux)
	defer start.Close()

	base := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			_, port, _ := net.SplitHostPort(addr)
			return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
		},
	}
	defer base.CloseIdleConnections()
	port, otherPort, plainPort := portIn(t, start), portIn(t, secure), portIn(t, plain)
	origin := "https://api.example.com:" + port
	client := &http.Client{Transport: transport.Chain(base, auth.New(origin, auth.Bearer(secret)),
		auth.New(origin, auth.Header("X-Api-Key", redact.NewSecret("header"))), auth.New(origin, auth.Header("Cookie", redact.NewSecret("a=cookie"))),
		auth.New(origin, auth.Query("key", redact.NewSecret("query"))))}
	for _, row := range []struct{ name, to, want string }{
		{"same host", origin + "/landing", all},
		{"same host, relative", "/landing", all},
		{"same host in capitals", strings.Replace(origin, "api", "API", 1) + "/landing", all},
		{"sub-domain", "https://sub.api.example.com:" + port + "/landing", "|||"},
		{"parent domain", "https://example.com:" + port + "/landing", "|||"},
		{"other port", "https://api.example.com:" + otherPort + "/landing", "|||"},
		{"other host", "https://evil.test:" + port + "/landing", "|||"},
		{"https to http", "http://api.example.com:" + plainPort + "/landing", "|||"},
	} {
		t.Run(row.name, func(t *testing.T) {
			resp, err := client.Do(request(t, http.MethodGet, origin+"/leave?to="+url.QueryEscape(row.to), nil))
			require.NoError(t, err)
			defer resp.Body.Close()
			assert.Equal(t, http.StatusOK, resp.StatusCode)
			assert.Equal(t, row.want, <-received)
			assert.NotContains(t, resp.Request.Header, "Authorization")
		})
	}
}

func portIn(t *testing.T, s *httptest.Server) string {
	t.Helper()
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	return u.Port()
}
