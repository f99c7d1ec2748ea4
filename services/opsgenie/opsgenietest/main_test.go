package opsgenietest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A client is a plain HTTP client of one server, with connections of its own.
type client struct {
	t    testing.TB
	url  string
	key  string
	http *http.Client
}

func dial(tb testing.TB, s *opsgenietest.Server) *client {
	tb.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	tb.Cleanup(transport.CloseIdleConnections)
	return &client{t: tb, url: s.URL, key: s.Key, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// A reply is a response of the server, read and decoded.
type reply struct {
	status int
	header http.Header
	raw    []byte
	body   struct {
		Message   string            `json:"message"`
		Code      int               `json:"code"`
		Errors    map[string]string `json:"errors"`
		Result    string            `json:"result"`
		Data      json.RawMessage   `json:"data"`
		Paging    map[string]string `json:"paging"`
		Took      *float64          `json:"took"`
		RequestID string            `json:"requestId"`
	}
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
	if req.Header.Get("Authorization") == "" {
		req.Header.Set("Authorization", "GenieKey "+c.key)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	r := &reply{status: resp.StatusCode, header: resp.Header}
	r.raw, err = io.ReadAll(resp.Body)
	if err == nil && strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		err = json.Unmarshal(r.raw, &r.body)
	}
	return r, err
}

// do sends a request that must get a response.
func (c *client) do(method, path, body string) *reply {
	c.t.Helper()
	r, err := c.try(method, path, body)
	require.NoError(c.t, err)
	return r
}

// get reads data that must be there.
func (c *client) get(path string, into any) *reply {
	c.t.Helper()
	r := c.do("GET", path, "")
	require.Equal(c.t, http.StatusOK, r.status, "%s: %s", path, r.raw)
	require.NoError(c.t, json.Unmarshal(r.body.Data, into))
	return r
}

// An outcome is what became of an asynchronous request.
type outcome struct {
	IsSuccess, Success         bool
	Action, Status             string
	ProcessedAt                time.Time
	IntegrationID              string
	AlertID, Alias, IncidentID string
}

// await sends an asynchronous write and asks for its status until it is known.
func (c *client) await(method, path, body string) outcome {
	c.t.Helper()
	r := c.do(method, path, body)
	require.Equal(c.t, http.StatusAccepted, r.status, "%s %s: %s", method, path, r.raw)
	require.Equal(c.t, "Request will be processed", r.body.Result)
	family := "/v2/alerts"
	if strings.HasPrefix(path, "/v1/incidents") {
		family = "/v1/incidents"
	}
	for range 10 {
		status := c.do("GET", family+"/requests/"+r.body.RequestID, "")
		if status.status == http.StatusOK {
			var out outcome
			require.NoError(c.t, json.NewDecoder(bytes.NewReader(status.body.Data)).Decode(&out))
			require.Equal(c.t, out.IsSuccess, out.Success)
			return out
		}
		require.Equal(c.t, "RequestNotProcessed", status.header.Get("X-Opsgenie-Errortype"))
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

// made creates a resource and returns its id, which for some is a name or an alias.
func (c *client) made(path, body string) string {
	c.t.Helper()
	r := c.do("POST", path, body)
	require.Equal(c.t, http.StatusCreated, r.status, "%s: %s", path, r.raw)
	var data struct{ ID, PostmortemID, Alias, Name string }
	require.NoError(c.t, json.Unmarshal(r.body.Data, &data))
	for _, id := range []string{data.ID, data.PostmortemID, data.Alias, data.Name} {
		if id != "" {
			return id
		}
	}
	c.t.Fatalf("%s: nothing to find it by: %s", path, r.raw)
	return ""
}

// at returns the URL of a resource in a list, whose query it keeps.
func at(list, id string) string {
	path, query, found := strings.Cut(list, "?")
	if found {
		query = "?" + query
	}
	return path + "/" + id + query
}

const (
	teams, users, schedules, escalations = "/v2/teams", "/v2/users", "/v2/schedules", "/v2/escalations"

	someUser     = `{"username":"ada@example.com","fullName":"Ada","role":{"name":"User"}}`
	someSchedule = `{"name":"Nights"}`
)

// A clock stands still until it is moved.
type clock struct{ moved chan time.Time }

func newClock() *clock {
	c := &clock{moved: make(chan time.Time, 1)}
	c.moved <- time.Date(2026, 5, 26, 9, 30, 0, 120_000_000, time.UTC)
	return c
}

func (c *clock) now() time.Time {
	t := <-c.moved
	c.moved <- t
	return t
}

func (c *clock) move(d time.Duration) { c.moved <- (<-c.moved).Add(d) }
