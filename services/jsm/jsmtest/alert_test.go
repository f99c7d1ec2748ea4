package jsmtest_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/jsm/jsmtest"
)

// The response to a creation comes before there is an alert: reads see it only once it has been
// processed, and so does the status of the request.
func TestAnAlertIsCreatedLater(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := jsmtest.New(t, jsmtest.WithClock(clock.now))
	c := dial(t, s)
	var accepted struct{ RequestID string }
	c.must(200, "POST", alerts, `{"message":"Disk full","alias":"disk/07","priority":"P1","tags":["a","a"],"note":"n",
		"responders":[{"id":"t","type":"team"}],"extraProperties":{"region":"eu"},"entity":"host"}`, &accepted)
	assert.Equal(t, 404, c.do("GET", alerts+"/alias?alias=disk/07", "").status)
	status := alerts + "/requests/" + accepted.RequestID
	assert.Equal(t, 404, c.do("GET", status, "").status)
	assert.Equal(t, 404, c.do("GET", status, "").status)
	var out outcome
	c.must(200, "GET", status, "", &out)
	a, ok := s.Alert("disk/07")
	require.True(t, ok)
	at := clock.now()
	assert.Equal(t, outcome{
		IsSuccess: true, Action: "Create", Status: "Created alert", ProcessedAt: at, IntegrationID: out.IntegrationID, AlertID: a.ID, Alias: "disk/07",
	}, out)
	assert.Equal(t, fmt.Sprint(at.UnixMilli()), a.ID[37:])

	r := c.do("GET", alerts+"/"+a.ID, "")
	assert.JSONEq(t, `{"id":"`+a.ID+`","tinyId":"1","alias":"disk/07","message":"Disk full","description":"","status":"open","acknowledged":false,
		"snoozed":false,"seen":false,"count":1,"createdAt":"2026-11-23T09:30:00.120Z","updatedAt":"2026-11-23T09:30:00.120Z",
		"lastOccuredAt":"2026-11-23T09:30:00.120Z","entity":"host","source":"Ada","owner":"","priority":"P1",
		"responders":[{"id":"t","type":"team"}],"actions":[],"tags":["a"],"extraProperties":{"region":"eu"},
		"integrationType":"API","integrationName":"API"}`, r.raw)
	assert.Equal(t, r.raw, c.do("GET", alerts+"/alias?alias=disk%2F07", "").raw)
	for _, other := range []string{"1", "disk%2F07"} {
		assert.Equal(t, 404, c.do("GET", alerts+"/"+other, "").status, "only the id finds an alert")
	}
	peeked, err := s.Peek(alerts + "/" + a.ID)
	require.NoError(t, err)
	assert.Equal(t, r.raw, string(peeked))
	assert.Equal(t, "n", s.Alerts()[0].Notes[0].Note)
}

func TestAnAliasCountsOnlyWhileItsAlertIsOpen(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := jsmtest.New(t, jsmtest.WithClock(clock.now), jsmtest.WithProcessingPolls(0), jsmtest.WithVariants(jsmtest.OtherNames))
	c := dial(t, s)
	first := c.done("POST", alerts, `{"message":"m","alias":"a"}`)
	clock.move(time.Minute)
	again := c.done("POST", alerts, `{"message":"m","alias":"a"}`)
	assert.Equal(t, first.AlertID, again.AlertID)
	assert.Contains(t, c.do("GET", alerts+"/"+first.AlertID, "").raw, `"lastOccurredAt":"2026-11-23T09:31:00.120Z"`)
	assert.Equal(t, 2, s.Alerts()[0].Count)
	c.done("POST", alerts+"/"+first.AlertID+"/close", "")
	next := c.done("POST", alerts, `{"message":"m","alias":"a"}`)
	assert.NotEqual(t, first.AlertID, next.AlertID)
	latest, _ := s.Alert("a")
	assert.Equal(t, next.AlertID, latest.ID)
	c.done("DELETE", alerts+"/"+next.AlertID, "")
	latest, _ = s.Alert("a")
	assert.Equal(t, first.AlertID, latest.ID, "the alias falls back to the latest that is left")
}

func TestActionsChangeAnAlert(t *testing.T) {
	t.Parallel()
	type alert = jsmtest.Alert
	rows := map[string]struct {
		method, path, body string
		as                 func(*alert) any
		want               any
	}{
		"acknowledge": {"POST", "/acknowledge", `{"user":"dropped","note":"dropped"}`, func(a *alert) any {
			return fmt.Sprintf("%t/%t %s %t %d", a.Acknowledged, a.Seen, a.Owner, a.AckTime.IsZero(), len(a.Notes))
		}, "true/true Ada false 0"},
		"acknowledge without a body": {"POST", "/acknowledge", "", func(a *alert) any { return a.Acknowledged }, true},
		"close":                      {"POST", "/close", "", func(a *alert) any { return fmt.Sprintf("%s %t", a.Status, a.CloseTime.IsZero()) }, "closed false"},
		"assign":                     {"POST", "/assign", `{"accountId":"712020:1"}`, func(a *alert) any { return a.Owner }, "712020:1"},
		"snooze":                     {"POST", "/snooze", `{"endTime":"2026-11-24T00:00:00Z"}`, func(a *alert) any { return a.SnoozedUntil.Format(time.DateOnly) }, "2026-11-24"},
		"action":                     {"POST", "/action", `{"actionName":"Restart"}`, func(a *alert) any { return a.Logs[1].Log }, "Alert given to an action"},
		"escalate":                   {"POST", "/escalate", `{"escalationId":"e"}`, func(a *alert) any { return a.Logs[1].Log + " by " + a.Logs[1].Owner }, "Alert escalated by Ada"},
		"responder": {"POST", "/responders", `{"id":"s","type":"schedule"}`, func(a *alert) any { return a.Responders },
			[]jsmtest.Party{{ID: "s", Type: "schedule"}}},
		"tags":              {"POST", "/tags", `{"tags":["c","a"]}`, func(a *alert) any { return a.Tags }, []string{"a", "b", "c"}},
		"untag, by a body":  {"DELETE", "/tags", `{"tags":["a"]}`, func(a *alert) any { return a.Tags }, []string{"b"}},
		"properties":        {"POST", "/extra-properties", `{"extraProperties":{"k":"w","l":"m"}}`, func(a *alert) any { return a.ExtraProperties }, map[string]string{"k": "w", "l": "m"}},
		"remove properties": {"DELETE", "/extra-properties", `{"keys":["k"]}`, func(a *alert) any { return a.ExtraProperties }, map[string]string{}},
		"priority":          {"PATCH", "/priority", `{"priority":"P5"}`, func(a *alert) any { return a.Priority }, "P5"},
		"message":           {"PATCH", "/message", `{"message":"new"}`, func(a *alert) any { return a.Message }, "new"},
		"description":       {"PATCH", "/description", `{"description":"new"}`, func(a *alert) any { return a.Description }, "new"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := jsmtest.New(t, jsmtest.WithClock(newClock().now))
			c := dial(t, s)
			id := c.done("POST", alerts, `{"message":"m","tags":["a","b"],"extraProperties":{"k":"v"}}`).AlertID
			out := c.done(row.method, alerts+"/"+id+row.path, row.body)
			assert.Equal(t, id, out.AlertID)
			assert.Equal(t, row.want, row.as(&s.Alerts()[0]))
		})
	}
}

// An invalid request is refused at once, and what an alert cannot do fails in the
// status of the request.
func TestActionsAreRefusedOrFail(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t, jsmtest.WithPlan("Standard"), jsmtest.WithProcessingPolls(0))
	c := dial(t, s)
	id := c.done("POST", alerts, `{"message":"m"}`).AlertID
	for path, body := range map[string]string{
		"/assign": `{}`, "/snooze": `{"endTime":"later"}`, "/tags": `{"tags":[]}`, "/extra-properties": `{"extraProperties":{"a":1}}`,
		"/responders": `{"id":"a","type":"noone"}`, "/notes": `{"note":""}`, "/escalate": `{"escalationId":7}`,
	} {
		r := c.do("POST", alerts+"/"+id+path, body)
		assert.Equal(t, 422, r.status, "%s: %s", path, r.raw)
		assert.NotEmpty(t, r.errors(t))
	}
	assert.Equal(t, 400, c.do("POST", alerts, `{`).status)
	for _, body := range []string{
		`{}`, `{"message":"` + strings.Repeat("x", 131) + `"}`, `{"message":"m","priority":"P6"}`,
		`{"message":"m","responders":[{"type":"team","name":"Storage"}]}`, `{"message":"m","visibleTo":[{"type":"schedule","id":"s"}]}`,
		`{"message":"m","extraProperties":{"k":"` + strings.Repeat("x", 8000) + `"}}`,
	} {
		assert.Equal(t, 422, c.do("POST", alerts, body).status, body)
	}

	none := alerts + "/" + strings.Repeat("0", 36)
	assert.Equal(t, outcome{Action: "Close", Status: "Alert does not exist"}, plain(c.await("POST", none+"/close", "")))
	for path, body := range map[string]string{"/assign": `{"accountId":"a"}`, "/snooze": `{"endTime":"2030-01-01T00:00:00Z"}`, "/action": `{"actionName":"a"}`} {
		out := c.await("POST", alerts+"/"+id+path, body)
		assert.Equal(t, "Your account plan does not support this action "+id, out.Status+" "+out.AlertID)
		assert.False(t, out.IsSuccess)
	}
	c.done("POST", alerts+"/"+id+"/close", "")
	assert.Equal(t, "Alert is already closed", c.await("POST", alerts+"/"+id+"/acknowledge", "").Status)
	assert.True(t, c.await("POST", alerts+"/"+id+"/close", "").IsSuccess)
	assert.Equal(t, 403, c.do("GET", alerts+"/"+id+"/attachments", "").status)
	assert.Equal(t, 402, c.do("GET", teams+"/t/heartbeats", "").status)
	assert.Equal(t, 404, c.do("GET", alerts+"/requests/none", "").status)
}

// plain returns an outcome without what differs each time.
func plain(o outcome) outcome {
	o.ProcessedAt, o.IntegrationID = time.Time{}, ""
	return o
}

// A rows is a page of a list.
type rows struct {
	Values []struct{ ID, Message, Note, Log, Owner, AttachmentName, Name string }
	Count  int
	Links  struct{ Next string }
}

func TestAListOfAlertsIsPagedAndSearched(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := jsmtest.New(t, jsmtest.WithClock(clock.now), jsmtest.WithProcessingPolls(0))
	c := dial(t, s)
	for i := range 5 {
		c.done("POST", alerts, fmt.Sprintf(`{"message":"m%d","priority":"P%d","tags":["t%d"]}`, i, 5-i, i%2))
		clock.move(time.Second)
	}
	messages := func(path string) (all []string) {
		for path != "" {
			var page rows
			c.must(200, "GET", path, "", &page)
			assert.Len(t, page.Values, page.Count)
			for _, each := range page.Values {
				all = append(all, each.Message)
			}
			path = page.Links.Next
		}
		return all
	}
	for query, want := range map[string]string{
		"":                            "m4 m3 m2 m1 m0",
		"size=2":                      "m4 m3 m2 m1 m0",
		"offset=3&size=1&order=asc":   "m3 m4",
		"sort=priority&order=asc":     "m4 m3 m2 m1 m0",
		"query=tag%3At1&order=asc":    "m1 m3",
		"query=priority:P1%20OR%20m0": "m4 m0",
		"query=NOT%20tag:t0&size=1":   "m3 m1",
		"query=createdAt%3E0&size=4":  "m4 m3 m2 m1 m0",
	} {
		assert.Equal(t, want, strings.Join(messages(alerts+"?"+query), " "), query)
	}
	var page rows
	c.must(200, "GET", alerts+"?size=2&query=status:+open", "", &page)
	assert.Equal(t, alerts+"?offset=2&size=2&query=status%3A+open", page.Links.Next)

	for query, status := range map[string]int{
		"query=nobody:knows": 400, "query=" + url.QueryEscape("status: (open"): 400, "size=101": 422, "size=0": 422, "offset=-1": 422,
		"offset=19900&size=100": 422, "offset=19899&size=100": 200, "sort=message": 422, "order=up": 422,
	} {
		assert.Equal(t, status, c.do("GET", alerts+"?"+query, "").status, query)
	}
}

// Links have three forms.
func TestLinksComeInThreeForms(t *testing.T) {
	t.Parallel()
	for form, variants := range map[string][]jsmtest.Variant{
		"/v1/alerts?offset=1&size=1":                    nil,
		"/alerts?offset=1&size=1":                       {jsmtest.UnversionedLinks},
		"<url>" + direct + "/v1/alerts?offset=1&size=1": {jsmtest.AbsoluteLinks},
	} {
		s := jsmtest.New(t, jsmtest.WithProcessingPolls(0), jsmtest.WithVariants(variants...))
		c := dial(t, s)
		c.done("POST", alerts, `{"message":"m"}`)
		c.done("POST", alerts, `{"message":"m"}`)
		var page rows
		c.must(200, "GET", alerts+"?size=1", "", &page)
		assert.Equal(t, strings.Replace(form, "<url>", s.URL, 1), page.Links.Next)
		last := c.do("GET", alerts+"?size=1&offset=1", "")
		assert.Contains(t, last.raw, `"links":{"next":null}`)
	}
}

func TestNotesAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	c := dial(t, jsmtest.New(t))
	id := c.done("POST", alerts, `{"message":"m"}`).AlertID
	notes := alerts + "/" + id + "/notes"
	var first, second struct{ ID, Note, Owner string }
	c.must(200, "POST", notes, `{"note":"one"}`, &first)
	c.must(200, "POST", notes, `{"note":"two"}`, &second)
	assert.Equal(t, "one by Ada", first.Note+" by "+first.Owner)

	var page rows
	c.must(200, "GET", notes+"?size=1", "", &page)
	assert.Equal(t, notes+"?after="+first.ID+"&size=1", page.Links.Next)
	c.must(200, "GET", page.Links.Next, "", &page)
	assert.Equal(t, "two", page.Values[0].Note)
	assert.Equal(t, 422, c.do("GET", notes+"?after=never", "").status)

	c.must(200, "PATCH", notes+"/"+first.ID, `{"note":"three"}`, &first)
	assert.Equal(t, "three", first.Note)
	c.must(204, "DELETE", notes+"/"+second.ID, "", nil)
	assert.Equal(t, 404, c.do("DELETE", notes+"/"+second.ID, "").status)
	assert.Equal(t, 404, c.do("PATCH", notes+"/"+second.ID, `{"note":"x"}`).status)
	assert.Equal(t, 404, c.do("GET", alerts+"/none/notes", "").status)

	logs := alerts + "/" + id + "/logs"
	page = rows{}
	c.must(200, "GET", logs+"?size=2", "", &page)
	assert.Equal(t, "Alert created", page.Values[0].Log)
	c.must(200, "GET", page.Links.Next, "", &page)
	assert.Len(t, page.Values, 1)
}

func TestAttachmentsAreReadFromALink(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t, jsmtest.WithProcessingPolls(0))
	c := dial(t, s)
	id := c.done("POST", alerts, `{"message":"m"}`).AlertID
	attachments := alerts + "/" + id + "/attachments"
	upload := func(field string) *reply {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile(field, "a b.txt")
		require.NoError(t, err)
		_, _ = part.Write([]byte("content"))
		require.NoError(t, form.Close())
		req, err := http.NewRequestWithContext(t.Context(), "POST", c.url+attachments, &body)
		require.NoError(t, err)
		req.Header.Set("Content-Type", form.FormDataContentType())
		r, err := c.send(req)
		require.NoError(t, err)
		return r
	}
	require.Equal(t, 200, upload("file").status)
	assert.Equal(t, 422, upload("other").status)
	assert.Equal(t, 415, c.do("POST", attachments, `{}`).status)

	var page rows
	c.must(200, "GET", attachments, "", &page)
	require.Len(t, page.Values, 1)
	assert.Equal(t, "a b.txt", page.Values[0].AttachmentName)
	one := attachments + "/" + page.Values[0].ID
	var found struct{ URL string }
	c.must(200, "GET", one, "", &found)
	r := c.with(strings.TrimPrefix(found.URL, s.URL), "").do("GET", "", "") // without a credential
	assert.Equal(t, "200 content", fmt.Sprint(r.status, " ", r.raw))
	assert.Equal(t, "content", string(s.Alerts()[0].Attachments[0].Content))
	c.must(204, "DELETE", one, "", nil)
	assert.Equal(t, 404, c.do("GET", one, "").status)
	assert.Equal(t, 404, c.with(strings.TrimPrefix(found.URL, s.URL), "").do("GET", "", "").status)
}

// Events keep the user and the note that the operations of alerts drop.
func TestEventsTakeAKeyAndKeepTheirUser(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t, jsmtest.WithProcessingPolls(0))
	c := dial(t, s).with(eventsPrefix, "GenieKey "+s.Key)
	post := func(path, body string) *reply { return c.must(202, "POST", "/v2/alerts"+path, body, nil) }
	post("", `{"message":"m","alias":"a/b","user":"bob","details":{"k":"v"},"responders":[{"type":"team","name":"Storage"}]}`)
	post("/a%2Fb/acknowledge?identifierType=alias", `{"user":"bob","note":"mine"}`)
	post("/1/notes?identifierType=tiny", `{"note":"more"}`)
	a, ok := s.Alert("a/b")
	require.True(t, ok)
	assert.Equal(t, "v bob", a.ExtraProperties["k"]+" "+a.Owner)
	assert.NotEmpty(t, a.Responders[0].ID)
	require.Len(t, a.Notes, 2)
	assert.Equal(t, "mine by bob, more by Integration", a.Notes[0].Note+" by "+a.Notes[0].Owner+", "+a.Notes[1].Note+" by "+a.Notes[1].Owner)
	post("/"+a.ID+"/close", "")
	assert.Equal(t, "closed", s.Alerts()[0].Status)

	assert.Equal(t, 422, c.do("POST", "/v2/alerts/1/notes?identifierType=tiny", `{}`).status)
	assert.Equal(t, 422, c.do("POST", "/v2/alerts", `{"message":"m","responders":[{"type":"team"}]}`).status)
	assert.Equal(t, 422, c.do("POST", "/v2/alerts/1/close?identifierType=name", `{}`).status)
}

func TestASnoozeEndsAndAnAcknowledgementIsTakenBack(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := jsmtest.New(t, jsmtest.WithClock(clock.now), jsmtest.WithProcessingPolls(0))
	c := dial(t, s)
	at := alerts + "/" + c.done("POST", alerts, `{"message":"m"}`).AlertID
	c.done("POST", at+"/snooze", `{"endTime":"2026-11-23T10:00:00Z"}`)
	assert.Contains(t, c.do("GET", at, "").raw, `"snoozed":true,"snoozedUntil":"2026-11-23T10:00:00.000Z"`)
	clock.move(30 * time.Minute)
	c.done("POST", at+"/acknowledge", "")
	r := c.do("GET", at, "").raw
	assert.Contains(t, r, `"snoozed":false`)
	assert.NotContains(t, r, "snoozedUntil")
	assert.Contains(t, r, `"ackTime":"2026-11-23T10:00:00.120Z","acknowledged":true`)
	c.done("POST", at+"/unacknowledge", "")
	r = c.do("GET", at, "").raw
	assert.Contains(t, r, `"acknowledged":false`)
	assert.NotContains(t, r, "ackTime")
	c.done("POST", at+"/close", "")
	assert.Contains(t, c.do("GET", at, "").raw, `"closeTime":"2026-11-23T10:00:00.120Z"`)
}

// A query finds an alert by each field, and not by another value of it.
func TestAQueryKnowsTheFieldsOfAnAlert(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := jsmtest.New(t, jsmtest.WithClock(clock.now), jsmtest.WithProcessingPolls(0))
	c := dial(t, s)
	id := c.done("POST", alerts, `{"message":"Disk full","alias":"a","description":"on host","priority":"P2","entity":"e","source":"s",
		"tags":["t"],"extraProperties":{"k":"v"},"responders":[{"type":"team","id":"r"}]}`).AlertID
	c.done("POST", alerts+"/"+id+"/assign", `{"accountId":"712020:1"}`)
	now := fmt.Sprint(clock.now().UnixMilli())
	for field, value := range map[string]string{
		"status": "open", "priority": "P2", "tag": "t", "tags": "t", "alias": "a", "message": "disk", "description": "host", "entity": "e",
		"source": "s", "owner": `"712020:1"`, "tinyId": "1", "count": "1", "acknowledged": "false", "snoozed": "false", "createdAt": now,
		"updatedAt": now, "lastOccurredAt": now, "extraProperties.key": "k", "extraProperties.value": "v", "responders": "r",
	} {
		for query, count := range map[string]string{
			field + ": " + value: `"count":1`, field + ": other": `"values":[],"links"`,
			"count > 0 AND (" + field + "=" + value + ") AND NOT tag: other": `"count":1`,
		} {
			r := c.do("GET", alerts+"?query="+url.QueryEscape(query), "")
			assert.Contains(t, r.raw, count, query)
		}
	}
}
