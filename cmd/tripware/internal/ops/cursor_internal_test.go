package ops

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/wire"
)

// A list that names its next page by a cursor or by the number of a row is read to its end,
// and one whose pages lead in a circle ends with an error.
func TestListsWithCursors(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		domain, params string
		pages          map[string]string // by the query
		want           string
		fault          string
	}{
		"one page": {cli.StatusPages, "", map[string]string{"": `{"incidents": [1, 2]}`}, "1 2", ""},
		"an array": {cli.StatusPages, "", map[string]string{"": ` [1, 2]`}, "1 2", ""},
		"nothing":  {cli.StatusPages, "", map[string]string{"": ""}, "", ""},
		"first and after": {cli.StatusPages, "query:first:int query:after:string", map[string]string{
			"":          `{"pages": [1], "pageInfo": {"hasNextPage": true, "endCursor": "a b"}, "totalCount": 2}`,
			"after=a+b": `{"pages": [2], "pageInfo": {"hasNextPage": false, "endCursor": "c"}}`,
		}, "1 2", ""},
		"a cursor in a connection": {cli.StatusPages, "query:cursor:string query:limit:int", map[string]string{
			"":         `{"connection": {"nodes": [1], "pageInfo": {"hasNextPage": true, "endCursor": "c"}}}`,
			"cursor=c": `{"connection": {"nodes": [2], "pageInfo": {"hasNextPage": null, "endCursor": null}}}`,
		}, "1 2", ""},
		"the documents name no parameter": {cli.StatusPages, "", map[string]string{
			"":        `{"nodes": [1], "pageInfo": {"hasNextPage": true, "endCursor": "c"}}`,
			"after=c": `{"nodes": [2]}`,
		}, "1 2", ""},
		"the server ignores it": {cli.StatusPages, "", map[string]string{
			"":        `{"nodes": [1], "pageInfo": {"hasNextPage": true, "endCursor": "c"}}`,
			"after=c": `{"nodes": [1], "pageInfo": {"hasNextPage": true, "endCursor": "c"}}`,
		}, "1 1", `page "c" leads to itself`},
		"a start key": {cli.Incidents, "query:startKey:int", map[string]string{
			"":            `{"values": {"alertIds": [1]}, "startKey": 20}`,
			"startKey=20": `{"values": {"alertIds": [2]}, "startKey": 40}`,
			"startKey=40": `{"values": {"alertIds": []}, "startKey": 40}`,
		}, "1 2", ""},
		"a start key that is that of the request": {cli.Incidents, "query:startKey:int", map[string]string{
			"": `{"values": {"alertIds": [1]}, "startKey": 0}`,
		}, "1", ""},
		"not JSON": {cli.Incidents, "", map[string]string{"": "<p>"}, "", "is a web page"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := answer(func(req *http.Request) string {
				page, known := row.pages[req.URL.RawQuery]
				assert.True(t, known, "%s is not asked for", req.URL)
				return page
			})
			c, err := services.New(&http.Client{Transport: base}, "https://api.example.com", wire.Codec{})
			require.NoError(t, err)
			o := Operation{Method: "GET", Path: "/v1/things", Domain: row.domain, Kind: List, Params: params(row.params)}
			var got []string
			for item, err := range items(t.Context(), c, o, Request{}) {
				if err != nil {
					require.NotEmpty(t, row.fault, err)
					require.ErrorContains(t, err, row.fault)
					row.fault = ""
					break
				}
				got = append(got, string(item))
			}
			assert.Equal(t, row.want, strings.Join(got, " "))
			assert.Empty(t, row.fault)
		})
	}
}

// answer is a base whose responses have the body that it returns.
type answer func(*http.Request) string

func (a answer) RoundTrip(req *http.Request) (*http.Response, error) {
	body := a(req)
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}
