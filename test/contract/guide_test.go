package contract_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/transport"
)

// A guide leads requests to what is there: where a route has a wildcard, it puts
// the id that the simulator gave when the thing was created.
type guide struct {
	t     *testing.T
	sim   *opsgenietest.Server
	next  *witness
	known map[string]string // ids, by the route before the wildcard
}

func (g *guide) RoundTrip(req *http.Request) (*http.Response, error) {
	route, _ := transport.Lookup[transport.Route](req.Context())
	method, pattern, _ := strings.Cut(string(route), " ")
	led := req.Clone(req.Context())
	led.URL = g.lead(req.URL, pattern)
	resp, err := g.next.RoundTrip(led)
	if err == nil && resp.StatusCode < 300 && method == http.MethodPost {
		g.learn(pattern, resp.Header.Get("X-Request-Id"))
	}
	return resp, err
}

// seed makes known what is not created by a request: a search for users, which is
// saved by hand, and a file of logs.
func (g *guide) seed() {
	search, err := g.sim.SaveUserSearch("Night", "role: admin", "ada@example.com")
	require.NoError(g.t, err)
	data, err := g.sim.Peek("/v2/logs/list/2020-01-01-00-00-00")
	require.NoError(g.t, err)
	var files []struct{ Filename string }
	require.NoError(g.t, json.Unmarshal(data, &files))
	require.NotEmpty(g.t, files)
	g.known["/v2/users/saved-searches"], g.known["/v2/logs/download"] = search, files[0].Filename
}

// lead returns a URL with the ids that are known in it, and without what asks for
// things that are not there: the place behind an item, the answer to a query.
func (g *guide) lead(u *url.URL, pattern string) *url.URL {
	parts, led := strings.Split(pattern, "/"), false
	arrived := strings.Split(u.EscapedPath(), "/")
	for i, part := range parts {
		_, ending, wild := strings.Cut(part, "}")
		if id := g.known[collectionOf(strings.Join(parts[:i], "/"))]; wild && id != "" {
			arrived[i], led = url.PathEscape(id)+ending, true
		}
	}
	out, query := *u, u.Query()
	out.RawPath = strings.Join(arrived, "/")
	out.Path, _ = url.PathUnescape(out.RawPath)
	for name := range query {
		switch {
		case led && strings.HasSuffix(strings.ToLower(name), "identifiertype"),
			led && name == "type" && strings.HasPrefix(pattern, "/v2/deployments/"), // the default is the id
			name == "offset", name == "query",
			name == "searchIdentifierType":
			query.Del(name)
		case name == "searchIdentifier":
			query.Set(name, g.known["/v2/alerts/saved-searches"])
		}
	}
	out.RawQuery = query.Encode()
	return &out
}

// collectionOf returns where the things were created that a route calls by id.
func collectionOf(path string) string {
	switch path {
	case "/v2/incident-timelines":
		return "/v1/incidents"
	case "/v2/schedules/on-calls":
		return "/v2/users"
	default:
		return path
	}
}

// learn keeps the id in an answer, or that of the request if it is worked on.
func (g *guide) learn(pattern, requestID string) {
	var told struct {
		Data struct{ ID, Alias, Name, AlertID, IncidentID, DeploymentID json.RawMessage }
	}
	var sent struct{ User struct{ ID, Username string } }
	at := strings.TrimSuffix(pattern, "/create")
	if strings.HasSuffix(at, "/members") { // the answer is the team, and who was added stands in the request
		require.NoError(g.t, json.Unmarshal(g.next.sent, &sent))
		g.known[at] = cmp.Or(sent.User.ID, sent.User.Username)
		return
	}
	if g.next.code == http.StatusAccepted {
		data, err := g.sim.Peek(at + "/requests/" + requestID)
		if err != nil {
			return // an action, a ping
		}
		g.known[at+"/requests"] = requestID
		require.NoError(g.t, json.Unmarshal(data, &told.Data))
	} else if json.Unmarshal(g.next.got, &told) != nil {
		return
	}
	d := told.Data
	for _, id := range []json.RawMessage{d.AlertID, d.IncidentID, d.DeploymentID, d.ID, d.Alias, d.Name} {
		if text := strings.Trim(string(id), `"`); text != "" && text != "null" {
			g.known[at] = text
			return
		}
	}
}
