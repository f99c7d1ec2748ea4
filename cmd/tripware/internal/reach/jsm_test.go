package reach_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/ops"
	"github.com/tripware/tripware/services/jsm/jsmtest"
)

// Each operation of JSM Operations is reached by its name in one of the scripts, and none in
// two.
func TestEveryOperationOfJSMIsInAScript(t *testing.T) {
	t.Parallel()
	times := map[string]string{}
	for _, name := range []string{"testdata/jsm.txt", "testdata/jsm_scripted.txt", "testdata/jsm_more.txt"} {
		for _, l := range read(t, name, ops.JSM()) {
			other, known := times[l.op.String()]
			assert.True(t, !known || other == name, "%s is in two scripts", l.op)
			times[l.op.String()] = name
		}
	}
	for _, o := range ops.JSM() {
		assert.Contains(t, times, o.String())
	}
	assert.Len(t, times, 267)
}

// The simulation accepts what is sent.
func TestTheSimulationOfJSMIsReached(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t, jsmtest.WithProcessingPolls(0))
	kept := map[string]string{"team": s.AddTeam("Storage", "712020:ada"), "plain": s.AddPlatformTeam("Network")}
	env := map[string]string{
		cli.EnvURL: s.URL, cli.EnvCloudID: s.CloudID, cli.EnvEmail: s.Email, cli.EnvToken: s.Token,
		cli.EnvEventsURL: s.EventsURL, cli.EnvIntegrationKey: s.Key,
	}
	for _, l := range read(t, "testdata/jsm.txt", ops.JSM()) {
		before := s.Received()
		l.fill(kept)
		printed := l.run(t, "jsm", env)
		sent := s.Requests()[before:]
		assert.NotEmpty(t, sent, "line %d", l.number)
		if l.op.Kind != ops.List { // whose pages are one request each
			assert.Len(t, sent, 1, "line %d", l.number)
		}
		for _, r := range sent {
			assert.True(t, strings.HasSuffix(unnamed(r.Route), unnamed(l.op.Path)), "line %d: %s", l.number, r.Route)
			assert.Equal(t, l.op.Method, r.Method, "line %d", l.number)
			assert.Less(t, r.Status, 300, "line %d", l.number)
		}
		l.save(t, printed, kept)
	}
}

// What the simulation does not serve is sent as the script says, and printed as the fixture.
func TestWhatTheSimulationOfJSMDoesNotServeIsReached(t *testing.T) {
	t.Parallel()
	var server scripted
	listening := httptest.NewServer(&server)
	t.Cleanup(listening.Close)
	env := map[string]string{cli.EnvURL: listening.URL, cli.EnvCloudID: cloud, cli.EnvEmail: "ada@example.com", cli.EnvToken: "t0ken"}
	for _, l := range append(read(t, "testdata/jsm_scripted.txt", ops.JSM()), read(t, "testdata/jsm_more.txt", ops.JSM())...) {
		want := parse(t, l)
		server.expect(want)
		printed := l.run(t, "jsm", env)
		assert.Empty(t, server.faults(), "line %d", l.number)
		switch {
		case want.fixture == "":
		case want.printed != "":
			assert.JSONEq(t, want.printed, printed, "line %d", l.number)
		case l.op.Kind == ops.List:
			assert.JSONEq(t, want.first(t), printed, "line %d", l.number)
		default:
			assert.JSONEq(t, want.fixture, printed, "line %d", l.number)
		}
	}
}

// Another prefix can be given for the operations whose path is not certain.
func TestThePrefixOfStatusPages(t *testing.T) {
	t.Parallel()
	var server scripted
	listening := httptest.NewServer(&server)
	t.Cleanup(listening.Close)
	env := map[string]string{cli.EnvURL: listening.URL, cli.EnvCloudID: cloud, cli.EnvEmail: "ada@example.com", cli.EnvToken: "t0ken"}
	var l line
	l.op = ops.Operation{Service: "Subscribers", Name: "GetTotal"}
	l.args = []string{"--prefix", "/jsm/ops/api/{cloudId}"}
	server.expect(exchange{method: "GET", path: "/jsm/ops/api/" + cloud + "/subscribers/total_in_cloud", status: 200, fixture: `{"totalCount":1}`})
	l.run(t, "jsm", env)
	assert.Empty(t, server.faults())

	// The profile has one for everything else, such as the gateway for OAuth tokens.
	env[cli.EnvPrefix] = "/ex/jira/{cloudId}/jsm/ops/api"
	l.op, l.args = ops.Operation{Service: "Teams", Name: "List"}, nil
	server.expect(exchange{method: "GET", path: "/ex/jira/" + cloud + "/jsm/ops/api/v1/teams", status: 200, fixture: `{"platformTeams":[]}`})
	l.run(t, "jsm", env)
	assert.Empty(t, server.faults())
}

const cloud = "c10ad000-0000-4000-8000-000000000001"

// An exchange is a request that must arrive, and the response to it.
type exchange struct {
	method  string
	path    string // escaped, with the prefix
	query   url.Values
	body    string
	status  int
	fixture string // the body of the response
	printed string // what is printed, if the script says so
}

// parse reads the indented lines below a call.
func parse(t *testing.T, l line) exchange {
	t.Helper()
	require.GreaterOrEqual(t, len(l.rest), 2, "line %d", l.number)
	var x exchange
	method, target, _ := strings.Cut(l.rest[0], " ")
	path, query, _ := strings.Cut(target, "?")
	values, err := url.ParseQuery(query)
	require.NoError(t, err)
	prefix := map[string]string{
		"ops": "/jsm/ops/api/" + cloud, "services": "/jsm/api/" + cloud,
		cli.Incidents: "/jsm/incidents/cloudId/" + cloud, cli.StatusPages: "/jsm/ops/stakeholder-comms/cloudId/" + cloud + "/api",
	}[l.op.Domain]
	require.NotEmpty(t, prefix, l.op.Domain)
	x.method, x.path, x.query = method, prefix+path, values
	rest := l.rest[1:]
	if printed, ok := strings.CutPrefix(rest[len(rest)-1], "= "); ok {
		x.printed, rest = printed, rest[:len(rest)-1]
	}
	if len(rest) > 1 {
		x.body = rest[0]
	}
	status, response, _ := strings.Cut(rest[len(rest)-1], " ")
	x.status, err = strconv.Atoi(status)
	require.NoError(t, err)
	x.fixture = body(t, response)
	return x
}

// body returns the body of a response from what a script says: JSON, the file of a fixture, or
// in brackets that of the only row of a list.
func body(t *testing.T, response string) string {
	t.Helper()
	folder := "../../../../services/jsm/"
	switch name := strings.Trim(response, "[]"); {
	case response == "", json.Valid([]byte(response)):
		return response
	case strings.HasPrefix(name, "testdata/"):
		folder = ""
		fallthrough
	default:
		text, err := os.ReadFile(folder + name)
		require.NoError(t, err)
		if name != response {
			return `{"values":[` + string(text) + `],"links":{}}`
		}
		return string(text)
	}
}

// first returns a list of the first row of the fixture.
func (x exchange) first(t *testing.T) string {
	t.Helper()
	var page struct{ Values []json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(x.fixture), &page))
	require.NotEmpty(t, page.Values)
	return "[" + string(page.Values[0]) + "]"
}

// A scripted server expects one request after the other.
type scripted struct {
	mu    sync.Mutex
	next  []exchange
	wrong []string
}

func (s *scripted) expect(x exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = append(s.next, x)
}

// faults returns what was wrong since the last call, including what did not arrive.
func (s *scripted) faults() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	wrong := s.wrong
	for _, x := range s.next {
		wrong = append(wrong, x.method+" "+x.path+" did not arrive")
	}
	s.next, s.wrong = nil, nil
	return wrong
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil || len(s.next) == 0 {
		s.wrong = append(s.wrong, fmt.Sprintf("unexpected: %s %s %v", r.Method, r.URL, err))
		w.WriteHeader(http.StatusTeapot)
		return
	}
	x := s.next[0]
	s.next = s.next[1:]
	s.differs("method", x.method, r.Method)
	s.differs("path", x.path, r.URL.EscapedPath())
	s.differs("query", x.query.Encode(), r.URL.Query().Encode())
	s.differs("body", canonical(x.body), canonical(string(body)))
	user, password, _ := r.BasicAuth()
	s.differs("credential", "ada@example.com t0ken", user+" "+password)
	if x.body != "" {
		s.differs("content type", "application/json", strings.Split(r.Header.Get("Content-Type"), ";")[0])
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(x.status)
	_, _ = io.WriteString(w, x.fixture)
}

func (s *scripted) differs(what, want, got string) {
	if want != got {
		s.wrong = append(s.wrong, fmt.Sprintf("%s: want %s, got %s", what, want, got))
	}
}

// canonical returns JSON with its members in order, and other texts as they are.
func canonical(text string) string {
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return text
	}
	sorted, err := json.Marshal(value)
	if err != nil {
		return text
	}
	return string(sorted)
}
