package services_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// openJSON returns a client for an API of plain JSON above rt.
func openJSON(tb testing.TB, codec services.Codec, rt http.RoundTripper) *services.Client {
	tb.Helper()
	c, err := services.New(&http.Client{Transport: rt}, base, codec)
	require.NoError(tb, err)
	return c
}

// S2, S7: without an envelope a response is the data, and a member of an unexpected type fails
// neither the response nor the others.
func TestPlainJSONIsTheData(t *testing.T) {
	t.Parallel()
	c := openJSON(t, services.JSON{}, always(200, `{"id":"7","count":2}`))
	got, err := services.Do[item](t.Context(), c, "GET /items/7", nil, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, item{ID: "7", Count: 2}, got.Value)
	assert.JSONEq(t, `{"id":"7","count":2}`, string(got.Raw()))

	c = openJSON(t, services.JSON{}, always(200, `[{"id":7,"count":2},{"id":"8"}]`, "X-Total-Count", "12"))
	list, err := services.Do[[]item](t.Context(), c, "GET /items", nil, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, []item{{Count: 2}, {ID: "8"}}, list.Value)
	assert.Equal(t, []services.Mismatch{{Path: "[0].id", Got: "number"}}, list.Meta.Mismatches)
	assert.Equal(t, 12, list.Meta.TotalCount)
	assert.JSONEq(t, `[{"id":7,"count":2},{"id":"8"}]`, string(list.Raw()))
}

// S2: a success that is not one is an error, except where an API of plain JSON may send no data.
func TestPlainJSONMayLackDataWhereTheCallerSaysSo(t *testing.T) {
	t.Parallel()
	enveloped := services.JSON{List: func(items any) services.Envelope { return &listed{Items: items} }}
	for _, row := range []struct {
		name  string
		codec services.Codec
		body  string
		do    func(c *services.Client) error
		fails string
	}{
		{"none", services.JSON{}, "", do[services.None], ""},
		{"optional", services.JSON{}, "", do[services.Optional[item]], ""},
		{"an object", services.JSON{}, "", do[item], "it is empty"},
		{"a null object", services.JSON{}, "null", do[item], "it has no data"},
		{"a list", services.JSON{}, "", do[[]item], "it is empty"},
		{"a null list", services.JSON{}, " null\n", do[[]item], ""},
		{"a web page", services.JSON{}, "<html>Sign in</html>", do[services.None], "is a web page"},
		{"an object as a list", services.JSON{}, `{"items":[]}`, do[[]item], "cannot unmarshal object"},
		{"a list in an envelope", enveloped, `{"items":[]}`, do[[]item], ""},
		{"a null list in an envelope", enveloped, `{"items":null}`, do[[]item], ""},
		{"a list without its member", enveloped, `{"entries":[{}]}`, do[[]item], "it has no data"},
		{"an object beside enveloped lists", enveloped, `{"id":"7"}`, do[item], ""},
		{"bytes are not a list", enveloped, `{"id":"7"}`, do[json.RawMessage], ""},
		{"a null list of another vendor", vendor{}, `{"data":null}`, do[[]item], "it has no data"},
	} {
		err := row.do(openJSON(t, row.codec, always(200, row.body)))
		if row.fails == "" {
			require.NoError(t, err, row.name)
			continue
		}
		require.ErrorIs(t, err, services.ErrResponse, row.name)
		require.ErrorContains(t, err, row.fails, row.name)
	}
}

func do[T any](c *services.Client) error {
	_, err := services.Do[T](context.Background(), c, "POST /items", nil, services.ByMethod)
	return err
}

// listed is an envelope of lists whose next page is named by a cursor.
type listed struct {
	Items any    `json:"items"`
	Next  string `json:"next"`
}

func (l *listed) Fill(_ http.Header, m *services.Metadata) {
	m.Paging.Next = m.LinkWith("cursor", l.Next)
}

// paged is a request for a page.
type paged struct {
	Genre string `query:"genre"`
}

func TestListsOfPlainJSONLeadToTheirNextPage(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		codec services.JSON
		first func(*http.Request) *http.Response
		next  string
	}{
		"Link header": {
			services.JSON{},
			func(req *http.Request) *http.Response {
				return answer(req, 200, `["a","b"]`, "Link",
					`<https://api.example.com/items?a=1,2&page=2>; title="x, y; rel=last"; rel="next last", <?page=0>; REL=prev`)
			},
			"/items?a=1,2&page=2",
		},
		"cursor": {
			services.JSON{List: func(items any) services.Envelope { return &listed{Items: items} }},
			func(req *http.Request) *http.Response { return answer(req, 200, `{"items":["a","b"],"next":"x y"}`) },
			"/items?cursor=x+y&genre=poetry",
		},
	} {
		var asked []string
		c := openJSON(t, row.codec, transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			asked = append(asked, req.URL.RequestURI())
			if len(asked) == 1 {
				return row.first(req), nil
			}
			if row.codec.List != nil {
				return answer(req, 200, `{"items":["c"]}`), nil
			}
			return answer(req, 200, `["c"]`), nil
		}))
		var words []string
		for word, err := range services.All[string](t.Context(), c, "GET /items", paged{Genre: "poetry"}) {
			require.NoError(t, err, name)
			words = append(words, word)
		}
		assert.Equal(t, []string{"a", "b", "c"}, words, name)
		assert.Equal(t, []string{"/items?genre=poetry", row.next}, asked, name)
	}
}

func TestALinkWithoutAPageIsEmpty(t *testing.T) {
	t.Parallel()
	assert.Empty(t, services.Metadata{}.LinkWith("page", "2"))
	got, err := services.Do[item](t.Context(), openJSON(t, services.JSON{}, always(200, `{"id":"7"}`)), "GET /items", nil, services.ByMethod)
	require.NoError(t, err)
	assert.Empty(t, got.Meta.LinkWith("page", ""))
	assert.Equal(t, services.Link("/items?page=2"), got.Meta.LinkWith("page", "2"))
}

// S2, S4: an error of an API of plain JSON says what the server says, once and without secrets.
func TestErrorsOfPlainJSONAreRead(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		media, body, want string
	}{
		{"application/problem+json", `{"title":"No such book","status":404}`, "404: No such book"},
		{"application/json", `{"error":{"code":404,"message":"No such book"}}`, "404: No such book"},
		{"application/json", `{"code":17,"message":"No such book","request_id":"r-1"}`, "404 (17): No such book [request r-1]"},
		{"application/json", `{"message":"No","errors":[{"field":"id","message":"is unknown"}]}`, "404: No: id: is unknown"},
		{"application/json", `{"message":"no token=hunter2 here"}`, "404: no token=*** here"},
		{"text/plain; charset=utf-8", "no such book\n", "404: no such book"},
		{"application/octet-stream", "no such book", "404 not found"},
		{"text/html", "<html>Not here</html>", "404: response from api.example.com is a web page (text/html), not JSON: is this the address of the API?"},
	} {
		err := do[item](openJSON(t, services.JSON{}, always(404, row.body, "Content-Type", row.media)))
		require.ErrorIs(t, err, services.ErrNotFound)
		require.EqualError(t, err, "services: POST /items: "+row.want)
	}
}

func TestACodecCanTakeItsErrorsFromJSON(t *testing.T) {
	t.Parallel()
	got, err := services.Do[item](t.Context(), openJSON(t, plain{}, always(200, `{"data":{"id":"7"}}`)), "GET /items", nil, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, "7", got.Value.ID)
	err = do[item](openJSON(t, plain{}, always(409, `{"detail":"exists"}`)))
	require.EqualError(t, err, "services: POST /items: 409: exists")
}

// graph is the codec of a GraphQL server, which reports errors with a status of success.
type graph struct{ services.JSON }

type graphEnvelope struct {
	Data   any               `json:"data"`
	Errors []json.RawMessage `json:"errors"`
}

func (graph) Envelope(data any) services.Envelope { return &graphEnvelope{Data: data} }

func (*graphEnvelope) Fill(http.Header, *services.Metadata) {}

func (e *graphEnvelope) Failed() bool { return len(e.Errors) > 0 }

// S2: an error is an error, whatever its status.
func TestASuccessCanReportAnError(t *testing.T) {
	t.Parallel()
	got, err := services.Do[item](t.Context(), openJSON(t, graph{}, always(200, `{"data":{"id":"7"}}`)), "POST /graphql", nil, services.SafeToRetry)
	require.NoError(t, err)
	assert.Equal(t, "7", got.Value.ID)
	for body, want := range map[string]string{
		`{"data":null,"errors":[{"message":"Cannot query field","locations":[{"line":1}]}]}`: "200: Cannot query field",
		`{"errors":[null]}`: "200: the response reports an error",
	} {
		err := do[item](openJSON(t, graph{}, always(200, body)))
		require.ErrorIs(t, err, services.ErrFailed)
		require.EqualError(t, err, "services: POST /items: "+want)
	}
}

// S2: whatever comes is read or an Error of one line.
func FuzzPlainJSON(f *testing.F) {
	f.Add(200, `[{"id":"7"}]`, `<?page=2>; rel="next"`)
	f.Add(400, `{"errors":[{"loc":["a",1],"msg":"x"}],"error":{"code":"y"}}`, `<<>>;rel="`)
	f.Add(422, `{"errors":{"a":[1,{}]},"detail":[[]]}`, `<a>;;rel=next,,<b>`)
	f.Fuzz(func(t *testing.T, status int, body, link string) {
		c := openJSON(t, services.JSON{}, always(200+(status&0x1ff)%400, body, "Link", link))
		_, err := services.Do[[]item](t.Context(), c, "GET /items", nil, services.ByMethod)
		if err == nil {
			return
		}
		_, ok := errors.AsType[*services.Error](err)
		require.True(t, ok, "%T", err)
		require.NotContains(t, err.Error(), "\n")
	})
}
