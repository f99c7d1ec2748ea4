package opsgenietest_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// upload sends a form with the fields of an attachment.
func upload(c *client, path, name, content string) *reply {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(c.t, form.WriteField("user", "ada"))
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		require.NoError(c.t, err)
		_, err = io.WriteString(part, content)
		require.NoError(c.t, err)
	}
	require.NoError(c.t, form.Close())
	req, err := http.NewRequestWithContext(c.t.Context(), "POST", c.url+path, &body)
	require.NoError(c.t, err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	r, err := c.send(req)
	require.NoError(c.t, err)
	return r
}

func TestAnAttachmentIsUploadedReadAndRemoved(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithPathPrefix("/below"))
	c := dial(t, s)
	c.done("POST", "/v2/alerts", `{"message":"m","alias":"a/b"}`)
	at := "/v2/alerts/a%2Fb/attachments"
	by := "?alertIdentifierType=alias"
	content := "\x00\xff lag\n"
	r := upload(c, at+by, "lag 1%.png", content)
	require.Equal(t, http.StatusCreated, r.status, "%s", r.raw)
	assert.Equal(t, "Attachment added", r.body.Result)

	var rows []struct{ ID, Name string }
	c.get(at+by, &rows)
	require.Len(t, rows, 1)
	assert.Equal(t, "lag 1%.png", rows[0].Name)
	assert.Regexp(t, `^[0-9]+$`, rows[0].ID)
	var meta struct{ Name, URL string }
	c.get(at+"/"+rows[0].ID+by, &meta)
	assert.True(t, strings.HasPrefix(meta.URL, strings.TrimSuffix(s.URL, "/below")+"/files/"), meta.URL)

	resp, err := c.http.Get(meta.URL) // without a key
	require.NoError(t, err)
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, content, string(got))
	assert.Equal(t, "application/octet-stream", resp.Header.Get("Content-Type"))
	kept := s.Alerts()[0].Attachments
	require.Len(t, kept, 1)
	assert.Equal(t, "ada "+content, kept[0].User+" "+string(kept[0].Content))

	assert.Equal(t, http.StatusOK, c.do("DELETE", at+"/"+rows[0].ID+by+"&user=ada", "").status)
	assert.Equal(t, http.StatusNotFound, c.do("DELETE", at+"/"+rows[0].ID+by, "").status)
	assert.Equal(t, "[]", string(c.get(at+by, &rows).body.Data))
	resp, err = c.http.Get(meta.URL)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusNotFound, resp.StatusCode)
}

func TestAnUploadThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithMaxBody(1000))
	c := dial(t, s)
	id := c.done("POST", "/v2/alerts", `{"message":"m"}`).AlertID
	at := "/v2/alerts/" + id + "/attachments"
	r := upload(c, at, "", "")
	assert.Equal(t, http.StatusUnprocessableEntity, r.status)
	assert.Contains(t, r.body.Errors, "file")
	assert.Equal(t, http.StatusNotFound, upload(c, "/v2/alerts/nope/attachments", "f", "x").status)
	assert.Equal(t, http.StatusRequestEntityTooLarge, upload(c, at, "f", strings.Repeat("x", 2000)).status)
	assert.Equal(t, http.StatusUnsupportedMediaType, c.do("POST", at, `{}`).status)
	for _, contentType := range []string{"multipart/form-data", "multipart/form-data; boundary=b"} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+at, strings.NewReader("--b\r\nno form"))
		require.NoError(t, err)
		req.Header.Set("Content-Type", contentType)
		r, err := c.send(req)
		require.NoError(t, err)
		assert.Equal(t, http.StatusBadRequest, r.status)
	}
	assert.Empty(t, s.Alerts()[0].Attachments)
}

func TestASavedSearchIsKeptChangedUsedAndDeleted(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	at := "/v2/alerts/saved-searches"
	body := `{"name":"Open P1","query":"status: open AND priority: P1","owner":{"username":"ada@example.com"},"teams":[{"id":"t1"}]}`
	r := c.do("POST", at, body)
	require.Equal(t, http.StatusCreated, r.status, "%s", r.raw)
	assert.Equal(t, http.StatusConflict, c.do("POST", at, body).status)
	var rows []struct{ ID, Name string }
	c.get(at, &rows)
	require.Len(t, rows, 1)
	var saved opsgenietest.SavedSearch
	c.get(at+"/Open%20P1?identifierType=name", &saved)
	assert.Equal(t, rows[0].ID, saved.ID)
	assert.Equal(t, []opsgenietest.Entity{{ID: "t1"}}, saved.Teams)
	assert.NotEmpty(t, saved.Owner.ID)

	c.done("POST", "/v2/alerts", `{"message":"yes","priority":"P1"}`)
	c.done("POST", "/v2/alerts", `{"message":"no"}`)
	var count struct{ Count int }
	c.get("/v2/alerts/count?searchIdentifier=Open+P1&searchIdentifierType=name", &count)
	assert.Equal(t, 1, count.Count)
	var found []opsgenietest.Alert
	c.get("/v2/alerts?searchIdentifier="+saved.ID, &found)
	require.Len(t, found, 1)
	assert.Equal(t, "yes", found[0].Message)
	assert.Equal(t, http.StatusNotFound, c.do("GET", "/v2/alerts?searchIdentifier=nope", "").status)

	require.Equal(t, http.StatusCreated, c.do("POST", at, strings.Replace(body, "Open P1", "Other", 1)).status)
	assert.Equal(t, http.StatusConflict, c.do("PATCH", at+"/"+saved.ID, strings.Replace(body, "Open P1", "Other", 1)).status)
	assert.Equal(t, http.StatusOK, c.do("PATCH", at+"/"+saved.ID, strings.Replace(body, "Open P1", "Renamed", 1)).status)
	assert.Equal(t, http.StatusNotFound, c.do("GET", at+"/Open%20P1?identifierType=name", "").status)
	assert.Equal(t, "Renamed", s.SavedSearches()[0].Name)
	assert.Equal(t, http.StatusOK, c.do("DELETE", at+"/Renamed?identifierType=name", "").status)
	assert.Equal(t, http.StatusNotFound, c.do("DELETE", at+"/"+saved.ID, "").status)
	assert.Len(t, s.SavedSearches(), 1)
}

func TestTheLimitsOfTheDescriptionAreEnforced(t *testing.T) {
	t.Parallel()
	c := dial(t, opsgenietest.New(t))
	x := func(n int) string { return strings.Repeat("ä", n) } // characters, not bytes
	tags := strings.TrimSuffix(strings.Repeat(`"t",`, 21), ",")
	teams := strings.TrimSuffix(strings.Repeat(`{"id":"t"},`, 21), ",")
	search := func(name, query, rest string) string {
		return fmt.Sprintf(`{"name":%q,"query":%q,"owner":{"id":"o"}%s}`, name, query, rest)
	}
	beat := func(name, rest string) string {
		return fmt.Sprintf(`{"name":%q,"interval":1,"intervalUnit":"days","enabled":true%s}`, name, rest)
	}
	at := map[string]string{"s": "/v2/alerts/saved-searches", "h": "/v2/heartbeats"}
	rows := []struct{ to, body, field string }{
		{"s", search(x(100), x(1000), ""), ""},
		{"s", search(x(101), "q", ""), "name"},
		{"s", search("n", x(1001), ""), "query"},
		{"s", search("n", "q", `,"description":"`+x(15001)+`"`), "description"},
		{"s", search("n", "q", `,"teams":[`+teams+`]`), "teams"},
		{"s", `{"name":"n","query":"q"}`, "owner"},
		{"h", beat(x(200), `,"alertMessage":"`+x(130)+`"`), ""},
		{"h", beat(x(201), ""), "name"},
		{"h", beat("n", `,"description":"`+x(10001)+`"`), "description"},
		{"h", beat("n", `,"alertMessage":"`+x(131)+`"`), "alertMessage"},
		{"h", beat("n", `,"alertTags":[`+tags+`]`), "alertTags"},
		{"h", beat("n", `,"alertTags":["`+x(51)+`"]`), "alertTags"},
		{"h", beat("n", `,"alertPriority":"P6"`), "alertPriority"},
		{"h", beat("n", `,"ownerTeam":{}`), "ownerTeam"},
		{"h", `{"name":"n","interval":0,"intervalUnit":"days","enabled":true}`, "interval"},
		{"h", `{"name":"n","interval":1,"intervalUnit":"weeks","enabled":true}`, "intervalUnit"},
		{"h", `{"name":"n","interval":1,"intervalUnit":"days"}`, "enabled"},
		{"h", `{"interval":1,"intervalUnit":"days","enabled":true}`, "name"},
	}
	for _, row := range rows {
		r := c.do("POST", at[row.to], row.body)
		if row.field == "" {
			assert.Equal(t, http.StatusCreated, r.status, "%s", r.raw)
			continue
		}
		assert.Equal(t, http.StatusUnprocessableEntity, r.status, row.field)
		assert.Len(t, r.body.Errors, 1)
		assert.Contains(t, r.body.Errors, row.field)
	}
}

func TestAHeartbeatExpiresWhenItIsNotPinged(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now))
	c := dial(t, s)
	body := `{"name":"nightly backup","interval":2,"intervalUnit":"hours","enabled":true,"ownerTeam":{"name":"Storage"},"alertTags":["b"]}`
	r := c.do("POST", "/v2/heartbeats", body)
	require.Equal(t, http.StatusCreated, r.status, "%s", r.raw)
	assert.JSONEq(t, `{"name":"nightly backup","enabled":true,"expired":false}`, string(r.body.Data))
	assert.Equal(t, http.StatusConflict, c.do("POST", "/v2/heartbeats", body).status)

	at := "/v2/heartbeats/nightly%20backup"
	read := func() (h opsgenietest.Heartbeat) {
		c.get(at, &h)
		return h
	}
	clock.move(5 * time.Hour)
	assert.False(t, read().Expired, "it never had a ping")
	for _, method := range []string{"GET", "POST", "PUT", "PATCH"} {
		r := c.do(method, at+"/ping", "")
		assert.Equal(t, http.StatusAccepted, r.status)
		assert.Equal(t, "PONG - Heartbeat received", r.body.Result)
	}
	clock.move(2*time.Hour - time.Millisecond)
	assert.False(t, read().Expired)
	clock.move(time.Millisecond)
	assert.True(t, read().Expired)
	assert.Equal(t, "Storage", read().OwnerTeam.Name)
	var list struct{ Heartbeats []opsgenietest.Heartbeat }
	c.get("/v2/heartbeats", &list)
	require.Len(t, list.Heartbeats, 1)
	assert.True(t, list.Heartbeats[0].Expired)

	assert.JSONEq(t, `{"name":"nightly backup","enabled":false,"expired":false}`, string(c.do("POST", at+"/disable", "").body.Data))
	assert.JSONEq(t, `{"name":"nightly backup","enabled":true,"expired":true}`, string(c.do("POST", at+"/enable", "").body.Data))
	r = c.do("PATCH", at, `{"interval":3,"description":"d"}`)
	assert.JSONEq(t, `{"name":"nightly backup","enabled":true,"expired":false}`, string(r.body.Data))
	assert.Equal(t, "hours 3 d [b]", fmt.Sprint(read().IntervalUnit, " ", read().Interval, " ", read().Description, " ", s.Heartbeats()[0].AlertTags))
	assert.Equal(t, http.StatusOK, c.do("PATCH", at, "").status)
	assert.Equal(t, http.StatusUnprocessableEntity, c.do("PATCH", at, `{"interval":0}`).status)

	assert.Equal(t, http.StatusOK, c.do("DELETE", at, "").status)
	for _, row := range [][2]string{{"GET", at}, {"PATCH", at}, {"DELETE", at}, {"POST", at + "/enable"}} {
		assert.Equal(t, http.StatusNotFound, c.do(row[0], row[1], "").status)
	}
	assert.Equal(t, http.StatusAccepted, c.do("GET", at+"/ping", "").status, "a PONG does not mean that there is one")
	assert.Empty(t, s.Heartbeats())
}

func TestAnIncidentLivesFromCreationToDeletion(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithClock(newClock().now))
	c := dial(t, s)
	id := c.done("POST", "/v1/incidents/create", `{"message":"Checkout fails","serviceId":"s1","priority":"P1","tags":["a"],"details":{"k":"v"},
		"note":"n0","responders":[{"type":"team","id":"t1"},{"type":"user","username":"ada"}]}`).IncidentID
	var i opsgenietest.Incident
	c.get("/v1/incidents/1?identifierType=tiny", &i)
	assert.Equal(t, id, i.ID)
	assert.Equal(t, "open P1 t1 [s1] [a]", fmt.Sprint(i.Status, " ", i.Priority, " ", i.OwnerTeam, " ", i.ImpactedServices, " ", i.Tags))
	assert.Equal(t, s.URL+"/v1/incidents/"+id, i.Links.API)

	at := "/v1/incidents/" + id
	for _, row := range [][3]string{
		{"POST", "/message", `{"message":"M"}`},
		{"POST", "/description", `{"description":"D"}`},
		{"PUT", "/priority", `{"priority":"P2"}`},
		{"POST", "/tags", `{"tags":["b"],"note":"n1"}`},
		{"DELETE", "/tags?tags=a&note=n2", ``},
		{"POST", "/details", `{"details":{"l":"w"}}`},
		{"DELETE", "/details?keys=k", ``},
		{"POST", "/notes", `{"note":"n3"}`},
		{"POST", "/responders", `{"note":"n4","responder":[{"type":"team","id":"t2"},{"type":"team","id":"t1"}]}`},
	} {
		assert.Equal(t, id, c.done(row[0], at+row[1], row[2]).IncidentID)
	}
	kept := s.Incidents()[0]
	assert.Equal(t, "M D P2 [b] map[l:w]", fmt.Sprint(kept.Message, " ", kept.Description, " ", kept.Priority, " ", kept.Tags, " ", kept.ExtraProperties))
	assert.Len(t, kept.Responders, 3)

	for _, row := range [][2]string{{"/resolve", "resolved"}, {"/reopen", "open"}, {"/close", "closed"}} {
		c.done("POST", at+row[0], `{"note":"x"}`)
		assert.Equal(t, row[1], s.Incidents()[0].Status)
		assert.Equal(t, row[1] == "open", s.Incidents()[0].ImpactEndDate.IsZero())
	}
	var ids []string
	var notes []opsgenietest.Note
	r := c.get(at+"/notes?order=asc&limit=5", &notes)
	require.Len(t, notes, 5)
	assert.Equal(t, "n0 n4", notes[0].Note+" "+notes[4].Note)
	c.get(strings.TrimPrefix(r.body.Paging["next"], s.URL), &notes)
	assert.Len(t, notes, 3)
	var logs []opsgenietest.Log
	c.get(at+"/logs", &logs)
	assert.Len(t, logs, 13)
	r = c.get(at+"/responder-alert-ids?limit=2", &ids)
	assert.Len(t, ids, 2)
	c.get(strings.TrimPrefix(r.body.Paging["next"], s.URL), &ids)
	require.Len(t, ids, 1)
	c.get("/v2/alerts/"+ids[0], new(opsgenietest.Alert))
	assert.Equal(t, "[]", string(c.get(at+"/associated-alert-ids", &ids).body.Data))
	require.NoError(t, s.AssociateAlerts(id, "x-1", "x-2", "x-1"))
	c.get(at+"/associated-alert-ids?order=asc", &ids)
	assert.Equal(t, []string{"x-1", "x-2"}, ids)
	assert.ErrorContains(t, s.AssociateAlerts("nope"), `unknown incident id "nope"`)

	c.done("DELETE", at, "")
	assert.Equal(t, http.StatusNotFound, c.do("GET", at, "").status)
	assert.Empty(t, s.Incidents())
}

func TestIncidentsAreListedAndSearched(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	for n := range 3 {
		c.done("POST", "/v1/incidents/create", fmt.Sprintf(`{"message":"m%d","priority":"P%d"}`, n, n%2+1))
	}
	var rows []opsgenietest.Incident
	r := c.get("/v1/incidents?limit=2&sort=tinyId&order=asc&query="+url.QueryEscape("status: open"), &rows)
	assert.Len(t, rows, 2)
	assert.Equal(t, s.URL+"/v1/incidents?query=status%3A+open&limit=2&sort=tinyId&order=asc&offset=2", r.body.Paging["next"])
	c.get(strings.TrimPrefix(r.body.Paging["next"], s.URL), &rows)
	require.Len(t, rows, 1)
	assert.Equal(t, "m2", rows[0].Message)
	for query, want := range map[string]int{
		"message: m AND NOT message: m1": 2, "tinyId > 1": 2, "createdAt > 0 AND updatedAt > 0": 3, "description: x": 0, "responders: y": 0,
	} {
		c.get("/v1/incidents?query="+url.QueryEscape(query), &rows)
		assert.Len(t, rows, want, query)
	}
	c.done("POST", "/v1/incidents/3/close?identifierType=tiny", "")
	for sort, first := range map[string]string{"createdAt": "m2", "tinyId": "m2", "message": "m2", "status": "m1", "isSeen": "m2", "owner": "m2"} {
		c.get("/v1/incidents?sort="+sort, &rows)
		assert.Equal(t, first, rows[0].Message, sort)
	}
	c.get("/v1/incidents/?query=priority:P2", &rows) // the slash of the API's description
	assert.Len(t, rows, 1)
	assert.Equal(t, "[]", string(c.get("/v1/incidents?query=tag:none", &rows).body.Data))
	assert.Equal(t, http.StatusUnprocessableEntity, c.do("GET", "/v1/incidents?query=alias:x", "").status)
	for _, body := range []string{`{}`, `{"message":"m","responders":[{"type":"schedule","id":"x"}]}`, `{"message":"m","priority":"1"}`} {
		assert.Equal(t, http.StatusUnprocessableEntity, c.do("POST", "/v1/incidents/create", body).status)
	}
	assert.Equal(t, http.StatusUnprocessableEntity, c.do("POST", "/v1/incidents/1/responders", `{"note":"n"}`).status)
	assert.Equal(t, http.StatusUnprocessableEntity, c.do("GET", "/v1/incidents/1?identifierType=alias", "").status)
}
