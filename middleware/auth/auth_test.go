package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

var secret = redact.NewSecret("canary")

func TestSignsWithEachKindOfCredential(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		source auth.Source
		want   string
	}{
		{"a key with its scheme", auth.Key("GenieKey", secret), "GenieKey canary"},
		{"a key alone", auth.Key("", secret), "canary"},
		{"a bearer token", auth.Bearer(secret), "Bearer canary"},
		{"user and password, as in RFC 7617 section 2", auth.Basic("Aladdin", redact.NewSecret("open sesame")), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
		{"an empty password", auth.Basic("user", redact.Secret{}), "Basic dXNlcjo="},
		{"a function", auth.SourceFunc(func(context.Context) (string, error) { return "Own value", nil }), "Own value"},
		{"none", auth.None(), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			base := &server{}
			resp := send(t, auth.New(home, row.source)(base), request(t, http.MethodGet, home+"/x", nil))
			assert.Equal(t, http.StatusOK, resp.StatusCode)
			assert.Equal(t, []string{row.want}, base.values)
		})
	}
}

// A1: a credential goes to its origin and nowhere else.
func TestSignsOnlyWhatGoesToItsOrigin(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		origin, url string
		signed      bool
	}{
		{home, "https://api.example.com/v2?a=b", true},
		{home, "https://api.example.com:443/", true},
		{home + ":443", "https://api.example.com/", true},
		{home, "HTTPS://API.Example.COM/", true},
		{"https://API.example.com/jsm/ops/api/", "https://api.example.com/elsewhere", true},
		{"https://api.example.com:8443", "https://api.example.com:8443/", true},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080/", true},
		{"http://127.8.9.1", "http://127.8.9.1:80/", true},
		{"http://localhost", "http://LOCALHOST/", true},
		{"http://[::1]:80", "http://[::1]/", true},
		{"https://[2001:DB8::1]", "https://[2001:db8::1]:443/", true},

		{home, "https://api.example.com:8443/", false},
		{home, "https://api.example.com:0443/", false},
		{home, "https://sub.api.example.com/", false},
		{home, "https://example.com/", false},
		{home, "https://api.example.com.evil.test/", false},
		{home, "https://evil.test/?https://api.example.com", false},
		{home, "https://api.example.com@evil.test/", false},
		{home, "https://api.example.com./", false},
		{home, "http://api.example.com/", false},
		{home, "http://api.example.com:443/", false},
		{home, "ftp://api.example.com:443/", false},
		{"https://kelvin.test", "https://\u212Aelvin.test/", false},
		{"http://localhost", "https://localhost/", false},
	} {
		t.Run(row.origin+" to "+row.url, func(t *testing.T) {
			t.Parallel()
			base := &server{}
			req := request(t, http.MethodGet, home, nil)
			var err error
			req.URL, err = url.Parse(row.url)
			require.NoError(t, err)
			send(t, auth.New(row.origin, auth.Bearer(secret))(base), req)
			assert.Equal(t, row.signed, base.values[0] == "Bearer canary")
			assert.Equal(t, row.signed, base.values[0] != "")
		})
	}
}

// C3, A1: without a URL there is no origin to sign for.
func TestLetsARequestWithoutAURLPassUnsigned(t *testing.T) {
	t.Parallel()
	base := &server{}
	send(t, auth.New(home, auth.Bearer(secret))(base), &http.Request{})
	assert.Equal(t, []string{""}, base.values)
}

// C10, A2, A4: what is impossible is named, all at once, and refused on every call.
func TestRefusesImpossibleSettings(t *testing.T) {
	t.Parallel()
	good := auth.Bearer(secret)
	for _, row := range []struct {
		name   string
		origin string
		source auth.Source
		want   []string
	}{
		{"no origin", " ", good, []string{"auth: origin is empty: write https://host or https://host:port"}},
		{"no scheme", "api.example.com", good, []string{"auth: origin has no scheme: write https://api.example.com"}},
		{"no scheme, a port", "api.example.com:8443", good, []string{"auth: origin has no scheme: write https://api.example.com:8443"}},
		{"no scheme, loopback", "localhost:8080", good, []string{"auth: origin has no scheme: write http://localhost:8080"}},
		{"a key in the place of the origin", "canary", good, []string{"is neither https nor http", "has no host: write https://host"}},
		{"another scheme", "ftp://api.example.com", good, []string{"neither https nor http"}},
		{"no host", "https:///path", good, []string{"has no host"}},
		{"a port too large", home + ":65536", good, []string{"has a port that is not in the range 1 to 65535"}},
		{"port zero", home + ":0", good, []string{"has a port that is not in the range 1 to 65535"}},
		{"a port that is none", home + ":http", good, []string{"origin", "port"}},
		{"a user and a password", "https://user:canary@api.example.com", good, []string{"user"}},
		{"a broken password", "https://user:can%ary#@api.example.com", good, []string{"user"}},
		{"a query", home + "/?apiKey=canary", good, []string{"query"}},
		{"a fragment", home + "/#canary", good, []string{"fragment"}},
		{"plain http", "http://api.example.com", good, []string{"would send the credential unencrypted: use https, or see auth.WithPlainHTTP"}},
		{"plain http that looks like loopback", "http://localhost.evil.test", good, []string{"would send the credential unencrypted: use https, or see auth.WithPlainHTTP"}},
		{"plain http to an address beside loopback", "http://128.0.0.1", good, []string{"would send the credential unencrypted: use https, or see auth.WithPlainHTTP"}},
		{"no source", home, nil, []string{"source is nil"}},
		{"a function that is none", home, auth.SourceFunc(nil), []string{"source is nil"}},
		{"an empty key", home, auth.Key("GenieKey", redact.Secret{}), []string{"auth: key: it is empty"}},
		{"a line feed", home, auth.Bearer(redact.NewSecret("canary\nX-Evil: 1")), []string{"control character"}},
		{"a carriage return", home, auth.Bearer(redact.NewSecret("canary\r")), []string{"control character"}},
		{"a NUL", home, auth.Key("", redact.NewSecret("can\x00ary")), []string{"control character"}},
		{"a blank at the end", home, auth.Bearer(redact.NewSecret("canary ")), []string{"space"}},
		{"a scheme that is none", home, auth.Key("Genie Key", secret), []string{`auth: key: scheme "Genie Key" is not one word such as Bearer`}},
		{"a scheme that stands twice", home, auth.Key("GenieKey", redact.NewSecret("geniekey canary")),
			[]string{"auth: key: it begins with the scheme GenieKey: pass only the key"}},
		{"an empty user", home, auth.Basic("", secret), []string{"user is empty"}},
		{"a colon in the user", home, auth.Basic("a:b", secret), []string{"colon"}},
		{"a line feed in the password", home, auth.Basic("a", redact.NewSecret("canary\n")), []string{"control character"}},
		{"a fetch that is none", home, auth.Refresh(nil, auth.WithRefreshTimeout(-1), auth.WithRefreshBefore(-1),
			auth.WithRefreshCalm(-1), auth.WithScheme("a b")),
			[]string{"function to fetch tokens is nil", "timeout -1ns", "before expiry", "calm period -1ns is negative", "is not one word"}},
		{"two at once", "ftp://api.example.com", auth.Key("", redact.Secret{}), []string{"neither https nor http", "it is empty"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			base := &server{}
			rt := auth.New(row.origin, row.source)(base)
			body := &countedBody{Reader: strings.NewReader("x")}
			resp, err := rt.RoundTrip(request(t, http.MethodPost, "https://elsewhere.test", body))
			require.Error(t, err)
			assert.Nil(t, resp)
			assert.Empty(t, base.values)
			assert.Equal(t, 1, body.closed)
			fault := transport.Check(rt)
			require.Error(t, fault)
			for _, part := range row.want {
				require.ErrorContains(t, err, part)
				require.ErrorContains(t, fault, part)
			}
			assert.NotContains(t, err.Error(), "canary")
		})
	}
}

// A2: whoever wants plain http says so.
func TestSignsPlainHTTPOnlyByItsOption(t *testing.T) {
	t.Parallel()
	base := &server{}
	rt := auth.New("http://api.example.com", auth.Bearer(secret), nil, auth.WithPlainHTTP())(base)
	require.NoError(t, transport.Check(rt))
	send(t, rt, request(t, http.MethodGet, "http://api.example.com:80/", nil))
	assert.Equal(t, []string{"Bearer canary"}, base.values)
}

// A4: the caller's own header is the caller's word.
func TestLetsTheCallersOwnAuthorizationStand(t *testing.T) {
	t.Parallel()
	base := &server{answer: func(*http.Request) int { return http.StatusUnauthorized }}
	source := auth.Refresh(func(context.Context) (auth.Token, error) { return auth.Token{}, errors.New("must not be asked") })
	req := request(t, http.MethodGet, home, nil)
	req.Header.Set("Authorization", "Mine")
	resp := send(t, auth.New(home, source)(base), req)
	assert.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	assert.Equal(t, []string{"Mine"}, base.values)
}

func TestACallMayHaveAnotherCredentialOrNone(t *testing.T) {
	t.Parallel()
	base := &server{}
	rt := auth.New(home, auth.Bearer(secret))(base)
	for _, source := range []auth.Source{auth.Key("GenieKey", redact.NewSecret("other")), auth.None()} {
		req := request(t, http.MethodGet, home, nil)
		send(t, rt, req.WithContext(auth.WithSource(req.Context(), source)))
	}
	other := request(t, http.MethodGet, "https://elsewhere.test", nil)
	send(t, rt, other.WithContext(auth.WithSource(other.Context(), auth.Bearer(secret))))
	assert.Equal(t, []string{"GenieKey other", "", ""}, base.values)
}

// C10: a bad credential of one call does not fall back on the layer's.
func TestRefusesACallWhoseOwnSourceIsBad(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]auth.Source{"nil": nil, "empty": auth.Bearer(redact.Secret{})} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := &server{}
			body := &countedBody{Reader: strings.NewReader("x")}
			req := request(t, http.MethodPost, home, body)
			req = req.WithContext(auth.WithSource(req.Context(), source))
			_, err := auth.New(home, auth.Bearer(secret))(base).RoundTrip(req)
			require.ErrorContains(t, err, "auth: sign request: source of this call: ")
			assert.Equal(t, 1, strings.Count(err.Error(), "auth: "), "%v", err)
			retryable, ok := errors.AsType[interface {
				error
				Retryable() bool
			}](err)
			require.True(t, ok)
			assert.False(t, retryable.Retryable())
			assert.Empty(t, base.values)
			assert.Equal(t, 1, body.closed)
		})
	}
}

func TestSendsNothingWhenTheSourceFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("vault is sealed")
	for name, row := range map[string]struct {
		value string
		err   error
		want  string
	}{
		"its own error":        {"", broken, "auth: sign request: vault is sealed"},
		"no value":             {"", nil, "auth: sign request: value of the source: it is empty"},
		"a value of two lines": {"canary\r\nX: y", nil, "auth: sign request: value of the source: it contains a line end or another control character: trim it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := &server{}
			body := &countedBody{Reader: strings.NewReader("x")}
			source := auth.SourceFunc(func(context.Context) (string, error) { return row.value, row.err })
			_, err := auth.New(home, source)(base).RoundTrip(request(t, http.MethodPost, home, body))
			require.EqualError(t, err, row.want)
			signing, ok := errors.AsType[*auth.SignError](err)
			require.True(t, ok)
			assert.True(t, signing.NotSent())
			if row.err != nil {
				require.ErrorIs(t, err, row.err)
			}
			assert.Equal(t, 1, body.closed)
			assert.Empty(t, base.values)
		})
	}
}

// A1, C1, C4: above the layer nobody sees the credential, on the way down or back.
func TestTheCredentialStaysBelow(t *testing.T) {
	t.Parallel()
	var seen []http.Header
	spy := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			seen = append(seen, req.Header.Clone())
			resp, err := next.RoundTrip(req)
			seen = append(seen, req.Header.Clone(), resp.Request.Header.Clone())
			return resp, err
		})
	}
	base := &server{}
	req := request(t, http.MethodGet, home, nil)
	req.Header["X-Kept"] = append(make([]string, 0, 2), "1")
	before := req.Header.Clone()
	resp := send(t, transport.Chain(base, spy, auth.New(home, auth.Bearer(secret))), req)
	assert.Equal(t, []string{"Bearer canary"}, base.values)
	require.Len(t, seen, 3)
	for _, header := range append(seen, resp.Request.Header) {
		assert.NotContains(t, header, "Authorization")
		assert.Equal(t, []string{"1"}, header["X-Kept"])
	}
	assert.Equal(t, before, req.Header)
}

// A3: neither the layer nor what it is made of prints a credential.
func TestNothingPrintsTheCredential(t *testing.T) {
	t.Parallel()
	for _, source := range []auth.Source{auth.Bearer(secret), auth.Basic("user", secret), auth.Key("", secret)} {
		rt := transport.Chain(&server{}, auth.New(home, source))
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%p"} {
			for _, shown := range []any{source, rt, transport.Unwrap(rt), &source} {
				text := fmt.Sprintf(verb, shown)
				assert.NotContains(t, text, "canary")
				assert.NotContains(t, text, "dXNlcjpjYW5hcnk")
				assert.NotContains(t, text, "63616e617279")
			}
		}
	}
}

func TestNamesItsLayerAndItsPlace(t *testing.T) {
	t.Parallel()
	rt := auth.New(home, auth.Bearer(secret))(&server{})
	own, ok := rt.(interface {
		Layer() string
		Place() layer.Place
	})
	require.True(t, ok)
	assert.Equal(t, "auth", own.Layer())
	assert.Equal(t, layer.AtCredential, own.Place())
}

// A4: a static key that was turned down stays wrong.
func TestA401ToAStaticKeyIsFinal(t *testing.T) {
	t.Parallel()
	base := &server{answer: func(*http.Request) int { return http.StatusUnauthorized }}
	for _, source := range []auth.Source{auth.Bearer(secret), auth.SourceFunc(func(context.Context) (string, error) { return "x", nil })} {
		resp := send(t, auth.New(home, source)(base), request(t, http.MethodGet, home, nil))
		assert.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	}
	assert.Len(t, base.values, 2)
}

// C3: an error of the base comes through as it is.
func TestPassesTheErrorOfTheBaseOn(t *testing.T) {
	t.Parallel()
	base := &server{answer: func(*http.Request) int { return 0 }}
	_, err := auth.New(home, auth.Bearer(secret))(base).RoundTrip(request(t, http.MethodGet, home, nil))
	require.EqualError(t, err, "connection reset")
}

// O3, A4: what a source sends itself is none of the call's attempts, and is not
// signed with the credential that it is to fetch.
func TestASourceGetsAContextOfItsOwn(t *testing.T) {
	t.Parallel()
	type valueKey struct{}
	var asked context.Context
	source := auth.SourceFunc(func(ctx context.Context) (string, error) {
		asked = ctx //nolint:fatcontext // it is looked at below
		return "Own value", nil
	})
	vault := &server{}
	ctx := auth.WithSource(context.WithValue(t.Context(), valueKey{}, "kept"), source)
	ctx = layer.WithClock(ctx, clock{})
	send(t, transport.Chain(&server{}, auth.New(home, auth.Bearer(secret))), request(t, http.MethodGet, home, nil).WithContext(ctx))
	require.NotNil(t, asked)
	assert.Nil(t, transport.CallFrom(asked))
	assert.Nil(t, layer.ClockFrom(asked))
	assert.Equal(t, "kept", asked.Value(valueKey{}))
	send(t, auth.New(home, auth.Key("", redact.NewSecret("vault's")))(vault), request(t, http.MethodGet, home, nil).WithContext(asked))
	assert.Equal(t, []string{"vault's"}, vault.values)
}

type clock struct{}

func (clock) Hold()    {}
func (clock) Restart() {}
func (clock) Resume()  {}

func FuzzOrigin(f *testing.F) {
	for _, seed := range []string{home, "http://[::1]:1", "https://user:pw@x", "https://x:99999", "//x", "https://x%41", ""} {
		f.Add(seed, "https://api.example.com/")
	}
	f.Fuzz(func(t *testing.T, origin, target string) {
		u, err := url.Parse(target)
		if err != nil {
			return
		}
		base := &server{}
		rt := auth.New(origin, auth.Bearer(secret))(base)
		if transport.Check(rt) != nil {
			return
		}
		resp, err := rt.RoundTrip(&http.Request{Method: http.MethodGet, URL: u})
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		at, err := url.Parse(origin)
		require.NoError(t, err)
		if base.values[0] != "" {
			require.True(t, strings.EqualFold(at.Hostname(), u.Hostname()) && strings.EqualFold(at.Scheme, u.Scheme))
		}
	})
}
