package jsmtest_test

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/jsm/jsmtest"
)

func TestCredentialsAreChecked(t *testing.T) {
	t.Parallel()
	const readAlerts, writeAlerts, readConfig = "read:ops-alert:jira-service-management", "write:ops-alert:jira-service-management", "read:ops-config:jira-service-management"
	s := jsmtest.New(t, jsmtest.WithBearer("all"), jsmtest.WithBearer("reader", readAlerts, readConfig), jsmtest.WithBearer("writer", readAlerts, writeAlerts))
	c := dial(t, s)
	good, id := basic(s.Email, s.Token), alerts+"/x"
	const scope, wrong, key = "Unauthorized; scope does not match", "Unauthorized", "Could not authenticate"
	compass := "/compass/cloud/" + s.CloudID + "/ops"
	team := teams + "/" + s.AddTeam("Storage")
	for _, row := range []struct {
		prefix, credential, method, path string
		status                           int
		message                          string
	}{
		{direct, good, "GET", alerts, 200, ""},
		{compass, good, "GET", alerts, 200, ""},
		{gateway, good, "GET", alerts, 401, scope},
		{gateway, "Bearer all", "GET", alerts, 200, ""},
		{direct, "Bearer all", "DELETE", id, 202, ""},
		{direct, "Bearer reader", "GET", alerts, 200, ""},
		{direct, "Bearer reader", "GET", schedules, 200, ""},
		{direct, "Bearer reader", "POST", id + "/close", 401, scope},
		{direct, "Bearer reader", "GET", team + "/heartbeats/ping?name=a", 401, scope},
		{direct, "Bearer reader", "POST", team + "/enable-ops", 200, ""},
		{direct, "Bearer writer", "POST", id + "/close", 202, ""},
		{direct, "Bearer writer", "DELETE", id, 401, scope},
		{direct, "Bearer writer", "GET", schedules, 401, scope},
		{direct, "Bearer all", "GET", id + "/attachments", 401, scope},
		{direct, "Bearer other", "GET", alerts, 401, wrong},
		{direct, basic(s.Email, "other"), "GET", alerts, 401, wrong},
		{direct, "", "GET", alerts, 401, wrong},
		{direct, "GenieKey " + s.Key, "GET", alerts, 401, wrong},
		{eventsPrefix, "GenieKey other", "POST", "/v2/alerts/x/close", 401, key},
		{eventsPrefix, good, "POST", "/v2/alerts/x/close", 401, key},
		{direct, good, "POST", "/v2/alerts/x/close", 404, "No such resource;"},
		{eventsPrefix, "GenieKey " + s.Key, "GET", alerts, 404, "No such resource"},
		{strings.Replace(direct, "0001", "0002", 1), good, "GET", alerts, 404, "No such resource;"},
		{direct, good, "GET", "/v1/policies", 404, "No such resource;"},
		{direct, good, "PUT", alerts, 405, "Method not allowed;"},
	} {
		r := c.with(row.prefix, row.credential).do(row.method, row.path, "")
		assert.Equal(t, row.status, r.status, "%v: %s", row, r.raw)
		if row.message != "" {
			assert.Equal(t, row.message, r.errors(t), "%v", row)
		}
		assert.NotEmpty(t, r.header.Get("Atl-Traceid"))
	}
	assert.JSONEq(t, `{"code":401,"message":"Unauthorized; scope does not match"}`, c.with(gateway, good).do("GET", alerts, "").raw)
	for _, r := range s.Requests() {
		assert.NotContains(t, r.Header.Get("Authorization"), "fake")
	}
}

func TestTheCloudIDIsToldToAnybody(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t)
	r := dial(t, s).with("", "").do("GET", "/_edge/tenant_info", "")
	assert.Equal(t, http.StatusOK, r.status)
	assert.JSONEq(t, `{"cloudId":"`+s.CloudID+`"}`, r.raw)
	assert.Equal(t, "http://"+s.Site, s.URL)
}

func TestA429HasTheHeadersOfThePlatform(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := jsmtest.New(t, jsmtest.WithClock(clock.now))
	c := dial(t, s)
	s.Throttle(jsmtest.DomainAlert, 1)
	clock.move(time.Minute)
	assert.Equal(t, 200, c.do("GET", schedules, "").status, "of another domain")
	r := c.do("GET", alerts, "")
	assert.Equal(t, 429, r.status)
	assert.Equal(t, "Rate limit exceeded;", r.errors(t))
	told := func(h http.Header) (all []string) {
		for _, name := range []string{"Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit-Reason", "X-RateLimit-NearLimit", "X-Failure-Category"} {
			all = append(all, h.Get(name))
		}
		return all
	}
	assert.Equal(t, []string{"1", "100", "0", "2026-11-23T09:31:02Z", "jira-burst-based", "", ""}, told(r.header), "as of the moment of the response")
	assert.Equal(t, 200, c.do("GET", alerts, "").status)

	limited := jsmtest.New(t, jsmtest.WithClock(clock.now), jsmtest.WithRateLimit(jsmtest.DomainConfig, 0.1, 6), jsmtest.WithVariants(jsmtest.BareThrottling))
	c = dial(t, limited)
	assert.Equal(t, []string{"", "6", "5", "", "", "", ""}, told(c.do("GET", schedules, "").header))
	for range 4 {
		c.do("GET", schedules, "")
	}
	r = c.do("GET", schedules+"/none", "")
	assert.Equal(t, 404, r.status)
	assert.Equal(t, []string{"", "6", "0", "", "", "true", ""}, told(r.header))
	r = c.do("GET", schedules, "")
	assert.Equal(t, 429, r.status)
	assert.Equal(t, []string{"", "6", "0", "2026-11-23T09:31:11Z", "", "", "FAILURE_CLIENT_RATE_LIMIT"}, told(r.header))
	clock.move(10 * time.Second)
	assert.Equal(t, 200, c.do("GET", schedules, "").status)
}

func TestFaultsHappenInTheGivenOrder(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t, jsmtest.WithProcessingPolls(0))
	c := dial(t, s)
	const create = "POST " + alerts
	lost := s.Inject(jsmtest.Fault{Kind: jsmtest.Reset, Route: create, AfterApplying: true})
	cut := s.Inject(jsmtest.Fault{Kind: jsmtest.Truncate, Route: "GET " + alerts})
	page := s.Inject(jsmtest.Fault{Kind: jsmtest.Status, Status: 503, Body: "<html>", Header: http.Header{"Retry-After": {"7"}}, Domain: jsmtest.DomainConfig})
	_, err := c.try("POST", alerts, `{"message":"m"}`)
	require.Error(t, err)
	assert.Len(t, s.Alerts(), 1, "the alert was created")
	_, err = c.try("GET", alerts, "")
	require.ErrorContains(t, err, "unexpected EOF")
	r := c.do("GET", schedules, "")
	assert.Equal(t, "503 7 text/html <html>", strings.Join([]string{strconv.Itoa(r.status), r.header.Get("Retry-After"), r.header.Get("Content-Type"), r.raw}, " "))
	for _, each := range []*jsmtest.Injected{lost, cut, page} {
		assert.Equal(t, 1, each.Struck())
	}
	seen := s.Requests()
	assert.Equal(t, create+" reset", seen[0].Route+" "+seen[0].Fault)
	assert.Equal(t, 3, s.Received())

	wrong := s.Inject(jsmtest.Fault{Route: "GET /v2/alerts/count"})
	assert.Contains(t, c.do("GET", alerts, "").errors(t), "unknown route")
	wrong.Stop()
	assert.Equal(t, 200, c.do("GET", alerts, "").status)
}

func TestServersWithOneSeedAreTheSame(t *testing.T) {
	t.Parallel()
	told := func(seed uint64) string {
		s := jsmtest.New(t, jsmtest.WithSeed(seed), jsmtest.WithClock(newClock().now), jsmtest.WithFaultRate(0.3))
		c := dial(t, s)
		var all []string
		for range 20 {
			if r, err := c.try("POST", alerts, `{"message":"m"}`); err == nil {
				all = append(all, r.raw)
			}
		}
		s.Settle()
		for _, a := range s.Alerts() {
			all = append(all, a.ID)
		}
		return strings.Join(all, "\n")
	}
	first, second := told(3), told(3)
	assert.Equal(t, first, second)
	assert.NotEqual(t, first, told(4))
}

func TestAWriteWaitsForTheClock(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := jsmtest.New(t, jsmtest.WithClock(clock.now), jsmtest.WithProcessingDelay(time.Second))
	c := dial(t, s)
	var accepted struct{ RequestID string }
	c.must(200, "POST", alerts, `{"message":"m"}`, &accepted)
	for range 5 {
		assert.Equal(t, 404, c.do("GET", alerts+"/requests/"+accepted.RequestID, "").status)
	}
	clock.move(time.Second)
	assert.Equal(t, 200, c.do("GET", alerts+"/requests/"+accepted.RequestID, "").status)
}

func TestInvalidOptionsAreAllNamed(t *testing.T) {
	t.Parallel()
	_, err := jsmtest.Start(
		jsmtest.WithBearer(""), jsmtest.WithPlan("Free"), jsmtest.WithVariants(99), jsmtest.WithClock(nil), jsmtest.WithProcessingPolls(1),
		jsmtest.WithProcessingDelay(time.Second), jsmtest.WithRateLimit("search", 0, 0), jsmtest.WithFaultRate(2), jsmtest.WithRequestLog(-1),
		jsmtest.WithMaxBody(0), nil,
	)
	for _, part := range []string{
		"bearer: ", `unknown plan "Free"`, "unknown variant 99", "clock: ", "cannot be combined", `unknown domain "search"`, "never let a request pass",
		"fault rate: 2", "request log: -1", "max body: 0",
	} {
		require.ErrorContains(t, err, part)
	}
	for line := range strings.Lines(err.Error()) {
		assert.True(t, strings.HasPrefix(line, "jsmtest: "), line)
	}
}

func TestALongBodyIsRefused(t *testing.T) {
	t.Parallel()
	c := dial(t, jsmtest.New(t, jsmtest.WithMaxBody(20)))
	assert.Equal(t, 413, c.do("POST", alerts, `{"message":"this is too long"}`).status)
}

// Each operation of the areas that the package comment names has a route, which takes an
// OAuth token with the scopes that the document names, and no fewer.
func TestServesTheOperationsOfItsAreas(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("../testdata/operations.tsv")
	require.NoError(t, err)
	areas := strings.Fields("Alerts Heartbeats Schedules ScheduleRotations ScheduleOverrides ScheduleTimelines OnCalls Escalations Teams TeamRoles RoutingRules IntegrationEvents")
	var opts []jsmtest.Option
	var rows [][]string
	token := func(scopes []string) string { return strings.Join(scopes, "+") }
	for line := range strings.Lines(string(table)) {
		if cells := strings.Split(line, "\t"); slices.Contains(areas, cells[0]) {
			rows = append(rows, cells)
			scopes := strings.Fields(cells[5])
			opts = append(opts, jsmtest.WithBearer(token(scopes), scopes...), jsmtest.WithBearer(token(scopes[:len(scopes)-1])+"!", append(scopes[:len(scopes)-1:len(scopes)-1], "none")...))
		}
	}
	assert.Len(t, rows, 78)
	s := jsmtest.New(t, opts...)
	c := dial(t, s)
	wildcard := regexp.MustCompile(`\{\w+\}`)
	for _, cells := range rows {
		of, scopes := c, strings.Fields(cells[5])
		switch {
		case cells[0] == "IntegrationEvents":
			of = c.with(eventsPrefix, "GenieKey "+s.Key)
		case cells[5] != "-":
			of = c.with(direct, "Bearer "+token(scopes))
		}
		path := wildcard.ReplaceAllString(cells[3], "nothing")
		r := of.do(cells[2], path, "")
		assert.NotContains(t, []int{401, 405}, r.status, cells)
		assert.NotContains(t, r.raw, "No such resource", cells)
		if cells[5] != "-" {
			fewer := c.with(direct, "Bearer "+token(scopes[:len(scopes)-1])+"!")
			assert.Equal(t, "Unauthorized; scope does not match", fewer.do(cells[2], path, "").errors(t), cells)
		}
	}
}
