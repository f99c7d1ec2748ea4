package auth_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

func free(next http.RoundTripper) http.RoundTripper {
	return &passing{layer.NewLink("free", layer.Anywhere, next)}
}

type passing struct{ layer.Link }

func (p *passing) RoundTrip(req *http.Request) (*http.Response, error) { return p.Send(req) }

func nothing(*http.Request, []byte) error { return nil }

// A4: several credentials hold together, each for its origin and its place.
func TestSeveralCredentialsHoldTogether(t *testing.T) {
	t.Parallel()
	var sent []*http.Request
	rt := transport.Chain(captured(&sent),
		auth.New(home, auth.Bearer(redact.NewSecret("home"))), auth.New(home, auth.Header("X-Api-Key", redact.NewSecret("key"))),
		auth.New(home, auth.Query("a", redact.NewSecret("1"))), free, auth.New(home, auth.Query("b", redact.NewSecret("2"))),
		auth.New("https://other.example.com", auth.Bearer(redact.NewSecret("other"))), auth.New(home+":8443", auth.Bearer(redact.NewSecret("port"))),
		auth.New(home, auth.Sign(nothing)), auth.New(home, auth.Sign(nothing, auth.WithDigestBuffer(1))))
	require.NoError(t, transport.Check(rt))
	for _, to := range []string{home, "https://other.example.com", home + ":8443", "https://elsewhere.test"} {
		send(t, rt, request(t, http.MethodGet, to, nil))
	}
	assert.Equal(t, http.Header{"Authorization": {"Bearer home"}, "X-Api-Key": {"key"}}, sent[0].Header)
	assert.Equal(t, "a=1&b=2", sent[0].URL.RawQuery)
	assert.Equal(t, http.Header{"Authorization": {"Bearer other"}}, sent[1].Header)
	assert.Equal(t, http.Header{"Authorization": {"Bearer port"}}, sent[2].Header)
	assert.Empty(t, sent[3].Header)
}

// A4, C10: two credentials of one place of one origin are a fault, however they are
// put up, and whatever stands between them.
func TestTwoCredentialsOfOnePlaceAreAFault(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		origin       string
		upper, lower auth.Source
		want         string
	}{
		"Authorization":       {home, auth.Bearer(secret), auth.Basic("a", secret), "the header Authorization of https://api.example.com"},
		"a port written out":  {"HTTPS://API.example.com:443/path", auth.Bearer(secret), auth.Bearer(secret), "the header Authorization"},
		"a header":            {home, auth.Header("x-api-key", secret), auth.Header("X-Api-Key", secret), "the header X-Api-Key"},
		"cookies":             {home, auth.Header("cookie", secret), auth.Header("Cookie", secret), "the header Cookie"},
		"a parameter":         {home, auth.Query("key", secret), auth.Query("key", secret), `the query parameter "key"`},
		"Authorization named": {home, auth.InHeader("authorization", auth.Bearer(secret)), auth.Bearer(secret), "the header Authorization"},
	} {
		var sent []*http.Request
		upper, lower := auth.New(row.origin, row.upper), auth.New(home, row.lower)
		for how, rt := range map[string]http.RoundTripper{
			"in a chain": transport.Chain(captured(&sent), upper, free, lower),
			"by hand":    upper(lower(captured(&sent))),
			"two chains": transport.Chain(transport.Chain(captured(&sent), lower), upper),
		} {
			require.ErrorContains(t, transport.Check(rt), "auth: two credentials for "+row.want, "%s %s", name, how)
			_, err := rt.RoundTrip(request(t, http.MethodGet, home, nil))
			require.ErrorContains(t, err, row.want, "%s %s", name, how)
		}
		assert.Empty(t, sent, name)
	}
}

// A4: a signature covers the credentials that stand above it, so none may stand below.
func TestASignatureStandsBelowOtherCredentials(t *testing.T) {
	t.Parallel()
	var sent []*http.Request
	key, sign := auth.New(home, auth.Bearer(secret)), auth.New(home, auth.Sign(nothing))
	require.NoError(t, transport.Check(transport.Chain(captured(&sent), key, sign)))
	err := transport.Check(transport.Chain(captured(&sent), sign, key))
	require.ErrorContains(t, err, "auth.sign is listed before auth: the signature would not cover what is added below it")
}

// A4: a call's own source replaces that of the layers that it is for, None all.
func TestACallsOwnSourceReplacesThatOfItsPlace(t *testing.T) {
	t.Parallel()
	own := redact.NewSecret("own")
	signer := func(value string) auth.Source {
		return auth.Sign(func(req *http.Request, _ []byte) error { req.Header.Set("X-Signature", value); return nil })
	}
	for name, row := range map[string]struct {
		sources []auth.Source
		want    map[string]string
		query   string
	}{
		"none of its own":       {nil, map[string]string{"Authorization": "Bearer canary", "X-Api-Key": "canary", "X-Signature": "ours"}, "key=canary"},
		"Authorization":         {[]auth.Source{auth.Bearer(own)}, map[string]string{"Authorization": "Bearer own", "X-Api-Key": "canary", "X-Signature": "ours"}, "key=canary"},
		"a header":              {[]auth.Source{auth.Header("x-api-key", own)}, map[string]string{"Authorization": "Bearer canary", "X-Api-Key": "own", "X-Signature": "ours"}, "key=canary"},
		"a parameter":           {[]auth.Source{auth.Query("key", own)}, map[string]string{"Authorization": "Bearer canary", "X-Api-Key": "canary", "X-Signature": "ours"}, "key=own"},
		"a signature":           {[]auth.Source{signer("own")}, map[string]string{"Authorization": "Bearer canary", "X-Api-Key": "canary", "X-Signature": "own"}, "key=canary"},
		"two":                   {[]auth.Source{auth.Header("X-Api-Key", own), auth.Query("key", own)}, map[string]string{"Authorization": "Bearer canary", "X-Api-Key": "own", "X-Signature": "ours"}, "key=own"},
		"the last one":          {[]auth.Source{auth.Bearer(own), auth.Basic("a", own)}, map[string]string{"Authorization": "Basic YTpvd24=", "X-Api-Key": "canary", "X-Signature": "ours"}, "key=canary"},
		"none":                  {[]auth.Source{auth.None()}, map[string]string{}, ""},
		"none but one":          {[]auth.Source{auth.None(), auth.Bearer(own)}, map[string]string{"Authorization": "Bearer own"}, ""},
		"none of one":           {[]auth.Source{auth.InHeader("X-Api-Key", auth.None())}, map[string]string{"Authorization": "Bearer canary", "X-Signature": "ours"}, "key=canary"},
		"one that has no layer": {[]auth.Source{auth.Header("X-Other", own)}, map[string]string{"Authorization": "Bearer canary", "X-Api-Key": "canary", "X-Signature": "ours"}, "key=canary"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent []*http.Request
			rt := transport.Chain(captured(&sent), auth.New(home, auth.Bearer(secret)), auth.New(home, auth.Header("X-Api-Key", secret)),
				auth.New(home, auth.Query("key", secret)), auth.New(home, signer("ours")))
			ctx := t.Context()
			for _, source := range row.sources {
				ctx = auth.WithSource(ctx, source) //nolint:fatcontext // they add up
			}
			send(t, rt, request(t, http.MethodGet, home, nil).WithContext(ctx))
			want := http.Header{}
			for name, value := range row.want {
				want.Set(name, value)
			}
			assert.Equal(t, want, sent[0].Header)
			assert.Equal(t, row.query, sent[0].URL.RawQuery)
		})
	}
}

// C10: a bad source of a call fails it where it would be used, a nil one anywhere.
func TestABadSourceOfACallFailsWhereItIsFor(t *testing.T) {
	t.Parallel()
	rt := auth.New(home, auth.Header("X-Api-Key", secret))(&server{})
	for name, row := range map[string]struct {
		source auth.Source
		want   string
	}{
		"its header":     {auth.Header("X-Api-Key", redact.Secret{}), "it is empty"},
		"another header": {auth.Bearer(redact.Secret{}), ""},
		"nil":            {nil, "source is nil"},
		"nil for it":     {auth.InHeader("X-Api-Key", nil), "source is nil"},
	} {
		req := request(t, http.MethodGet, home, nil)
		resp, err := rt.RoundTrip(req.WithContext(auth.WithSource(context.Background(), row.source)))
		if row.want == "" {
			require.NoError(t, err, name)
			require.NoError(t, resp.Body.Close())
			continue
		}
		require.ErrorContains(t, err, row.want, name)
	}
}
