package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
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

// captured returns a base that keeps the requests that it gets.
func captured(into *[]*http.Request) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		layer.CloseBody(req.Body)
		*into = append(*into, req)
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Header: http.Header{}, Request: req}, nil
	})
}

// A1: a credential goes to the header or the parameter that it is for.
func TestACredentialGoesToItsPlace(t *testing.T) {
	t.Parallel()
	computed := auth.SourceFunc(func(context.Context) (string, error) { return "computed", nil })
	renewed := auth.Refresh(func(context.Context) (auth.Token, error) { return auth.Token{Value: secret}, nil }, auth.WithScheme("Token"))
	odd := redact.NewSecret("a+b&c=d/é%")
	for name, row := range map[string]struct {
		source auth.Source
		url    string
		header http.Header
		want   http.Header
		query  string
	}{
		"a header":             {source: auth.Header("x-api-key", secret), want: http.Header{"X-Api-Key": {"canary"}}},
		"a computed value":     {source: auth.InHeader("X-Token", computed), want: http.Header{"X-Token": {"computed"}}},
		"a renewed value":      {source: auth.InHeader("X-Token", renewed), want: http.Header{"X-Token": {"Token canary"}}},
		"Authorization itself": {source: auth.InHeader("authorization", computed), want: http.Header{"Authorization": {"computed"}}},
		"a cookie":             {source: auth.Header("Cookie", redact.NewSecret("session=canary")), want: http.Header{"Cookie": {"session=canary"}}},
		"a cookie beside others": {
			source: auth.Header("cookie", redact.NewSecret("session=canary")),
			header: http.Header{"Cookie": {"a=b", "c=d"}, "cOOkie": {"e=f"}, "X-Kept": {"1"}},
			want:   http.Header{"Cookie": {"a=b; c=d; e=f; session=canary"}, "X-Kept": {"1"}},
		},
		"a parameter":              {source: auth.Query("key", secret), query: "key=canary"},
		"a parameter among others": {source: auth.Query("key", secret), url: "/x?a=b&keys=1", query: "a=b&keys=1&key=canary"},
		"a parameter to be escaped": {
			source: auth.Query("api key", odd), url: "/x?a=%20", query: "a=%20&api+key=a%2Bb%26c%3Dd%2F%C3%A9%25",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent []*http.Request
			req := request(t, http.MethodGet, home+row.url, nil)
			if row.header != nil {
				req.Header = row.header.Clone()
			}
			was := req.URL.String()
			rt := auth.New(home, row.source)(captured(&sent))
			require.NoError(t, transport.Check(rt))
			resp := send(t, rt, req)
			want := row.want
			if want == nil {
				want = http.Header{}
			}
			assert.Equal(t, want, sent[0].Header)
			assert.Equal(t, row.query, sent[0].URL.RawQuery)
			assert.Same(t, req, resp.Request)
			assert.Equal(t, was, req.URL.String(), "C1")
			assert.Len(t, req.Header, len(row.header), "C1")
			send(t, rt, request(t, http.MethodGet, "https://sub.api.example.com/?a=b", nil))
			assert.Empty(t, sent[1].Header)
			assert.Equal(t, "a=b", sent[1].URL.RawQuery)
		})
	}
}

// A4: what the caller set stands, however it is spelt.
func TestTheCallersOwnValueStands(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		source auth.Source
		header http.Header
		query  string
	}{
		"Authorization":              {source: auth.Bearer(secret), header: http.Header{"Authorization": {"own"}}},
		"authorization":              {source: auth.Bearer(secret), header: http.Header{"authorization": {"own"}}},
		"AUTHORIZATION among others": {source: auth.Bearer(secret), header: http.Header{"Accept": {"a"}, "AUTHORIZATION": {"own"}, "X-A": {"b"}}},
		"an empty Authorization":     {source: auth.Bearer(secret), header: http.Header{"Authorization": nil}},
		"a header":                   {source: auth.Header("X-Api-Key", secret), header: http.Header{"X-Api-Key": {"own"}}},
		"a header, spelt otherwise":  {source: auth.Header("X-Api-Key", secret), header: http.Header{"x-api-KEY": {"own"}}},
		"a parameter":                {source: auth.Query("key", secret), query: "a=b&key=own"},
		"a parameter without value":  {source: auth.Query("key", secret), query: "key"},
		"an escaped parameter":       {source: auth.Query("api key", secret), query: "%61pi+key=own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent []*http.Request
			req := request(t, http.MethodGet, home+"/?"+row.query, nil)
			req.Header = row.header
			send(t, auth.New(home, row.source)(captured(&sent)), req)
			assert.Same(t, req, sent[0])
		})
	}
}

// A4: a default header of the chain is the caller's, whether it was added already
// or is added next to the base.
func TestADefaultHeaderStands(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]transport.Middleware{"late": nil, "early": func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) { return next.RoundTrip(req) })
	}} {
		var sent []*http.Request
		id := transport.Identity(transport.WithTransactionHeader(""), transport.WithHeader("X-Tenant", "default"))
		rt := transport.Chain(captured(&sent), id, between, auth.New(home, auth.Header("X-Tenant", secret)), auth.New(home, auth.Query("key", secret)))
		send(t, rt, request(t, http.MethodGet, home, nil))
		assert.Equal(t, http.Header{"X-Tenant": {"default"}}, sent[0].Header, name)
		assert.Equal(t, "key=canary", sent[0].URL.RawQuery, name)
	}
}

// C10: an impossible place is named when the layer is built.
func TestRefusesImpossiblePlaces(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		source auth.Source
		want   []string
	}{
		"no header name":        {auth.Header("X Key", secret), []string{`invalid header name "X Key"`}},
		"an empty header name":  {auth.Header("", secret), []string{`invalid header name ""`}},
		"an empty secret":       {auth.Header("X-Api-Key", redact.Secret{}), []string{"it is empty"}},
		"a line feed":           {auth.Header("X-Api-Key", redact.NewSecret("canary\n")), []string{"control character"}},
		"a header of net/http":  {auth.Header("host", secret), []string{"net/http writes the header Host itself"}},
		"no source":             {auth.InHeader("X-Api-Key", nil), []string{"source is nil"}},
		"two places":            {auth.InHeader("X-A", auth.Query("key", secret)), []string{`already sends its value in the query parameter "key"`}},
		"a signature":           {auth.InHeader("X-A", auth.Sign(func(*http.Request, []byte) error { return nil })), []string{"sets its own headers"}},
		"no parameter name":     {auth.Query("", secret), []string{`invalid parameter name ""`}},
		"a parameter of lines":  {auth.Query("a\nb", secret), []string{"invalid parameter name"}},
		"an empty parameter":    {auth.Query("key", redact.Secret{}), []string{"it is empty"}},
		"a parameter's newline": {auth.Query("key", redact.NewSecret("canary\r")), []string{"control character"}},
		"all at once":           {auth.Header("", redact.Secret{}), []string{`invalid header name ""`, "it is empty"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent []*http.Request
			rt := auth.New(home, row.source)(captured(&sent))
			_, err := rt.RoundTrip(request(t, http.MethodGet, home, nil))
			for _, part := range row.want {
				require.ErrorContains(t, err, part)
				require.ErrorContains(t, transport.Check(rt), part)
			}
			assert.NotContains(t, err.Error(), "canary")
			assert.Empty(t, sent)
		})
	}
}

// A1, A3: what a server or the base says of the URL that was sent shows no secret of
// its query to the layers above.
func TestASecretOfTheQueryDoesNotComeBack(t *testing.T) {
	t.Parallel()
	const value = "ca/nary"
	source := auth.Query("key", redact.NewSecret(value))
	for _, row := range []struct{ name, text, want string }{
		{"Location", "https://api.example.com/next?key=ca%2Fnary", "https://api.example.com/next"},
		{"Location", "/next?key=ca%2Fnary&a=b#f", "/next?a=b#f"},
		{"Location", "/next?a=b&key=ca%2Fnary", "/next?a=b"},
		{"Location", "/next?a=b&key=ca%2Fnary&c=d&key=ca%2Fnary", "/next?a=b&c=d"},
		{"Content-Location", "/x?key=ca%2Fnary", "/x"},
		{"Link", `</2?page=2&key=ca%2Fnary>; rel="next", </9?key=ca%2Fnary&page=9>; rel="last"`, `</2?page=2>; rel="next", </9?page=9>; rel="last"`},
		{"Location", "/next?monkey=ca%2Fnary&key=ca%2Fnary2", "/next?monkey=ca%2Fnary&key=ca%2Fnary2"},
		{"X-Other", "/next?key=ca%2Fnary", "/next?key=ca%2Fnary"},
	} {
		shared := &http.Response{StatusCode: http.StatusFound, Body: http.NoBody, Header: http.Header{row.name: {"first", row.text}}}
		base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return shared, nil })
		resp := send(t, auth.New(home, source)(base), request(t, http.MethodGet, home, nil))
		assert.Equal(t, []string{"first", row.want}, resp.Header[row.name])
		assert.Equal(t, []string{"first", row.text}, shared.Header[row.name], "C4: a mock may share its response")
	}
	broken := errors.New("connection reset")
	for name, fail := range map[string]func(*http.Request) error{
		"a url.Error":   func(req *http.Request) error { return &url.Error{Op: "Get", URL: req.URL.String(), Err: broken} },
		"a quoted URL":  func(req *http.Request) error { return fmt.Errorf("get %s: %w", req.URL, broken) },
		"the value":     func(*http.Request) error { return fmt.Errorf("key %s: %w", value, broken) },
		"a joined pair": func(req *http.Request) error { return errors.Join(errors.New(req.URL.RawQuery), broken) },
	} {
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) { return nil, fail(req) })
		_, err := auth.New(home, source)(base).RoundTrip(request(t, http.MethodGet, home+"/?a=b", nil))
		require.ErrorIs(t, err, broken, name)
		require.ErrorContains(t, err, "***", name)
		var shown *url.Error
		assert.NotErrorAs(t, err, &shown, name)
		for err := err; err != nil; err = errors.Unwrap(err) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s"} {
				text := fmt.Sprintf(verb, err)
				assert.NotContains(t, text, "ca/nary", name)
				assert.NotContains(t, text, "ca%2Fnary", name)
			}
		}
	}
	plain := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, broken })
	_, err := auth.New(home, source)(plain).RoundTrip(request(t, http.MethodGet, home, nil))
	assert.Equal(t, broken, err, "an error without the secret comes through as it is")
}

// A1: over real sockets, a redirect whose server repeats the query neither leads
// http.Client to a URL with the secret nor tells it to the next host by a Referer.
func TestASecretOfTheQueryIsInNoReferer(t *testing.T) {
	t.Parallel()
	var arrived, referers []string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived, referers = append(arrived, "elsewhere "+r.URL.String()), append(referers, r.Referer())
	}))
	defer elsewhere.Close()
	start := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived, referers = append(arrived, r.URL.String()), append(referers, r.Referer())
		switch r.URL.Path {
		case "/dir":
			http.Redirect(w, r, "/dir/?"+r.URL.RawQuery, http.StatusMovedPermanently)
		case "/dir/":
			http.Redirect(w, r, elsewhere.URL+"/landing?"+r.URL.RawQuery, http.StatusFound)
		}
	}))
	defer start.Close()
	var hops []string
	client := &http.Client{
		Transport: transport.Chain(start.Client().Transport, auth.New(start.URL, auth.Query("key", secret))),
		CheckRedirect: func(req *http.Request, _ []*http.Request) error {
			hops = append(hops, req.URL.String(), req.Referer())
			return nil
		},
	}
	resp, err := client.Do(request(t, http.MethodGet, start.URL+"/dir?a=b", nil))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, []string{"/dir?a=b&key=canary", "/dir/?a=b&key=canary", "elsewhere /landing?a=b"}, arrived)
	assert.Equal(t, []string{"", start.URL + "/dir?a=b", start.URL + "/dir/?a=b"}, referers)
	assert.NotContains(t, strings.Join(hops, " ")+resp.Request.URL.String()+resp.Request.Referer(), "canary")
}

// O3: a chain below takes a request with another query for the attempt that it is,
// and the record shows nothing of the secret.
func TestAQueryDoesNotMakeAnotherCall(t *testing.T) {
	t.Parallel()
	var sent []*http.Request
	below := transport.Chain(captured(&sent))
	sign := auth.Sign(func(req *http.Request, _ []byte) error { req.URL.RawQuery = "sig=canary"; return nil })
	for name, source := range map[string]auth.Source{"query": auth.Query("key", secret), "signature": sign} {
		sent = nil
		ctx, call := transport.Begin(t.Context())
		rt := transport.Chain(below, transport.Identity(), auth.New(home, source))
		send(t, rt, request(t, http.MethodGet, home, nil).WithContext(ctx))
		require.Len(t, sent, 1, name)
		assert.Contains(t, sent[0].URL.RawQuery, "canary", name)
		assert.Equal(t, 1, call.AttemptCount(), name)
		assert.Equal(t, []string{call.TransactionID()}, sent[0].Header["X-Transaction-Id"], name)
		call.End()
		assert.NotContains(t, fmt.Sprintf("%v %+v", call, call.Attempts()), "canary", name)
	}
}
