package auth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
)

// A proxy notes what it is asked for, and answers itself.
type proxy struct {
	*httptest.Server

	mu   sync.Mutex
	seen []string
}

func newProxy(t *testing.T) *proxy {
	p := &proxy{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.seen = append(p.seen, r.Host+" "+r.Header.Get("Authorization"))
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) via(*http.Request) (*url.URL, error) { return url.Parse(p.URL) }

// A5: a key in clear does not go to a proxy. Where all requests would, that is told
// when the layer is built.
func TestACredentialInClearDoesNotGoToAProxy(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	const origin = "http://localhost:9"
	some := func(req *http.Request) (*url.URL, error) {
		if req.URL.Path == "/" {
			return nil, nil
		}
		return p.via(req)
	}
	panics := func(req *http.Request) (*url.URL, error) {
		if req.Header.Get("X-Tenant") == "" {
			panic("no tenant")
		}
		return p.via(req)
	}
	for name, row := range map[string]struct {
		proxy    func(*http.Request) (*url.URL, error)
		reported bool
	}{
		"for all": {p.via, true}, "for some": {some, false}, "for those that say more": {panics, false},
	} {
		base := &http.Transport{Proxy: row.proxy}
		for _, source := range []auth.Source{auth.Bearer(secret), auth.Query("key", secret), auth.Sign(nothing)} {
			rt := transport.Chain(base, auth.New(origin, source))
			assert.Equal(t, row.reported, transport.Check(rt) != nil, "%s: %v", name, transport.Check(rt))
			body := &countedBody{Reader: strings.NewReader("x")}
			req := request(t, http.MethodPost, origin+"/path", body)
			req.Header.Set("X-Tenant", "a")
			_, err := rt.RoundTrip(req)
			require.ErrorContains(t, err, "a proxy could read the credential", name)
			require.ErrorContains(t, err, "auth.WithPlainHTTP", "the cure")
			assert.Equal(t, 1, body.closed, name)
			if !row.reported {
				var unsigned *auth.SignError
				require.ErrorAs(t, err, &unsigned)
				assert.True(t, unsigned.NotSent())
				retryable, ok := errors.AsType[interface {
					error
					Retryable() bool
				}](err)
				assert.True(t, ok && !retryable.Retryable(), "no retry can fix it")
			}
		}
		base.CloseIdleConnections()
	}
	assert.Empty(t, p.seen)
}

// A5: whoever allows it, goes elsewhere, reaches the origin directly or over TLS is let
// through.
func TestWhatMayGoThroughAProxy(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	base := &http.Transport{Proxy: p.via}
	defer base.CloseIdleConnections()
	send(t, auth.New("http://localhost:9", auth.Bearer(secret), auth.WithPlainHTTP())(base), request(t, http.MethodGet, "http://localhost:9/", nil))
	assert.Equal(t, []string{"localhost:9 Bearer canary"}, p.seen)

	asked := 0
	direct := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { asked++; return nil, nil }}
	defer direct.CloseIdleConnections()
	rt := auth.New(p.URL, auth.Bearer(secret))(direct)
	require.NoError(t, transport.Check(rt))
	send(t, rt, request(t, http.MethodGet, p.URL, nil))
	assert.Equal(t, "Bearer canary", strings.Fields(p.seen[1])[1]+" "+strings.Fields(p.seen[1])[2])
	assert.Positive(t, asked)

	asked = 0
	require.NoError(t, transport.Check(auth.New(home, auth.Bearer(secret))(direct)))
	require.NoError(t, transport.Check(auth.New(home, auth.Bearer(secret))(base)))
	assert.Zero(t, asked, "https pays nothing")
}

// A1, A5: through a proxy, neither an opaque URL nor another Host leads a credential
// elsewhere.
func TestNoAuthorityButTheOriginsGetsTheCredential(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	base := &http.Transport{Proxy: p.via}
	defer base.CloseIdleConnections()
	const origin = "http://api.example.com"
	rt := auth.New(origin, auth.Bearer(secret), auth.WithPlainHTTP())(base)
	for _, row := range []struct {
		opaque, host string
		signed       bool
	}{
		{"", "", true}, {"", "api.example.com", true}, {"", "API.example.com:80", true},
		{"/a%2Fb", "", true}, {"//api.example.com/a%2Fb", "", true}, {"//API.example.com:80", "", true},
		{"//evil.example.com/steal", "", false}, {"//evil.example.com", "", false}, {"//api.example.com@evil.example.com/", "", false},
		{"//api.example.com:81/", "", false}, {"http://evil.example.com/", "", false}, {"evil", "", false},
		{"//evil.example.com?//api.example.com/", "", false},
		{"", "evil.example.com", false}, {"", "evil.example.com@api.example.com", false},
	} {
		req := request(t, http.MethodGet, origin+"/x", nil)
		req.URL.Opaque, req.Host = row.opaque, row.host
		p.seen = nil
		resp, err := rt.RoundTrip(req)
		if err == nil { // net/http refuses some of them
			require.NoError(t, resp.Body.Close())
		}
		signed := strings.Contains(strings.Join(p.seen, ""), "canary")
		assert.Equal(t, row.signed, signed, "opaque %q, host %q: the proxy saw %q", row.opaque, row.host, p.seen)
	}
}

// A4: a virtual host at a loopback address is the caller's choice, where no proxy reads it.
func TestAVirtualHostIsSigned(t *testing.T) {
	t.Parallel()
	base := &server{}
	req := request(t, http.MethodGet, "http://127.0.0.1:8080/", nil)
	req.Host = "api.example.com"
	send(t, auth.New("http://127.0.0.1:8080", auth.Bearer(secret))(base), req)
	assert.Equal(t, []string{"Bearer canary"}, base.values)
}
