package opsgenietest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// The server side of S4.
func TestTheListIsPagedByAbsoluteLinks(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(clock.now))
	c := dial(t, s)
	for i := range 7 {
		c.done("POST", "/v2/alerts", fmt.Sprintf(`{"message":"m%d","priority":"P%d","description":"d"}`, i, i%2+1))
		clock.move(time.Second)
	}
	var all []string
	var last *reply
	for next := s.URL + "/v2/alerts?limit=2&query=priority%3A+P1"; next != ""; next = last.body.Paging["next"] {
		path, ok := strings.CutPrefix(next, s.URL)
		require.True(t, ok, next)
		var rows []opsgenietest.Alert
		last = c.get(path, &rows)
		for _, a := range rows {
			all = append(all, a.Message)
			assert.Empty(t, a.Description, "lists show less")
		}
		assert.Equal(t, last.body.Paging["next"], last.header.Get("X-Paging-Next"))
		assert.Equal(t, s.URL+"/v2/alerts?query=priority%3A+P1&limit=2&sort=createdAt&order=desc&offset=0", last.body.Paging["first"])
		assert.True(t, strings.HasSuffix(last.body.Paging["last"], "&offset=2"))
	}
	assert.Equal(t, []string{"m6", "m4", "m2", "m0"}, all)
	assert.True(t, strings.HasSuffix(last.body.Paging["prev"], "&offset=0"))

	empty := c.get("/v2/alerts?offset=50", &all)
	assert.Equal(t, "[]", string(empty.body.Data))
	assert.Empty(t, empty.body.Paging["next"])
	var count struct{ Count int }
	c.get("/v2/alerts/count?query=priority:P2", &count)
	assert.Equal(t, 3, count.Count)
}

func TestPagesEndAtTheBorder(t *testing.T) {
	t.Parallel()
	c := dial(t, opsgenietest.New(t))
	var rows []opsgenietest.Alert
	c.get("/v2/alerts?offset=19900&limit=100", &rows)
	beyond := c.do("GET", "/v2/alerts?offset=19901&limit=100", "")
	assert.Equal(t, 422, beyond.status)
	assert.Equal(t, "Sum of offset and limit must not exceed 20000.", beyond.body.Errors["offset"])
}

func TestLinksMayNameAnotherOrigin(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithLinkBase("https://elsewhere.example/"))
	r := dial(t, s).get("/v2/alerts", new([]opsgenietest.Alert))
	assert.Equal(t, "https://elsewhere.example/v2/alerts?limit=20&sort=createdAt&order=desc&offset=0", r.body.Paging["first"])
}

func TestTheListIsSortedByEveryFieldThatTheAPINames(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(clock.now))
	c := dial(t, s)
	// b is created later, and has the greater value of everything.
	for _, name := range []string{"a", "b"} {
		c.done("POST", "/v2/alerts", fmt.Sprintf(`{"message":%[1]q,"alias":%[1]q,"source":%[1]q}`, name))
		clock.move(time.Second)
	}
	at := "/v2/alerts/b"
	c.done("POST", "/v2/alerts", `{"message":"b","alias":"b"}`)
	c.done("POST", at+"/acknowledge?identifierType=alias", `{"user":"z"}`)
	c.done("POST", at+"/snooze?identifierType=alias", `{"endTime":"2030-01-01T00:00:00Z"}`)
	for field := range strings.FieldsSeq("createdAt updatedAt tinyId alias message acknowledged isSeen snoozed snoozedUntil count " +
		"lastOccurredAt source owner report.ackTime report.acknowledgedBy") {
		assert.Equal(t, "ab", sorted(c, field, "asc"), field)
		assert.Equal(t, "ba", sorted(c, field, "desc"), field)
	}
	c.done("POST", "/v2/alerts/a/close?identifierType=alias", `{"user":"z"}`) // now a has the greater value
	for _, field := range []string{"report.closeTime", "report.closedBy"} {
		assert.Equal(t, "ba", sorted(c, field, "asc"), field)
	}
	for _, field := range []string{"status", "integration.name", "integration.type"} {
		assert.Len(t, sorted(c, field, "asc"), 2)
	}
	assert.Equal(t, "ab", sorted(c, "status", "asc"), "closed before open")
}

func sorted(c *client, field, order string) (out string) {
	var rows []opsgenietest.Alert
	c.get("/v2/alerts?sort="+field+"&order="+order, &rows)
	for _, a := range rows {
		out += a.Alias
	}
	return out
}

func TestQueriesFindWhatTheySay(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(newClock().now))
	c := dial(t, s)
	c.done("POST", "/v2/alerts", `{"message":"Disk full","alias":"a","priority":"P1","tags":["db","prod"],"entity":"build 07","details":{"k":"v"}}`)
	c.done("POST", "/v2/alerts", `{"message":"Disk slow","alias":"b","priority":"P2","tags":["db"],"source":"cron"}`)
	c.done("POST", "/v2/alerts", `{"message":"CPU hot","alias":"c/d","priority":"P1"}`)
	c.done("POST", "/v2/alerts", `{"message":"CPU hot","alias":"c/d"}`)
	c.done("POST", "/v2/alerts/b/close?identifierType=alias", "")
	for query, want := range map[string]string{
		"":                                       "a b c/d",
		"status: open":                           "a c/d",
		"status:open AND priority: P1":           "a c/d",
		"status:open and tag:db":                 "a",
		"tag: db OR alias: c/d":                  "a b c/d",
		"NOT tag: db":                            "c/d",
		"tag: db AND NOT (status: closed)":       "a",
		"priority: P2 OR tag: prod AND alias: x": "b",
		"(priority: P2 OR tag: prod) alias: a":   "a",
		`entity: "build 07"`:                     "a",
		"message: disk":                          "a b",
		"disk full":                              "a",
		"count > 1":                              "c/d",
		"count >= 1 AND tinyId < 2":              "a",
		"createdAt <= 1779787800120":             "a b c/d",
		"createdAt < 1779787800120":              "",
		"details.key: k AND details.value: v":    "a",
		"source = cron":                          "b",
		"acknowledged: false AND snoozed: false AND isSeen: true": "",
	} {
		var rows []opsgenietest.Alert
		c.get("/v2/alerts?order=asc&query="+url.QueryEscape(query), &rows)
		var got []string
		for _, a := range rows {
			got = append(got, a.Alias)
		}
		assert.Equal(t, want, strings.Join(got, " "), query)
	}
}
