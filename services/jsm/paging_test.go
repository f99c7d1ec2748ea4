package jsm_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/alert"
)

// A3, S4: whatever form a paging link has, the next page is that of the same operation on the
// host of the API, and no request goes anywhere else.
func TestACredentialNeverFollowsALink(t *testing.T) {
	t.Parallel()
	const list = "GET https://api.atlassian.com" + direct + "/v1/alerts"
	for _, link := range []string{
		"/v1/alerts?offset=1", "/alerts?offset=1", "https://api.atlassian.com" + direct + "/v1/alerts?offset=1",
		"https://evil.example.com/v1/alerts?offset=1", "http://api.atlassian.com/v1/roles?offset=1",
	} {
		s := &server{replies: map[string][]reply{
			tenantInfo: {found(0)}, list + "?size=100": {ok(`{"values":[{"id":"a"}],"links":{"next":"` + link + `"}}`)},
			list + "?offset=1&size=100": {ok(`{"values":[{"id":"b"}],"links":{"next":""}}`)},
		}}
		all, err := apitest.Collect(above(t, s, jsm.Site(site), basic()).Alerts.All(t.Context(), alert.ListRequest{}))
		require.NoError(t, err, link)
		assert.Len(t, all, 2, link)
		assert.False(t, slices.ContainsFunc(s.seen, func(r seen) bool {
			return r.authorization != "" && !strings.HasPrefix(r.url, "https://api.atlassian.com/")
		}), link)
	}
}

// Lists by token go on by the query of their link, which may come without the version.
func TestAListByTokenIsPaged(t *testing.T) {
	t.Parallel()
	const list = "GET https://api.atlassian.com" + direct + "/v1/logs"
	s := &server{replies: map[string][]reply{
		list:                                 {ok(`{"values":[{"id":"a"}],"links":{"next":"/logs?pageToken=t%3D1&limit=1000"}}`)},
		list + "?pageToken=t%3D1&limit=1000": {ok(`{"values":[{"id":"b"}],"links":{"next":null}}`)},
	}}
	type entry struct {
		ID string `json:"id"`
	}
	all, err := apitest.Collect(services.All[entry](t.Context(), above(t, s, jsm.CloudID(cloudID), basic()).Core(), "GET /v1/logs", nil))
	require.NoError(t, err)
	assert.Equal(t, []entry{{"a"}, {"b"}}, all)
}
