package services_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// bareVendor has all traits: its links mean their query, and a list may lack its frame.
type bareVendor struct{ vendor }

func (bareVendor) Traits() services.Traits {
	return services.Traits{QueryLinks: true, EmptySuccess: true}
}

func (bareVendor) Envelope(data any) services.Envelope { return &frame{envelope{Data: data}} }

type frame struct{ envelope }

func (*frame) Bare(body []byte) bool { return !strings.HasPrefix(string(body), "{") }

const tenant = "/tenants/42"

// openBare opens a client of bareVendor whose path below the base is asked for.
func openBare(t *testing.T, rt http.RoundTripper) *services.Client {
	t.Helper()
	return openAs(t, bareVendor{}, rt, services.WithPathBelow(func(context.Context) (string, error) { return tenant, nil }))
}

// queries answers lists by their query, below one path, and notes all requests.
type queries struct {
	byQuery map[string]string
	asked   []string
}

func (q *queries) RoundTrip(req *http.Request) (*http.Response, error) {
	q.asked = append(q.asked, req.URL.String())
	return answer(req, 200, q.byQuery[req.URL.RawQuery]), nil
}

// S4: only the query of a link is taken, whatever stands before it, and put on the path of the
// list. So no link leads to another host or to another operation.
func TestALinkStandsForItsQuery(t *testing.T) {
	t.Parallel()
	for _, link := range []string{
		"/v1/items?offset=2", "/items?offset=2", "?offset=2", "https://evil.example.com/v1/other?offset=2", "//evil.example.com?offset=2",
		"http://u:p@h/tenants/7/v1/items?offset=2#x", "../../x?offset=2", "javascript:x?offset=2",
	} {
		q := &queries{byQuery: map[string]string{"limit=2": page(link, "a", "b"), "offset=2&limit=2": page("", "c")}}
		in := struct {
			listRequest

			Group string `path:"group"`
		}{listRequest{2}, "a/b"}
		var got []string
		for item, err := range services.All[item](t.Context(), openBare(t, q), "GET /v1/{group}/items", in) {
			require.NoError(t, err, link)
			got = append(got, item.ID)
		}
		assert.Equal(t, []string{"a", "b", "c"}, got, link)
		assert.Equal(t, []string{base + tenant + "/v1/a%2Fb/items?limit=2", base + tenant + "/v1/a%2Fb/items?offset=2&limit=2"}, q.asked, link)
	}
}

// S4: a link that lacks what was asked for leads to the next page of the same list, not to that
// of a list of everything. What the link says counts, and other links are left as they came.
func TestALinkKeepsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	next := func(link string) string {
		return `{"data":[{"id":"a"}],"paging":{"next":"` + link + `","first":"` + link + `"}}`
	}
	for link, want := range map[string]string{
		"?token=t":                          "/v1/items?token=t&q%5B%5D=a%26b&q%5B%5D=c&limit=2",
		"/items?token=t&limit=5":            "/v1/items?token=t&limit=5&q%5B%5D=a%26b&q%5B%5D=c",
		"/v1/items?token=t&q[]=z&limit=5#x": "/v1/items?token=t&q[]=z&limit=5",
		"/v1/items?limit=":                  "/v1/items?limit=&q%5B%5D=a%26b&q%5B%5D=c",
		"/v1/items?%zz":                     "/v1/items?%zz&q%5B%5D=a%26b&q%5B%5D=c&limit=2",
		"/v1/items":                         "/v1/items",
		"/v1/items?":                        "/v1/items?",
	} {
		const asked = "/v1/items?q%5B%5D=a%26b&q%5B%5D=c&limit=2"
		got, err := services.Follow[[]item](t.Context(), openBare(t, always(200, next(link))), "GET /v1/items", asked)
		require.NoError(t, err)
		assert.Equal(t, want, string(got.Meta.Paging.Next), link)
		assert.NotContains(t, string(got.Meta.Paging.First), "q%5B", link)
	}
}

// S4: a link that was stored is followed below the path of the client, and one without a query
// is refused.
func TestAStoredLinkIsFollowedBelowThePath(t *testing.T) {
	t.Parallel()
	q := &queries{byQuery: map[string]string{"": page("/v1/items?offset=2", "a"), "offset=2": page("/v1/items", "c")}}
	c := openBare(t, q)
	first, err := services.Do[[]item](t.Context(), c, "GET /v1/items", nil, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, "/v1/items?offset=2", string(first.Meta.Paging.Next), "without the path below the base")
	second, err := services.Follow[[]item](t.Context(), c, "GET /v1/items", first.Meta.Paging.Next)
	require.NoError(t, err)
	assert.Equal(t, base+tenant+"/v1/items?offset=2", q.asked[1])
	_, err = second.Next(t.Context())
	require.ErrorIs(t, err, services.ErrArgument)
	require.ErrorContains(t, err, "paging link has no query")
}

// S4: a link that leads back is an error, and a list whose pages stay empty ends.
func TestAListThatLeadsOnForEverEnds(t *testing.T) {
	t.Parallel()
	loop := &queries{byQuery: map[string]string{"": page("?offset=2", "a"), "offset=2": page("/v9?offset=2", "b")}}
	var last error
	n := 0
	for _, err := range services.All[item](t.Context(), openBare(t, loop), "GET /v1/items", nil) {
		n, last = n+1, err
	}
	require.ErrorIs(t, last, services.ErrResponse)
	require.ErrorContains(t, last, "paging link leads back to a page that was read already")
	assert.Equal(t, 3, n, "two items and the error")

	first := &queries{byQuery: map[string]string{"limit=2": page("https://h/x?limit=2", "a")}}
	for _, err := range services.All[item](t.Context(), openBare(t, first), "GET /v1/items", listRequest{2}) {
		last = err
	}
	require.ErrorIs(t, last, services.ErrResponse)
	assert.Len(t, first.asked, 1, "the link leads to the page that has it")

	asked := 0
	growing := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		asked++
		body := page("?offset="+strings.Repeat("1", asked), "a")
		switch {
		case asked > 9:
			body = page("")
		case asked > 1:
			body = page("?offset=" + strings.Repeat("1", asked))
		}
		return answer(req, 200, body), nil
	})
	for _, err := range services.All[item](t.Context(), openBare(t, growing), "GET /v1/items", nil) {
		require.NoError(t, err)
	}
	assert.Equal(t, 4, asked, "a page with an item and three without")
}

// A list that lacks its frame is read as a list, and Raw has it whole.
func TestABareListIsRead(t *testing.T) {
	t.Parallel()
	got, err := services.Do[[]item](t.Context(), openBare(t, always(200, `[{"id":"a"},{"id":7}]`)), "GET /v1/items", nil, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, []item{{ID: "a"}, {}}, got.Value)
	assert.Equal(t, []services.Mismatch{{Path: "[1].id", Got: "number"}}, got.Meta.Mismatches)
	assert.JSONEq(t, `[{"id":"a"},{"id":7}]`, string(got.Raw()))
	_, err = services.Do[[]item](t.Context(), openBare(t, always(200, `null`)), "GET /v1/items", nil, services.ByMethod)
	require.ErrorContains(t, err, "it has no data")
}

// A success without a body is one if nothing is expected.
func TestAnEmptySuccessIsATrait(t *testing.T) {
	t.Parallel()
	_, err := services.Do[services.None](t.Context(), openBare(t, always(200, "")), "DELETE /x", nil, services.ByMethod)
	require.NoError(t, err)
	_, err = services.Do[item](t.Context(), openBare(t, always(200, "")), "GET /x", nil, services.ByMethod)
	require.ErrorContains(t, err, "it is empty")
}

// DELETE may have a body.
func TestADeletionSendsItsBody(t *testing.T) {
	t.Parallel()
	var body string
	rt := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		buf := make([]byte, 64)
		n, _ := req.Body.Read(buf)
		body = string(buf[:n])
		return answer(req, 204, ""), nil
	})
	in := struct {
		Tags []string `json:"tags"`
	}{[]string{"a"}}
	_, err := services.Do[services.None](t.Context(), openBare(t, rt), "DELETE /v1/items", in, services.ByMethod)
	require.NoError(t, err)
	assert.JSONEq(t, `{"tags":["a"]}`, body)
}

// The path below the base is asked for after the arguments were accepted, and its error is that
// of the call, whose record it has not.
func TestAPathBelowTheBaseIsAskedFor(t *testing.T) {
	t.Parallel()
	failed := errors.New("no tenant")
	path, err := "", failed
	asked := 0
	c := openAs(t, vendor{}, always(200, `{"data":{}}`), services.WithPathBelow(func(ctx context.Context) (string, error) {
		asked++
		assert.Nil(t, transport.CallFrom(ctx))
		return path, err
	}))
	do := func(in any, route string) error {
		_, err := services.Do[item](t.Context(), c, route, in, services.ByMethod)
		return err
	}
	require.ErrorIs(t, do(ref{}, "GET /v1/{identifier}"), services.ErrArgument)
	assert.Zero(t, asked)
	got := do(nil, "GET /v1/items")
	require.EqualError(t, got, "services: GET /v1/items: no tenant")
	require.ErrorIs(t, got, failed)
	require.NotErrorIs(t, got, services.ErrArgument)
	err = nil
	for _, path = range []string{"", "x", "/x/", "/../x", "/a b", "/a%2Fb", "/x?y"} {
		require.ErrorContains(t, do(nil, "GET /v1/items"), "path below the base URL is invalid", "%q", path)
	}
	path = "/a/b"
	require.NoError(t, do(nil, "GET /v1/items"))
}

// A link of an ordinary vendor is followed below the path as well.
func TestAnOrdinaryLinkIsFollowedBelowThePath(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"/v1/items?offset=2", tenant + "/v1/items?offset=2", "https://public.example.com" + tenant + "/v1/items?offset=2"} {
		q := &queries{byQuery: map[string]string{"": page(link, "a"), "offset=2": page("", "c")}}
		c := openAs(t, vendor{}, q, services.WithPathBelow(func(context.Context) (string, error) { return tenant, nil }))
		for _, err := range services.All[item](t.Context(), c, "GET /v1/items", nil) {
			require.NoError(t, err)
		}
		assert.Equal(t, base+tenant+"/v1/items?offset=2", q.asked[1], link)
	}
}

// early is a status that may come before the request was processed.
type early struct {
	Done bool   `json:"done"`
	ID   string `json:"id"`
}

func (e early) Processed() bool  { return e.Done }
func (e early) EntityID() string { return e.ID }
func (early) Failure() error     { return nil }

// S4: a wait goes on while the status says that the request was not processed, and a status
// may be below another resource.
func TestAStatusMayComeEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked []string
		c := open(t, transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			asked = append(asked, req.URL.Path)
			if len(asked) < 3 {
				return answer(req, 200, `{"data":{"done":false}}`), nil
			}
			return answer(req, 200, `{"data":{"done":true,"id":"7"}}`), nil
		}))
		type pending struct{ *services.Pending[early, item] }
		tracker := services.NewTracker(c, "GET /v1/teams/{team}/requests/{requestId}",
			func(p *services.Pending[early, item]) *pending { return &pending{p} }, nil).
			WithStatusRequest(func(requestID string) any {
				return struct {
					Team      string `path:"team"`
					RequestID string `path:"requestId"`
				}{"t", requestID}
			})
		id, err := tracker.Resume("r").ID(t.Context(), poll.WithBaseDelay(time.Second))
		require.NoError(t, err)
		assert.Equal(t, "7", id)
		assert.Equal(t, []string{"/v1/teams/t/requests/r", "/v1/teams/t/requests/r", "/v1/teams/t/requests/r"}, asked)
	})
}
