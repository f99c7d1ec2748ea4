package opsgenietest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func TestStartNamesEveryInvalidOption(t *testing.T) {
	t.Parallel()
	s, err := opsgenietest.Start(
		opsgenietest.WithKey("a b"),
		opsgenietest.WithReadOnlyKey(""),
		opsgenietest.WithPlan("Gold"),
		opsgenietest.WithPathPrefix("jsm"),
		opsgenietest.WithLinkBase("api.example.com"),
		opsgenietest.WithClock(nil),
		opsgenietest.WithProcessingPolls(-1),
		opsgenietest.WithProcessingDelay(-time.Second),
		opsgenietest.WithRateLimit("nobody", 0, 0),
		opsgenietest.WithFaultRate(2),
		opsgenietest.WithRequestLog(-1),
		opsgenietest.WithMaxBody(0),
		nil,
	)
	require.Error(t, err)
	require.Nil(t, s)
	for _, part := range []string{
		"opsgenietest: key: must", "read-only key:", `unknown plan "Gold"`, `path prefix: "jsm"`, "link base:", "clock: the function is nil", "polls: -1",
		"delay: -1s", `unknown domain "nobody"`, "never let a request pass", "fault rate: 2", "request log: -1", "max body: 0",
	} {
		assert.ErrorContains(t, err, part)
	}
	_, err = opsgenietest.Start(opsgenietest.WithProcessingPolls(1), opsgenietest.WithProcessingDelay(time.Second))
	assert.ErrorContains(t, err, "cannot be combined")
}

// recorder is a test that only notes how it fails.
type recorder struct{ failed string }

func (*recorder) Helper()                          {}
func (*recorder) Cleanup(func())                   {}
func (r *recorder) Fatalf(format string, a ...any) { r.failed = fmt.Sprintf(format, a...) }

func TestNewFailsTheTestOnAnInvalidOption(t *testing.T) {
	t.Parallel()
	var r recorder
	assert.Nil(t, opsgenietest.New(&r, opsgenietest.WithKey("")))
	assert.Contains(t, r.failed, "opsgenietest: key: must")
}

func TestCloseMayBeCalledAgainAndLeavesTheStateReadable(t *testing.T) {
	t.Parallel()
	s, err := opsgenietest.Start(opsgenietest.WithProcessingPolls(0))
	require.NoError(t, err)
	c := dial(t, s)
	c.do("POST", "/v2/alerts", `{"message":"m"}`)
	s.Close()
	s.Close()
	assert.Len(t, s.Alerts(), 1)
	_, err = c.try("GET", "/v2/account", "")
	assert.Error(t, err)
}

func TestRefusesWhatIsNoCallOfTheAPI(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithReadOnlyKey("reader"), opsgenietest.WithMaxBody(100))
	c := dial(t, s)
	rows := []struct {
		name, method, path, key, contentType, accept, body string
		status, code                                       int
		field                                              string
	}{
		{name: "another key", method: "GET", path: "/v2/account", key: "GenieKey other", status: 401},
		{name: "another scheme", method: "GET", path: "/v2/account", key: "Bearer " + s.Key, status: 401},
		{name: "the scheme in lower case", method: "GET", path: "/v2/account", key: "geniekey " + s.Key, status: 200},
		{name: "reading with a read-only key", method: "GET", path: "/v2/account", key: "GenieKey reader", status: 200},
		{name: "writing with a read-only key", method: "POST", path: "/v2/alerts", key: "GenieKey reader", body: `{"message":"m"}`, status: 403, code: 40301},
		{name: "ping with a read-only key", method: "PUT", path: "/v2/heartbeats/x/ping", key: "GenieKey reader", status: 202},
		{name: "unknown path", method: "GET", path: "/v2/nothing", status: 404},
		{name: "path of another version", method: "GET", path: "/v1/alerts", status: 404},
		{name: "empty segment", method: "POST", path: "/v2/alerts//close", status: 404},
		{name: "slash at the end", method: "GET", path: "/v2/account/", status: 404},
		{name: "wrong method", method: "PUT", path: "/v2/account", status: 405},
		{name: "incidents take no POST", method: "POST", path: "/v1/incidents", body: `{"message":"m"}`, status: 405},
		{name: "accepts only XML", method: "GET", path: "/v2/account", accept: "application/xml", status: 406},
		{name: "form", method: "POST", path: "/v2/alerts", contentType: "application/x-www-form-urlencoded", body: "message=m", status: 415},
		{name: "no content type", method: "POST", path: "/v2/alerts", contentType: "-", body: `{"message":"m"}`, status: 415},
		{name: "charset", method: "POST", path: "/v2/alerts", contentType: "application/json; charset=utf-8", body: `{"message":"m"}`, status: 202},
		{name: "cut off", method: "POST", path: "/v2/alerts", body: `{"message":`, status: 400},
		{name: "no body", method: "POST", path: "/v2/alerts", status: 400},
		{name: "no body where it is optional", method: "POST", path: "/v2/alerts/x/close", status: 202},
		{name: "array", method: "POST", path: "/v2/alerts", body: `[]`, status: 422, field: "body"},
		{name: "wrong type", method: "POST", path: "/v2/alerts", body: `{"message":1}`, status: 422, field: "message"},
		{name: "too long", method: "POST", path: "/v2/alerts", body: `{"message":"` + strings.Repeat("m", 200) + `"}`, status: 413},
		{name: "identifier type", method: "GET", path: "/v2/alerts/x?identifierType=name", status: 422, field: "identifierType"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), row.method, s.URL+row.path, strings.NewReader(row.body))
			require.NoError(t, err)
			req.Header.Set("Authorization", row.key)
			if row.contentType != "-" && row.body != "" {
				req.Header.Set("Content-Type", "application/json")
			}
			if len(row.contentType) > 1 {
				req.Header.Set("Content-Type", row.contentType)
			}
			if row.accept != "" {
				req.Header.Set("Accept", row.accept)
			}
			r, err := c.send(req)
			require.NoError(t, err)
			require.Equal(t, row.status, r.status, "%s", r.raw)
			assert.Equal(t, row.code, r.body.Code)
			assert.Equal(t, row.status >= 400, r.body.Message != "")
			if row.field != "" {
				assert.NotEmpty(t, r.body.Errors[row.field], "%v", r.body.Errors)
			}
		})
	}
}

func TestEveryAnswerCarriesTheEnvelopeAndItsHeaders(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	seen := map[string]bool{}
	for _, path := range []string{"/v2/account", "/v2/alerts", "/v2/alerts/nope", "/nowhere"} {
		r := c.do("GET", path, "")
		assert.Equal(t, "application/json", r.header.Get("Content-Type"))
		assert.Equal(t, r.body.RequestID, r.header.Get("X-Request-Id"))
		assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, r.body.RequestID)
		assert.NotEmpty(t, r.header.Get("X-Response-Time"))
		assert.Equal(t, "OK", r.header.Get("X-RateLimit-State"))
		assert.NotNil(t, r.body.Took)
		assert.False(t, seen[r.body.RequestID], "request ids are unique")
		seen[r.body.RequestID] = true
	}
	assert.Equal(t, "GET", c.do("PUT", "/v2/account", "").header.Get("Allow"))
}

func TestThePlanDecidesOnIncidents(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithPlan("Essentials"))
	c := dial(t, s)
	var account opsgenietest.Account
	c.get("/v2/account", &account)
	assert.Equal(t, "Essentials", account.Plan.Name)
	assert.Equal(t, s.Account(), account)
	assert.Equal(t, http.StatusPaymentRequired, c.do("GET", "/v1/incidents", "").status)
	assert.Equal(t, http.StatusOK, c.do("GET", "/v2/alerts", "").status)
}

func TestServesTheAPIBelowAPathPrefix(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithPathPrefix("/jsm/ops/integration"), opsgenietest.WithKey("secret"))
	require.True(t, strings.HasSuffix(s.URL, "/jsm/ops/integration"))
	c := dial(t, s)
	c.done("POST", "/v2/alerts", `{"message":"m","alias":"a"}`)
	r := c.get("/v2/alerts?limit=1", new([]opsgenietest.Alert))
	assert.True(t, strings.HasPrefix(r.body.Paging["first"], s.URL+"/v2/alerts?limit=1&"), r.body.Paging["first"])

	c.url = strings.TrimSuffix(s.URL, "/jsm/ops/integration")
	assert.Equal(t, http.StatusNotFound, c.do("GET", "/v2/alerts", "").status)
	assert.Equal(t, http.StatusNotFound, c.do("GET", "/jsm/ops/integrationv2/alerts", "").status)
}

// The identifiers of S1: they must arrive as they were sent.
func TestIdentifiersArriveAsSent(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	for escaped, alias := range map[string]string{
		"a%2Fb":             "a/b",
		"a%2F%2Fb":          "a//b",
		"%2F":               "/",
		"%252F":             "%2F",
		"a%3Fb%3Dc":         "a?b=c",
		"a%23b":             "a#b",
		"a%20b%20":          "a b ",
		"a+b":               "a+b",
		"%F0%9F%94%A5":      "🔥",
		"%2E%2E":            "..",
		"..%2F..%2Faccount": "../../account",
		"a:b@c;d,e=f&g":     "a:b@c;d,e=f&g",
		"notes":             "notes",
	} {
		t.Run(alias, func(t *testing.T) {
			c := dial(t, s)
			c.done("POST", "/v2/alerts", fmt.Sprintf(`{"message":"m","alias":%q}`, alias))
			var got opsgenietest.Alert
			c.get("/v2/alerts/"+escaped+"?identifierType=alias", &got)
			assert.Equal(t, alias, got.Alias)
			c.done("POST", "/v2/alerts/"+escaped+"/close?identifierType=alias", "")
			kept, ok := s.Alert(alias)
			require.True(t, ok)
			assert.Equal(t, "closed", kept.Status)
		})
	}
	last := s.Requests()[len(s.Requests())-1]
	assert.Equal(t, "GET /v2/alerts/requests/{requestId}", last.Route)
	r := c.do("GET", "/v2/alerts/a%2F%2Fb/notes?identifierType=alias", "")
	assert.Equal(t, http.StatusOK, r.status)
	last = s.Requests()[len(s.Requests())-1]
	assert.Equal(t, "/v2/alerts/a%2F%2Fb/notes", last.Path, "the path is kept as it arrived")
}

func TestRequestsAreKeptWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithKey("canary-key"), opsgenietest.WithRequestLog(2))
	c := dial(t, s)
	c.do("GET", "/v2/account", "")
	c.do("POST", "/v2/alerts?apiKey=canary-query&x=y", `{"message":"m"}`)
	c.do("GET", "/nowhere", "")

	log := s.Requests()
	require.Len(t, log, 2, "only the last two are kept")
	assert.Equal(t, 3, s.Received())
	post := log[0]
	assert.Equal(t, "POST /v2/alerts", post.Route)
	assert.Equal(t, opsgenietest.DomainAlert, post.Domain)
	assert.Equal(t, "GenieKey ***", post.Header.Get("Authorization"))
	assert.Equal(t, "***", post.Query.Get("apiKey"))
	assert.Equal(t, "y", post.Query.Get("x"))
	assert.JSONEq(t, `{"message":"m"}`, string(post.Body))
	assert.Equal(t, len(post.Body), post.BodyBytes)
	assert.Equal(t, http.StatusAccepted, post.Status)
	assert.Empty(t, log[1].Route)
	assert.Equal(t, http.StatusNotFound, log[1].Status)
	assert.NotContains(t, fmt.Sprint(log), "canary")

	log[0].Header.Set("Authorization", "changed")
	log[0].Body[0] = 'x'
	assert.Equal(t, "GenieKey ***", s.Requests()[0].Header.Get("Authorization"), "what is returned is a copy")
	assert.Equal(t, byte('{'), s.Requests()[0].Body[0])
}

func TestTheLogMayBeOff(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithRequestLog(0))
	dial(t, s).do("GET", "/v2/account", "")
	assert.Empty(t, s.Requests())
	assert.Equal(t, 1, s.Received())
}

func TestManyClientsAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	const clients, each = 16, 20
	s := opsgenietest.New(t)
	c := dial(t, s)
	errs := make(chan error, clients)
	for i := range clients {
		go func() {
			var err error
			for j := range each {
				if _, e := c.try("POST", "/v2/alerts", fmt.Sprintf(`{"message":"m","alias":"%d-%d"}`, i, j)); e != nil {
					err = e
				}
				if _, e := c.try("GET", "/v2/alerts?limit=3", ""); e != nil {
					err = e
				}
				_, _, _ = s.Alerts(), s.Requests(), s.Received()
			}
			errs <- err
		}()
	}
	for range clients {
		assert.NoError(t, <-errs)
	}
	s.Settle()
	assert.Len(t, s.Alerts(), clients*each)
	assert.Equal(t, 2*clients*each, s.Received())
	tiny := map[string]bool{}
	for _, a := range s.Alerts() {
		tiny[a.TinyID] = true
	}
	assert.Len(t, tiny, clients*each)
}
