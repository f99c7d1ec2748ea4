package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/jsm/jsmtest"
)

// jsmDocumentVariable names the document of JSM Operations.
const jsmDocumentVariable = "CONTRACT_JSM_DOCUMENT"

// A step is a request to the simulator of JSM Operations. In its path and body, <name>
// stands for what an earlier step kept under that name.
type step struct {
	status             int
	method, path, body string
	keep               string // "name=member.member" of the response
}

// jsmSteps are all operations that the simulator has, and errors.
func jsmSteps() []step {
	const (
		restricted = `"timeRestriction":{"type":"time-of-day","restriction":{"startHour":8,"startMin":0,"endHour":20,"endMin":30}}`
		rota       = `{"name":"Rota","startDate":"2026-11-23T08:00:00Z","endDate":"2036-11-23T08:00:00Z","type":"daily","length":2,` + restricted +
			`,"participants":[{"type":"user","id":"ada"},{"type":"team","id":"<team>"},{"type":"noone"}]}`
		override  = `{"responder":{"type":"user","id":"bob"},"startDate":"2026-11-24T08:00:00Z","endDate":"2036-11-25T08:00:00Z","rotationIds":["<rotation>"]}`
		ladder    = `{"name":"Ladder","rules":[{"condition":"if-not-acked","notifyType":"default","delay":5,"recipient":{"type":"user","id":"ada"}}],"repeat":{"waitInterval":5,"count":2}}`
		routing   = `{"name":"Rule","notify":{"type":"schedule","id":"<schedule>"},"criteria":{"type":"match-all"},"timezone":"UTC",` + restricted + `}`
		heartbeat = `{"name":"beat","interval":10,"intervalUnit":"minutes","enabled":true,"alertTags":["a"]}`
	)
	alert, team, schedule := "/v1/alerts/<alert>", "/v1/teams/<team>", "/v1/schedules/<schedule>"
	return []step{
		{200, "POST", "/v1/alerts", `{"message":"m","alias":"a","tags":["t"],"priority":"P1","responders":[{"type":"team","id":"<team>"}],"extraProperties":{"k":"v"}}`, "request=requestId"},
		{200, "GET", "/v1/alerts/requests/<request>", "", "alert=alertId"},
		{200, "POST", "/v1/alerts", `{"message":"again"}`, ""},
		{200, "GET", "/v1/alerts?size=1&query=status%3Aopen", "", ""},
		{200, "GET", "/v1/alerts/alias?alias=a", "", ""},
		{202, "POST", alert + "/acknowledge", "", ""},
		{202, "POST", alert + "/unacknowledge", "", ""},
		{202, "POST", alert + "/assign", `{"accountId":"712020:1"}`, ""},
		{202, "POST", alert + "/responders", `{"type":"user","id":"ada"}`, ""},
		{202, "POST", alert + "/escalate", `{"escalationId":"e"}`, ""},
		{202, "POST", alert + "/action", `{"actionName":"Restart"}`, ""},
		{202, "POST", alert + "/snooze", `{"endTime":"2036-01-01T00:00:00Z"}`, ""},
		{202, "POST", alert + "/tags", `{"tags":["u"]}`, ""},
		{202, "DELETE", alert + "/tags", `{"tags":["u"]}`, ""},
		{202, "POST", alert + "/extra-properties", `{"extraProperties":{"l":"w"}}`, ""},
		{202, "DELETE", alert + "/extra-properties", `{"keys":["l"]}`, ""},
		{202, "PATCH", alert + "/priority", `{"priority":"P2"}`, ""},
		{202, "PATCH", alert + "/message", `{"message":"n"}`, ""},
		{202, "PATCH", alert + "/description", `{"description":"d"}`, ""},
		{200, "GET", alert, "", ""},
		{200, "POST", alert + "/notes", `{"note":"n"}`, "note=id"},
		{200, "POST", alert + "/notes", `{"note":"o"}`, ""},
		{200, "GET", alert + "/notes?size=1", "", ""},
		{200, "PATCH", alert + "/notes/<note>", `{"note":"p"}`, ""},
		{204, "DELETE", alert + "/notes/<note>", "", ""},
		{200, "GET", alert + "/logs?size=2", "", ""},
		{200, "POST", alert + "/attachments", "upload", "file=id"},
		{200, "GET", alert + "/attachments", "", ""},
		{200, "GET", alert + "/attachments/<file>", "", ""},
		{204, "DELETE", alert + "/attachments/<file>", "", ""},
		{202, "POST", alert + "/close", "", "request=requestId"},
		{200, "GET", alert, "", ""},
		{202, "POST", alert + "/acknowledge", "", "failed=requestId"},
		{200, "GET", "/v1/alerts/requests/<failed>", "", ""},
		{202, "DELETE", alert, "", ""},
		{404, "GET", alert, "", ""},
		{404, "GET", "/v1/alerts/requests/none", "", ""},
		{400, "GET", "/v1/alerts?query=status%3A%28", "", ""},

		{200, "GET", "/v1/teams", "", ""},
		{200, "POST", "/v1/teams/<platform>/enable-ops", `{"adminAccountIds":["ada"]}`, "request=requestId"},
		{200, "GET", "/v1/teams/<platform>/requests/<request>", "", ""},
		{200, "POST", team + "/roles", `{"name":"r","rights":[{"right":"edit-schedules","granted":true}]}`, "role=id"},
		{200, "GET", team + "/roles", "", ""},
		{200, "GET", team + "/roles/<role>", "", ""},
		{200, "PATCH", team + "/roles/<role>", `{"name":"s"}`, ""},
		{204, "DELETE", team + "/roles/<role>", "", ""},
		{201, "POST", team + "/escalations", ladder, "escalation=id"},
		{200, "GET", team + "/escalations", "", ""},
		{200, "GET", team + "/escalations/<escalation>", "", ""},
		{200, "PATCH", team + "/escalations/<escalation>", `{"enabled":false}`, ""},
		{201, "POST", team + "/heartbeats", heartbeat, ""},
		{202, "GET", team + "/heartbeats/ping?name=beat", "", ""},
		{202, "POST", team + "/heartbeats/ping?name=beat", "", ""},
		{200, "GET", team + "/heartbeats?name=beat", "", ""},
		{201, "PATCH", team + "/heartbeats?name=beat", `{"interval":5}`, ""},
		{204, "DELETE", team + "/heartbeats?name=beat", "", ""},

		{201, "POST", "/v1/schedules", `{"name":"Nights","timezone":"Europe/Berlin","teamId":"<team>","rotations":[` + rota + `]}`, "schedule=id"},
		{200, "GET", "/v1/schedules?expand=rotation", "", "rotation=values.0.rotations.0.id"},
		{200, "GET", "/v1/schedules?size=1&query=n%2A", "", ""},
		{200, "GET", schedule, "", ""},
		{200, "PATCH", schedule, `{"description":"d"}`, ""},
		{201, "POST", schedule + "/rotations", rota, "other=id"},
		{200, "GET", schedule + "/rotations", "", ""},
		{200, "GET", schedule + "/rotations/<other>", "", ""},
		{200, "PATCH", schedule + "/rotations/<other>", `{"length":3}`, ""},
		{201, "POST", schedule + "/overrides", override, "alias=alias"},
		{200, "GET", schedule + "/overrides", "", ""},
		{200, "GET", schedule + "/overrides/<alias>", "", ""},
		{200, "PUT", schedule + "/overrides/<alias>", strings.Replace(override, `{"type":"user","id":"bob"}`, `{"type":"noone"}`, 1), ""},
		{200, "GET", schedule + "/timeline?expand=base,override,forwarding&interval=2", "", ""},
		{200, "GET", schedule + "/on-calls", "", ""},
		{200, "GET", schedule + "/on-calls?flat=true", "", ""},
		{200, "GET", schedule + "/next-on-calls", "", ""},
		{200, "GET", schedule + "/next-on-calls?flat=true", "", ""},
		{200, "GET", schedule + ".ics", "", ""},
		{200, "GET", "/v1/schedules/on-calls/ada.ics", "", ""},
		{201, "POST", team + "/routing-rules", routing, "rule=id"},
		{200, "GET", team + "/routing-rules", "", ""},
		{200, "GET", team + "/routing-rules/<rule>", "", ""},
		{200, "PATCH", team + "/routing-rules/<rule>", `{"name":"n"}`, ""},
		{204, "PATCH", team + "/routing-rules/<rule>/change-order", `{"order":0}`, ""},
		{204, "DELETE", team + "/routing-rules/<rule>", "", ""},
		{204, "DELETE", team + "/escalations/<escalation>", "", ""},
		{204, "DELETE", schedule + "/overrides/<alias>", "", ""},
		{204, "DELETE", schedule + "/rotations/<other>", "", ""},
		{204, "DELETE", schedule, "", ""},
		{404, "GET", schedule + "/rotations", "", ""},

		{202, "POST", "/v2/alerts", `{"message":"m","alias":"e","details":{"k":"v"}}`, ""},
		{202, "POST", "/v2/alerts/e/acknowledge?identifierType=alias", `{"user":"u"}`, ""},
		{202, "POST", "/v2/alerts/e/notes?identifierType=alias", `{"note":"n"}`, ""},
		{202, "POST", "/v2/alerts/e/close?identifierType=alias", `{"note":"n"}`, ""},
	}
}

// What the simulator of JSM Operations answers fits the description of the API: Prism,
// which stands between, finds nothing wrong with an answer, nor with a request.
func TestTheSimulatorOfJSMAnswersAsDescribed(t *testing.T) {
	document := os.Getenv(jsmDocumentVariable)
	if document == "" {
		t.Skipf("SKIPPED: %s names no document; .ci/contract does if it finds it", jsmDocumentVariable)
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	s := jsmtest.New(t, jsmtest.WithProcessingPolls(0))
	origin := startPrismWith(t, document, "proxy", s.URL)
	known := map[string]string{"team": s.AddTeam("Storage", "eve"), "platform": s.AddPlatformTeam("Network")}
	bad := 0
	steps := jsmSteps()
	for _, each := range steps {
		r := each.send(t, client, s, origin, known)
		if each.status != r.code || r.said != "" {
			bad++
			fmt.Printf("%s %s: answered %d: %s\n      %.700s\n", each.method, r.route, r.code, r.said, r.body)
		}
		if name, path, found := strings.Cut(each.keep, "="); found {
			known[name] = member(t, r.body, path)
		}
	}
	fmt.Printf("simulator of JSM Operations behind Prism: requests %d, answers with a violation %d\n", len(steps), bad)
	assert.Zero(t, bad)
}

// An answer of the simulator, and what Prism has against it.
type answer struct {
	route, said string
	code        int
	body        []byte
}

// send sends a step through Prism.
func (s step) send(t *testing.T, client *http.Client, sim *jsmtest.Server, origin string, known map[string]string) answer {
	t.Helper()
	fill := func(text string) string {
		return regexp.MustCompile(`<\w+>`).ReplaceAllStringFunc(text, func(name string) string { return known[strings.Trim(name, "<>")] })
	}
	prefix, body, mediaType := "/jsm/ops/api/"+sim.CloudID, []byte(fill(s.body)), "application/json"
	if strings.HasPrefix(s.path, "/v2/") {
		prefix = "/jsm/ops/integration"
	}
	if s.body == "upload" {
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		part, err := w.CreateFormFile("file", "demo.txt")
		require.NoError(t, err)
		_, _ = part.Write([]byte("content"))
		require.NoError(t, w.Close())
		body, mediaType = form.Bytes(), w.FormDataContentType()
	}
	req, err := http.NewRequestWithContext(t.Context(), s.method, origin+prefix+fill(s.path), bytes.NewReader(body))
	require.NoError(t, err)
	if len(body) > 0 {
		req.Header.Set("Content-Type", mediaType)
	}
	req.SetBasicAuth(sim.Email, sim.Token)
	if strings.HasPrefix(s.path, "/v2/") {
		req.Header.Set("Authorization", "GenieKey "+sim.Key)
	}
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return answer{route: fill(s.path), said: resp.Header.Get("Sl-Violations"), code: resp.StatusCode, body: got}
}

// member returns the string at a path in JSON.
func member(t *testing.T, text []byte, path string) string {
	t.Helper()
	for part := range strings.SplitSeq(path, ".") {
		var object map[string]json.RawMessage
		var list []json.RawMessage
		if json.Unmarshal(text, &list) == nil && len(list) > 0 {
			text = list[0]
			continue
		}
		require.NoError(t, json.Unmarshal(text, &object), "%s", text)
		text = object[part]
	}
	var out string
	require.NoError(t, json.Unmarshal(text, &out), "%s: %s", path, text)
	return out
}
