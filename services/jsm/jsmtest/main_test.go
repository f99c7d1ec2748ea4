package jsmtest_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/services/jsm/jsmtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	alerts, schedules, teams = "/v1/alerts", "/v1/schedules", "/v1/teams"

	direct       = "/jsm/ops/api/0c10d1d0-0000-4000-8000-000000000001"
	gateway      = "/ex/jira/0c10d1d0-0000-4000-8000-000000000001/jsm/ops/api"
	eventsPrefix = "/jsm/ops/integration"
)

// A client is a plain HTTP client of one server, with connections of its own.
type client struct {
	t          testing.TB
	url        string // with the prefix
	credential string // of the header Authorization
	http       *http.Client
}

func basic(email, token string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(email+":"+token))
}

func dial(tb testing.TB, s *jsmtest.Server) *client {
	tb.Helper()
	transport := &http.Transport{}
	tb.Cleanup(transport.CloseIdleConnections)
	return &client{t: tb, url: s.URL + direct, credential: basic(s.Email, s.Token), http: &http.Client{Transport: transport}}
}

// with returns a client with another prefix and credential.
func (c *client) with(prefix, credential string) *client {
	other := *c
	other.url, other.credential = strings.TrimSuffix(c.url, direct)+prefix, credential
	return &other
}

// A reply is a response of the server, read.
type reply struct {
	status int
	header http.Header
	raw    string
}

// errors returns the titles of the errors in a body, or its message.
func (r *reply) errors(tb testing.TB) string {
	tb.Helper()
	var body struct {
		Errors  []struct{ Title string }
		Message string
	}
	require.NoError(tb, json.Unmarshal([]byte(r.raw), &body), r.raw)
	for _, each := range body.Errors {
		body.Message += each.Title + ";"
	}
	return body.Message
}

// try sends a request, whose body is JSON text or empty, and returns the error of
// sending it or of reading the response.
func (c *client) try(method, path, body string) (*reply, error) {
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	require.NoError(c.t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return c.send(req)
}

func (c *client) send(req *http.Request) (*reply, error) {
	if c.credential != "" {
		req.Header.Set("Authorization", c.credential)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return &reply{status: resp.StatusCode, header: resp.Header, raw: string(raw)}, err
}

// do sends a request that must get a response.
func (c *client) do(method, path, body string) *reply {
	c.t.Helper()
	r, err := c.try(method, path, body)
	require.NoError(c.t, err)
	return r
}

// must sends a request that must get a response with a status, and decodes it.
func (c *client) must(status int, method, path, body string, into any) *reply {
	c.t.Helper()
	r := c.do(method, path, body)
	require.Equal(c.t, status, r.status, "%s %s: %s", method, path, r.raw)
	if into != nil {
		require.NoError(c.t, json.Unmarshal([]byte(r.raw), into), r.raw)
	}
	return r
}

// made creates a resource and returns its id, which for some is an alias.
func (c *client) made(path, body string) string {
	c.t.Helper()
	var data struct{ ID, Alias string }
	c.must(http.StatusCreated, "POST", path, body, &data)
	if data.ID == "" {
		data.ID = data.Alias
	}
	require.NotEmpty(c.t, data.ID)
	return data.ID
}

// An outcome is what became of an asynchronous request.
type outcome struct {
	IsSuccess             bool
	Action, Status        string
	ProcessedAt           time.Time
	IntegrationID         string
	AlertID, Alias, Extra string
}

// await sends an asynchronous write and asks for its status until it is known.
func (c *client) await(method, path, body string) outcome {
	c.t.Helper()
	r := c.do(method, path, body)
	want := http.StatusAccepted
	if method+path == "POST"+alerts {
		want = http.StatusOK
	}
	require.Equal(c.t, want, r.status, "%s %s: %s", method, path, r.raw)
	var accepted struct {
		Result, RequestID, ID string
		Took                  *float64
	}
	require.NoError(c.t, json.Unmarshal([]byte(r.raw), &accepted))
	require.Equal(c.t, "Request will be processed", accepted.Result)
	require.NotNil(c.t, accepted.Took)
	require.Empty(c.t, accepted.ID)
	for range 10 {
		status := c.do("GET", alerts+"/requests/"+accepted.RequestID, "")
		if status.status == http.StatusOK {
			var out outcome
			require.NoError(c.t, json.Unmarshal([]byte(status.raw), &out))
			return out
		}
		require.Equal(c.t, http.StatusNotFound, status.status)
		require.Equal(c.t, "Request not found;", status.errors(c.t))
	}
	c.t.Fatal("the request was never processed")
	return outcome{}
}

// done is await for a write that must succeed.
func (c *client) done(method, path, body string) outcome {
	c.t.Helper()
	out := c.await(method, path, body)
	require.True(c.t, out.IsSuccess, "%s %s: %s", method, path, out.Status)
	return out
}

// A clock stands still until it is moved.
type clock struct{ moved chan time.Time }

func newClock() *clock {
	c := &clock{moved: make(chan time.Time, 1)}
	c.moved <- time.Date(2026, 11, 23, 9, 30, 0, 120_000_000, time.UTC) // a Monday
	return c
}

func (c *clock) now() time.Time {
	t := <-c.moved
	c.moved <- t
	return t
}

func (c *clock) move(d time.Duration) { c.moved <- (<-c.moved).Add(d) }
