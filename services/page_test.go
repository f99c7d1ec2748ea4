package services_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

type listRequest struct {
	Limit int `query:"limit" check:"min=0"`
}

// pages answers by URL and notes what was asked; bodies are counted until closed.
type pages struct {
	byURI  map[string]string
	asked  []string
	opened int
}

func (p *pages) RoundTrip(req *http.Request) (*http.Response, error) {
	p.asked = append(p.asked, req.URL.String())
	body, ok := p.byURI[req.URL.RequestURI()]
	if !ok {
		return answer(req, 404, `{}`), nil
	}
	resp := answer(req, 200, body)
	p.opened++
	resp.Body = &counted{resp.Body, &p.opened}
	return resp, nil
}

type counted struct {
	io.ReadCloser

	open *int
}

func (c *counted) Close() error { *c.open--; return c.ReadCloser.Close() }

func page(next string, ids ...string) string {
	items := make([]item, len(ids))
	for i, id := range ids {
		items[i].ID = id
	}
	body, _ := json.Marshal(map[string]any{"data": items, "paging": map[string]string{"next": next}})
	return string(body)
}

func collect(t *testing.T, c *services.Client) (ids string, err error) {
	t.Helper()
	for got, err := range services.All[item](t.Context(), c, "GET /v1/items", listRequest{Limit: 2}) {
		if err != nil {
			return ids, err
		}
		ids += got.ID
	}
	return ids, nil
}

// Promise S4: links may be absolute, relative, of another origin, with or
// without the base's path; what is fetched is always the client's own base.
func TestAllFollowsLinksBelowItsOwnBase(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, base, first, link, second string }{
		{"absolute", base, "/v1/items?limit=2", base + "/v1/items?offset=2", "/v1/items?offset=2"},
		{"its default port written out", base, "/v1/items?limit=2", base + ":443/v1/items?offset=2", "/v1/items?offset=2"},
		{"path and query", base, "/v1/items?limit=2", "/v1/items?offset=2", "/v1/items?offset=2"},
		{"query only", base, "/v1/items?limit=2", "?offset=2", "/v1/items?offset=2"},
		{"relative path", base, "/v1/items?limit=2", "items?offset=2", "/v1/items?offset=2"},
		{"another origin", base, "/v1/items?limit=2", "https://evil.example/v1/items?offset=2", "/v1/items?offset=2"},
		{"another scheme", base, "/v1/items?limit=2", "http://api.example.com/v1/items?offset=2", "/v1/items?offset=2"},
		{"without a scheme", base, "/v1/items?limit=2", "//evil.example/v1/items?offset=2", "/v1/items?offset=2"},
		{"with user and fragment", base, "/v1/items?limit=2", "https://u:p@evil.example/v1/items?offset=2#f", "/v1/items?offset=2"},
		{"the prefix kept", base + "/pre", "/pre/v1/items?limit=2", base + "/pre/v1/items?offset=2", "/pre/v1/items?offset=2"},
		{"the prefix added", base + "/pre", "/pre/v1/items?limit=2", "https://real.example/v1/items?offset=2", "/pre/v1/items?offset=2"},
		{"a prefix of a name is none", base + "/pre", "/pre/v1/items?limit=2", "/prefix/items?offset=2", "/pre/prefix/items?offset=2"},
		{"an escaped slash", base, "/v1/items?limit=2", "/v1/a%2Fb/items?offset=2", "/v1/a%2Fb/items?offset=2"},
	} {
		server := &pages{byURI: map[string]string{row.first: page(row.link, "a", "b"), row.second: page("", "c")}}
		ids, err := collect(t, openAt(t, row.base, server))
		require.NoError(t, err, row.name)
		assert.Equal(t, "abc", ids, row.name)
		assert.Equal(t, base+row.second, server.asked[1], row.name)
		assert.Zero(t, server.opened, "every body was closed")
	}
}

// Promise S4: a loop of pages ends, after its pages were given out once.
func TestPagesThatLeadBackEndWithAnError(t *testing.T) {
	t.Parallel()
	for name, byURI := range map[string]map[string]string{
		"to itself":    {"/v1/items?limit=2": page("?limit=2", "a")},
		"to the first": {"/v1/items?limit=2": page("?o=1", "a"), "/v1/items?o=1": page("/v1/items?limit=2", "b")},
		"in between":   {"/v1/items?limit=2": page("?o=1", "a"), "/v1/items?o=1": page("?o=2", "b"), "/v1/items?o=2": page("?o=1", "c")},
	} {
		server := &pages{byURI: byURI}
		ids, err := collect(t, open(t, server))
		require.ErrorIs(t, err, services.ErrResponse, name)
		require.ErrorContains(t, err, "read already")
		assert.NotEmpty(t, asError(t, err).TransactionID)
		assert.Len(t, server.asked, len(byURI), name)
		assert.Equal(t, "abc"[:len(byURI)], ids, name)
	}
}

// Promise S4: breaking off fetches nothing more and leaves no body open.
func TestBreakingOffAListLeaksNothing(t *testing.T) {
	t.Parallel()
	server := &pages{byURI: map[string]string{"/v1/items": page("?o=1", "a", "b"), "/v1/items?o=1": page("", "c")}}
	c := open(t, server)
	for _, err := range services.All[item](t.Context(), c, "GET /v1/items", nil) {
		require.NoError(t, err)
		break
	}
	for _, err := range services.Pages[[]item](t.Context(), c, "GET /v1/items", nil) {
		require.NoError(t, err)
		break
	}
	assert.Len(t, server.asked, 2)
	assert.Zero(t, server.opened)
}

func TestAnErrorOnALaterPageComesLast(t *testing.T) {
	t.Parallel()
	for _, next := range []string{"/gone", "%zz", "mailto:x", "/v1/../v2", "/v1/%2e%2e/v2", "javascript:alert(1)"} {
		ids, err := collect(t, open(t, &pages{byURI: map[string]string{"/v1/items?limit=2": page(next, "a")}}))
		require.Error(t, err, next)
		assert.Equal(t, "a", ids)
		if next == "/gone" {
			require.ErrorIs(t, err, services.ErrNotFound)
		} else {
			require.ErrorIs(t, err, services.ErrArgument, next)
		}
	}
	_, err := collect(t, open(t, always(500, "")))
	require.ErrorIs(t, err, services.ErrServer)
}

func TestTheContextEndsAList(t *testing.T) {
	t.Parallel()
	server := &pages{byURI: map[string]string{"/v1/items": page("?o=1", "a"), "/v1/items?o=1": page("", "b")}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range services.All[item](ctx, open(t, server), "GET /v1/items", nil) {
		last = err
		cancel()
	}
	require.ErrorIs(t, last, context.Canceled)
}

func TestEachPageIsACallOfItsOwn(t *testing.T) {
	t.Parallel()
	server := &pages{byURI: map[string]string{"/v1/items": page("?o=1", "a"), "/v1/items?o=1": page("", "b")}}
	ctx, outer := transport.Begin(transport.WithTransactionID(t.Context(), "t-1"))
	calls := map[*transport.Call]bool{outer: true}
	for got, err := range services.Pages[[]item](ctx, open(t, transport.Chain(server)), "GET /v1/items", nil) {
		require.NoError(t, err)
		calls[got.Meta.Call()] = true
		assert.Equal(t, 1, got.Meta.Attempts)
		assert.Equal(t, "t-1", got.Meta.TransactionID, "an id of the context is that of all its calls")
	}
	assert.Len(t, calls, 3)
	assert.Zero(t, outer.AttemptCount())
}

func TestAPageIsFollowedFromItsLinkByAnotherClient(t *testing.T) {
	t.Parallel()
	server := &pages{byURI: map[string]string{
		"/pre/v1/items":              page("https://vendor.example/v1/items?o=1&apiKey=k", "a"),
		"/pre/v1/items?o=1&apiKey=k": page("", "b"),
	}}
	first, err := services.Do[[]item](t.Context(), openAt(t, base+"/pre", server), "GET /v1/items", nil, services.ByMethod)
	require.NoError(t, err)
	link := first.Meta.Paging.Next
	assert.Equal(t, "/pre/v1/items?o=1&apiKey=k", string(link))
	assert.Equal(t, "/pre/v1/items?o=1&apiKey=***", link.String())
	second, err := services.Follow[[]item](t.Context(), openAt(t, base+"/pre", server), "GET /v1/items", link)
	require.NoError(t, err)
	assert.Equal(t, []item{{ID: "b"}}, second.Value)
	assert.Equal(t, "GET /v1/items", second.Meta.Route)

	_, err = services.Follow[[]item](t.Context(), open(t, server), "GET /v1/items", "")
	require.ErrorIs(t, err, services.ErrArgument)
	_, err = services.Follow[[]item](t.Context(), open(t, server), "POST /v1/items", link)
	require.ErrorIs(t, err, services.ErrArgument)
}

func TestALinkThatCannotBeParsedIsNotShown(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "***", services.Link("%zz?apiKey=k").String())
	assert.Empty(t, services.Link("").String())
}

// Promise S4: whatever a server writes as a link, no request leaves the origin
// and the base's path, or none is sent.
func FuzzPagingLink(f *testing.F) {
	for _, seed := range []string{
		"https://api.example.com/pre/x", "//evil/x", "/\\evil", "?a=b", "..", "/pre/..", "%2e%2e/x", "http:x", "https:///x",
		"\x00", "/pre", "#", "https://u:p@h/?q#f", "/%2f%2fevil",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, link string) {
		var asked []*url.URL
		c := openAt(t, base+"/pre", transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if _, err := overWire(&http.Request{Method: req.Method, URL: req.URL, Host: req.Host, Header: req.Header}); err != nil {
				return nil, err
			}
			asked = append(asked, req.URL)
			if len(asked) > 1 {
				return answer(req, 200, `{"data":[]}`), nil
			}
			return answer(req, 200, page(link, "a")), nil
		}))
		for _, err := range services.All[item](t.Context(), c, "GET /v1/items", nil) {
			if _, ok := errors.AsType[*services.Error](err); err != nil && !ok {
				t.Fatalf("%T is no *services.Error", err)
			}
		}
		require.LessOrEqual(t, len(asked), 2)
		for _, u := range asked {
			require.Equal(t, "https://api.example.com", fmt.Sprintf("%s://%s", u.Scheme, u.Host))
			require.True(t, u.EscapedPath() == "/pre" || strings.HasPrefix(u.EscapedPath(), "/pre/"), u.EscapedPath())
			require.NotContains(t, strings.Split(u.Path, "/"), "..")
			require.Nil(t, u.User)
		}
	})
}
