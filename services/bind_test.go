package services_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

type priority string

type ref struct {
	Identifier string `path:"identifier"`
	Kind       string `query:"identifierType"`
}

type owner struct {
	id   string `path:"owner"`
	kind string `query:"ownerType"`
}

type everything struct {
	ref

	Text      string            `query:"text"`
	Number    int               `query:"number"`
	Kept      int               `query:"kept,keepzero"`
	Yes       *bool             `query:"yes"`
	Unset     *bool             `query:"unset"`
	When      time.Time         `query:"when"`
	Never     time.Time         `query:"never,keepzero"`
	List      []string          `query:"list"`
	Levels    []priority        `query:"levels"`
	Each      []priority        `query:"each,repeat"`
	None      []string          `query:"none,repeat"`
	Address   netip.Addr        `query:"address"`
	Ratio     float64           `query:"ratio"`
	Key       string            `header:"Idempotency-Key"`
	Message   string            `json:"message" check:"required"`
	Note      string            `json:"note,omitzero"`
	Details   map[string]string `json:"details,omitzero"`
	Enabled   *bool             `json:"enabled,omitzero"`
	LocalOnly string            `json:"-"`
}

func TestEachFieldGoesWhereItsTagSays(t *testing.T) {
	t.Parallel()
	var got sent
	c := open(t, capture(&got))
	in := everything{
		ref: ref{Identifier: "a/b c", Kind: "alias"}, Text: "a&b=c d", Number: -3, Yes: new(false),
		When: time.Date(2026, 5, 26, 9, 30, 0, 0, time.FixedZone("", 7200)), List: []string{"x", "y z"}, Levels: []priority{"P1", "P9"}, Each: []priority{"P1", "P,&"},
		Address: netip.MustParseAddr("::1"), Ratio: 0.5, Key: "k", Message: "m<&>", Enabled: new(false), LocalOnly: "secret",
	}
	for _, request := range []any{in, &in} {
		_, err := services.Do[item](t.Context(), c, "PATCH /v2/things/{identifier}/close", request, services.ByMethod)
		require.NoError(t, err)
		assert.Equal(t, http.MethodPatch, got.Method)
		assert.Equal(t, "api.example.com", got.Host)
		assert.Equal(t, "/v2/things/a%2Fb%20c/close", got.URL.EscapedPath())
		assert.Equal(t, url.Values{
			"identifierType": {"alias"}, "text": {"a&b=c d"}, "number": {"-3"}, "kept": {"0"}, "yes": {"false"},
			"when": {"2026-05-26T09:30:00+02:00"}, "list": {"x,y z"}, "levels": {"P1,P9"}, "each": {"P1", "P,&"}, "address": {"::1"}, "ratio": {"0.5"},
		}, got.URL.Query())
		assert.JSONEq(t, `{"message":"m<&>","enabled":false}`, got.body)
		assert.Equal(t, "k", got.Header.Get("Idempotency-Key"))
		assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
		assert.Equal(t, "application/json", got.Header.Get("Accept"))
	}
}

func TestBodiesAreSentOnlyWhereTheRouteHasOne(t *testing.T) {
	t.Parallel()
	type optional struct {
		ref

		Note string `json:"note,omitzero"`
	}
	for _, row := range []struct {
		route, body, length string
		in                  any
	}{
		{"POST /v2/things/{identifier}", "{}", "2", optional{ref: ref{Identifier: "x"}}},
		{"PUT /v2/things/{identifier}", `{"note":"n"}`, "12", optional{ref: ref{Identifier: "x"}, Note: "n"}},
		{"POST /v2/things/{identifier}", "", "0", ref{Identifier: "x"}},
		{"POST /v2/things", "", "0", nil},
		{"GET /v2/things", "", "", nil},
		{"DELETE /v2/things/{identifier}", "", "", ref{Identifier: "x"}},
	} {
		var got sent
		_, err := services.Do[item](t.Context(), open(t, capture(&got)), row.route, row.in, services.ByMethod)
		require.NoError(t, err, row.route)
		assert.Equal(t, row.body, got.body, row.route)
		assert.Equal(t, row.length, got.Header.Get("Content-Length"), row.route)
	}
}

func TestFieldsThatAreNotExportedMayFillPathAndQuery(t *testing.T) {
	t.Parallel()
	var got sent
	_, err := services.Do[item](t.Context(), open(t, capture(&got)), "GET /v1/owners/{owner}", struct{ owner }{owner{"o", "tiny"}}, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, "/v1/owners/o?ownerType=tiny", got.URL.RequestURI())
}

func TestABaseURLMayHaveAPathPrefix(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"https://h.example/jsm/ops/v1", "https://h.example/jsm/ops/v1/", "https://h.example:443/jsm/ops/v1//"} {
		var got sent
		_, err := services.Do[item](t.Context(), openAt(t, at, capture(&got)), "GET /v2/alerts/{identifier}", ref{Identifier: "a/b"}, services.ByMethod)
		require.NoError(t, err)
		assert.Equal(t, "/jsm/ops/v1/v2/alerts/a%2Fb", got.URL.EscapedPath(), at)
	}
	var got sent
	c := openAt(t, "https://h.example/a%2Fb", capture(&got))
	_, err := services.Do[item](t.Context(), c, "GET /x/{identifier}", ref{Identifier: "ü"}, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, "/a%2Fb/x/%C3%BC", got.URL.EscapedPath())
}

// Promise S1: what would lead to another route is refused before sending.
func TestIdentifiersThatWouldLeadElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	c := open(t, transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		t.Error("it was sent")
		return nil, errors.New("sent")
	}))
	for _, id := range []string{"", ".", "..", "a\nb", "\x00", "a\x7f", "a\u0085"} {
		_, err := services.Do[item](t.Context(), c, "GET /v2/alerts/{identifier}", ref{Identifier: id}, services.ByMethod)
		require.ErrorIs(t, err, services.ErrArgument, "%q", id)
		argument, ok := errors.AsType[*services.ArgumentError](err)
		require.True(t, ok)
		assert.Equal(t, "identifier", argument.Field)
	}
}

type window struct {
	Start time.Time `query:"start"`
	End   time.Time `query:"end" check:"required"`
	Limit int       `query:"limit" check:"min=1"`
	Tags  []string  `query:"tags"`
}

func (w window) Check() error {
	if w.End.Before(w.Start) {
		return &services.ArgumentError{Field: "end", Problem: "lies before start"}
	}
	return nil
}

func TestAllThatIsWrongWithARequestIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	c := open(t, always(200, `{"data":{}}`))
	in := window{Start: time.Unix(1, 0), Limit: -1, Tags: []string{"a,b"}}
	_, err := services.Do[item](t.Context(), c, "GET /v1/window", in, services.ByMethod)
	require.ErrorIs(t, err, services.ErrArgument)
	assert.Equal(t, "services: GET /v1/window: argument end is required; argument limit must be at least 1; "+
		"argument end lies before start; argument tags has an element with a comma, which separates elements on the wire", err.Error())
	failed, ok := errors.AsType[*services.Error](err)
	require.True(t, ok)
	assert.NotEmpty(t, failed.TransactionID)
	assert.Zero(t, failed.Status)
	assert.Zero(t, failed.Attempts)

	_, err = services.Do[item](t.Context(), c, "GET /v1/window", window{Tags: []string{"a", ""}, End: time.Unix(1, 0), Limit: 1}, services.ByMethod)
	require.ErrorContains(t, err, "argument tags has an empty element")
	_, err = services.Do[item](t.Context(), c, "GET /v1/window", struct {
		IDs []string `query:"ids,repeat"`
	}{[]string{"a", ""}}, services.ByMethod)
	require.ErrorContains(t, err, "argument ids has an empty element")
	_, err = services.Do[item](t.Context(), c, "GET /v1/window", window{End: time.Unix(1, 0)}, services.ByMethod)
	require.NoError(t, err, "a zero that is not sent is no number below the minimum")
	_, err = services.Do[item](t.Context(), c, "POST /v1/x", struct {
		N int  `json:"n" check:"min=1"`
		P *int `json:"p" check:"min=1"`
		Q *int `query:"q" check:"min=1"`
	}{Q: new(0)}, services.ByMethod)
	require.ErrorContains(t, err, "argument n must be at least 1; argument q must be at least 1")
	assert.NotContains(t, err.Error(), "argument p")
	_, err = services.Do[item](t.Context(), c, "GET /v1/window", (*window)(nil), services.ByMethod)
	require.ErrorIs(t, err, services.ErrArgument)
	_, err = services.Do[item](t.Context(), c, "GET /v1/window", window{End: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), Limit: 1}, services.ByMethod)
	require.ErrorContains(t, err, "argument end has a year")
}

func TestARequestThatCannotFillItsRouteIsRefusedByName(t *testing.T) {
	t.Parallel()
	c := open(t, always(200, `{"data":{}}`))
	type body struct {
		A string `json:"a"`
	}
	for _, row := range []struct {
		route string
		in    any
		want  string
	}{
		{"GET /v1/{id}", nil, "id is in the route, but no field"},
		{"GET /v1/x", ref{Identifier: "x"}, "Identifier fills {identifier}, which the route does not have"},
		{"POST /v1/x", struct{ Loose string }{}, "Loose has no tag"},
		{"POST /v1/x", struct{ body *body }{}, ""},
		{"POST /v1/x", struct {
			A string `json:"a" query:"a"`
		}{}, "A has two tags"},
		{"POST /v1/x", struct {
			A string `query:"a"`
			B string `query:"a"`
		}{}, "B is the second field called a"},
		{"POST /v1/x", struct {
			A map[string]string `query:"a"`
		}{}, "A of type map[string]string cannot be written as text"},
		{"POST /v1/x", struct {
			A string `query:"a,omitempty"`
		}{}, "A has the unknown tag option"},
		{"POST /v1/x", struct {
			A string `query:"a,repeat"`
		}{}, `A has the tag option "repeat", which is for a list in the query`},
		{"POST /v1/x", struct {
			A []string `header:"a,repeat"`
		}{}, `A has the tag option "repeat", which is for a list in the query`},
		{"POST /v1/x", struct {
			A string `query:"a" check:"min=1"`
		}{}, "A has the unknown check"},
		{"GET /v1/x", body{}, "A belongs in a body, which a GET does not have"},
		{"HEAD /v1/x", body{}, "A belongs in a body, which a HEAD does not have"},
		{"POST /v1/x", 7, "int is not a struct"},
		{"FETCH /v1/x", nil, "does not begin with a method"},
		{"GET v1/x", nil, "no path that begins with a slash"},
		{"GET /v1/../x", nil, `segment ".." cannot stand in a path`},
		{"GET /v1//x", nil, `segment "" cannot stand in a path`},
		{"GET //", nil, `segment "" cannot stand in a path`},
		{"GET /v1/x?a=b", nil, "it has a query, which belongs in fields with the tag query"},
		{"GET /v1/{x}{y}", nil, "is not of the form {name}"},
		{"GET /v1/{x...}", nil, "is not of the form {name}"},
	} {
		_, err := services.Do[item](t.Context(), c, row.route, row.in, services.ByMethod)
		if row.want == "" {
			require.NoError(t, err, "a private field without a tag is nobody's business")
			continue
		}
		require.ErrorIs(t, err, services.ErrArgument, row.route)
		require.ErrorContains(t, err, row.want)
	}
}

func TestABodyThatJSONCannotHoldIsRefused(t *testing.T) {
	t.Parallel()
	_, err := services.Do[item](t.Context(), open(t, always(200, `{"data":{}}`)), "POST /v1/x", struct {
		A any `json:"a"`
	}{func() {}}, services.ByMethod)
	require.ErrorIs(t, err, services.ErrArgument)
	require.ErrorContains(t, err, "argument body cannot be written as JSON")
}

// S1: a member that is refused is named once, although it cannot be written either.
func TestARefusedMemberIsNamedOnce(t *testing.T) {
	t.Parallel()
	_, err := services.Do[item](t.Context(), open(t, always(200, `{"data":{}}`)), "POST /v1/x", struct {
		A any    `json:"a"`
		B string `json:"b" check:"required"`
	}{A: func() {}}, services.ByMethod)
	require.EqualError(t, err, "services: POST /v1/x: argument b is required")
}

func TestHeadersWithControlCharactersAreRefused(t *testing.T) {
	t.Parallel()
	_, err := services.Do[item](t.Context(), open(t, always(200, `{"data":{}}`)), "GET /v1/x", struct {
		A string `header:"X-A"`
	}{"a\r\nX-B: c"}, services.ByMethod)
	require.ErrorIs(t, err, services.ErrArgument)
	require.ErrorContains(t, err, "argument X-A contains a control character")
}

func TestAClientIsBuiltWhollyOrNotAtAll(t *testing.T) {
	t.Parallel()
	_, err := services.New(nil, "ftp://user:hunter2@h", nil, services.WithMaxBody(-1))
	assert.EqualError(t, err, "services: new client: HTTP client is nil; codec is nil: use services.JSON{} for responses of plain JSON; "+
		"body limit of -1 bytes is negative: 0 means no bound; base URL is neither http nor https: write https://host")
	for _, at := range []string{
		"", "api.example.com", "https://", "https://:443", "https://u:hunter2@h", "https://h?apiKey=hunter2", "https://h/#f",
		"https://h/a/../b", "https://h/%2e%2e/b",
		"https://h:port/hunter2", "\x7f://hunter2",
	} {
		_, err := services.New(&http.Client{}, at, vendor{})
		require.Error(t, err, at)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

// Promise C9 and S6: the caller's client is copied, not changed.
func TestTheCallersClientIsNotChanged(t *testing.T) {
	t.Parallel()
	own := &http.Client{Transport: always(200, `{}`)}
	_, err := services.New(own, base, vendor{})
	require.NoError(t, err)
	assert.Nil(t, own.CheckRedirect)
}

// Promise S1: an identifier arrives as sent, through net/http's own wire form,
// its ServeMux and its PathValue; or it is refused.
func FuzzPathValue(f *testing.F) {
	for _, seed := range []string{
		"a/b", "/", "//", "%2F", "?", "#", "a b", "🔥", ".", "..",
		"...", "", "a//b", "%", "%zz", "a;b", "a,b", "+", "&=", "\\", "\n", "ü", "\xff", "%2e%2e", "{x}", "a:b", "@", "~", "a/../b",
	} {
		f.Add(seed)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /pre/v2/alerts/{identifier}/close", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"data":{"id":%q}}`, fmt.Sprintf("%x", r.PathValue("identifier")))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.EscapedPath() == "/pre/v2/alerts/%2F/close" { // it arrived, but ServeMux takes a lone %2F for the end of a path
			_, _ = fmt.Fprintf(w, `{"data":{"id":%q}}`, fmt.Sprintf("%x", "/"))
			return
		}
		http.Error(w, r.RequestURI, http.StatusTeapot)
	})
	c := openAt(f, base+"/pre", transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		arrived, err := overWire(req)
		if err != nil {
			return nil, err
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, arrived.Request)
		return w.Result(), nil
	}))
	f.Fuzz(func(t *testing.T, id string) {
		got, err := services.Do[item](t.Context(), c, "POST /v2/alerts/{identifier}/close", ref{Identifier: id}, services.ByMethod)
		if id == "" || id == "." || id == ".." || strings.ContainsFunc(id, unicode.IsControl) {
			require.ErrorIs(t, err, services.ErrArgument)
			return
		}
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("%x", id), got.Value.ID)
	})
}

// A query's values arrive as sent, too.
func FuzzQueryValue(f *testing.F) {
	f.Add("a&b=c", "x;y")
	f.Add("%", "\x00\n")
	var got sent
	c := open(f, capture(&got))
	f.Fuzz(func(t *testing.T, text, element string) {
		_, err := services.Do[item](t.Context(), c, "GET /x", struct {
			Text string   `query:"text"`
			List []string `query:"list"`
		}{text, []string{element, "z"}}, services.ByMethod)
		if element == "" || strings.Contains(element, ",") {
			require.ErrorIs(t, err, services.ErrArgument)
			return
		}
		require.NoError(t, err)
		require.Equal(t, text, got.URL.Query().Get("text"))
		require.Equal(t, element+",z", got.URL.Query().Get("list"))
	})
}

func TestRequestsOfEmbeddedStructsWithTheSameFieldNamesKeepBoth(t *testing.T) {
	t.Parallel()
	type left struct {
		Name string `json:"left"`
	}
	type right struct {
		Name string `json:"right"`
	}
	var got sent
	_, err := services.Do[item](t.Context(), open(t, capture(&got)), "POST /x", struct {
		left
		right

		Plain string // no tag name: json takes the field's own
	}{}, services.ByMethod)
	require.ErrorContains(t, err, "Plain has no tag")
	_, err = services.Do[item](t.Context(), open(t, capture(&got)), "POST /x", struct {
		left
		right

		Own string `json:",omitempty"`
	}{left{"l"}, right{"r"}, "o"}, services.ByMethod)
	require.NoError(t, err)
	var members map[string]string
	require.NoError(t, json.Unmarshal([]byte(got.body), &members))
	assert.Equal(t, map[string]string{"left": "l", "right": "r", "Own": "o"}, members)
}

type wholeBody struct {
	ID   string          `path:"id"`
	Team string          `query:"team"`
	Body json.RawMessage `body:"json" check:"required"`
}

func TestAFieldMayBeTheWholeBody(t *testing.T) {
	t.Parallel()
	var got sent
	c := open(t, capture(&got))
	text := `{"b":{"x":[1.50]},"-":null,"ключ":1}`
	_, err := services.Do[services.None](t.Context(), c, "POST /v2/things/{id}", wholeBody{ID: "a/b", Team: "t", Body: json.RawMessage(text)}, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, text, got.body)
	assert.Equal(t, "/v2/things/a%2Fb?team=t", got.RequestURI)
	assert.Equal(t, "application/json", got.Header.Get("Content-Type"))

	_, err = services.Do[services.None](t.Context(), c, "POST /v2/things/{id}", wholeBody{ID: "a"}, services.ByMethod)
	require.ErrorContains(t, err, "argument Body is required")
	_, err = services.Do[services.None](t.Context(), c, "GET /v2/things/{id}", wholeBody{ID: "a", Body: json.RawMessage(text)}, services.ByMethod)
	require.ErrorContains(t, err, "which a GET does not have")
	_, err = services.Do[services.None](t.Context(), c, "POST /v2/things", struct {
		Body json.RawMessage `body:"json"`
		More string          `json:"more"`
	}{}, services.ByMethod)
	require.ErrorContains(t, err, "is the whole body, but other fields belong in it too")
}

// C10: a base URL that is written in another form is refused with its cure.
func TestABaseURLIsRefusedWithItsCure(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"":                              "base URL is empty: write https://host",
		"api.eu.example.com":            "base URL has no scheme: write https://api.eu.example.com",
		"api.example.com:8443":          "base URL has no scheme: write https://api.example.com:8443",
		"localhost:8080":                "base URL has no scheme: write http://localhost:8080",
		"api.example.com/hunter2":       "base URL has no scheme: write https://api.example.com/…",
		"hunter2":                       "base URL is neither http nor https: write https://host",
		"https://api.example.com\n":     "base URL has a space or line end around it: trim it",
		"https://api example.com":       "base URL cannot be parsed: write https://host, perhaps with a port and a path",
		"https:///v2":                   "base URL has no host: write https://host",
		"https://u:hunter2@example.com": "base URL has a user or password in it: give credentials to the client",
		"https://example.com?k=hunter2": "base URL has a query or a fragment: end it after the path",
		"https://example.com/a/../b":    `base URL has "." or ".." in its path`,
	} {
		_, err := services.CheckBase(base)
		require.EqualError(t, err, want, base)
		_, err = services.New(&http.Client{}, base, vendor{})
		assert.EqualError(t, err, "services: new client: "+want, base)
	}
	for base, want := range map[string]string{
		"https://api.example.com//":         "https://api.example.com",
		"http://localhost:8080/a%2Fb/c%2F/": "http://localhost:8080/a%2Fb/c%2F",
	} {
		u, err := services.CheckBase(base)
		require.NoError(t, err, base)
		assert.Equal(t, want, u.String())
	}
}

// Frameworks such as Django tell a path with a slash at its end from one without.
func TestARouteMayEndWithASlash(t *testing.T) {
	t.Parallel()
	for route, want := range map[string]string{"GET /": "/api/", "GET /v1/items/": "/api/v1/items/", "GET /v1/{id}/": "/api/v1/a%2Fb/"} {
		var got sent
		var in any
		if strings.Contains(route, "{id}") {
			in = byID{ID: "a/b"}
		}
		_, err := services.Do[item](t.Context(), openAt(t, base+"/api", capture(&got)), route, in, services.ByMethod)
		require.NoError(t, err)
		assert.Equal(t, want, got.RequestURI, route)
	}
}

type byID struct {
	ID string `path:"id"`
}
