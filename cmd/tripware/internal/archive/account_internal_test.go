package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// An account is a simulated account that a test fills.
type account struct {
	*opsgenietest.Server

	t          *testing.T
	postmortem string       // the id of one
	clock      atomic.Int64 // milliseconds; stands still unless a request of call moves it
}

func newAccount(t *testing.T, opts ...opsgenietest.Option) *account {
	t.Helper()
	a := &account{t: t}
	a.clock.Store(time.Date(2026, time.November, 2, 9, 0, 0, 0, time.UTC).UnixMilli())
	a.Server = opsgenietest.New(t, append([]opsgenietest.Option{
		opsgenietest.WithClock(func() time.Time { return time.UnixMilli(a.clock.Load()) }), opsgenietest.WithProcessingPolls(0), opsgenietest.WithRequestLog(100_000),
	}, opts...)...)
	return a
}

func (a *account) client(opts ...opsgenie.Option) *opsgenie.Client {
	a.t.Helper()
	return clientOf(a.t, a.Server, opts...)
}

func clientOf(tb testing.TB, s *opsgenietest.Server, opts ...opsgenie.Option) *opsgenie.Client {
	tb.Helper()
	c, err := opsgenie.New(s.Key, append([]opsgenie.Option{opsgenie.WithBaseURL(s.URL)}, opts...)...)
	require.NoError(tb, err)
	tb.Cleanup(c.CloseIdleConnections)
	return c
}

// call sends a request a millisecond after the one before, and returns the id in the response.
func (a *account) call(method, path, body string) string {
	a.t.Helper()
	return a.send(method, path, "application/json", strings.NewReader(body))
}

func (a *account) send(method, path, mediaType string, body io.Reader) string {
	a.t.Helper()
	a.clock.Add(1)
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.URL+path, body)
	require.NoError(a.t, err)
	req.Header.Set("Authorization", "GenieKey "+a.Key)
	req.Header.Set("Content-Type", mediaType)
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(a.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(a.t, err)
	require.Less(a.t, resp.StatusCode, 300, "%s %s: %s", method, path, text)
	var got struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	_ = json.Unmarshal(text, &got) // a list has no id
	return got.Data.ID
}

// odd are names that are no file names, or that are equal but for their case.
func odd() []string {
	return []string{"Ops/EU", "..", "../../etc/passwd", "🔥 Feuer & <b>\"Wehr\"", "disk", "Disk", "CON", "name\nwith lines", "a.b", "."}
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

const unknown = `"x_unknown":{"deep":[{"x":1.50,"big":12345678901234567890123,"text":"<&\u00e9>"},null,true]}`

// people creates users, with contacts and notification rules, and roles.
func (a *account) people() {
	a.call("POST", "/v2/roles", `{"name":"auditor","grantedRights":["logs-page-access"],`+unknown+`}`)
	for i, name := range []string{"ada", "alan", "grace", "hedy/x"} {
		username := name + "@example.com"
		role := `{"name":"user"}`
		if i == 0 {
			role = `{"name":"auditor"}`
		}
		a.call("POST", "/v2/users", fmt.Sprintf(`{"username":%q,"fullName":%q,"role":%s,"timeZone":"Europe/London",`+unknown+`}`,
			username, name, role))
		at := "/v2/users/" + url.PathEscape(username)
		a.call("POST", at+"/contacts", fmt.Sprintf(`{"method":"sms","to":"44-2079460%03d",`+unknown+`}`, i))
		a.call("POST", at+"/notification-rules", fmt.Sprintf(`{"name":"at once","actionType":"create-alert","enabled":true,`+
			`"steps":[{"contact":{"method":"sms","to":"44-2079460%03d"},"sendAfter":{"timeAmount":1},"enabled":true,`+unknown+`}],`+
			`"criteria":{"type":"match-all",`+unknown+`},`+unknown+`}`, i))
	}
}

// fill creates a resource of every kind, with odd names, and with unknown members at every level.
func (a *account) fill() {
	a.people()
	a.teams()
	a.onCall()
	a.rules()
	a.history()
	a.clock.Add(1)
}

func (a *account) teams() {
	for _, name := range append([]string{"Payments"}, odd()...) {
		id := a.call("POST", "/v2/teams", fmt.Sprintf(`{"name":%s,"description":"d",`+unknown+`}`, quoted(name)))
		a.call("POST", "/v2/teams/"+id+"/roles", `{"name":"lead","rights":[{"right":"manage-members","granted":true,`+unknown+`}],`+unknown+`}`)
		for _, who := range []string{"ada", "alan"} {
			a.call("POST", "/v2/teams/"+id+"/members", fmt.Sprintf(`{"user":{"username":"%s@example.com"},"role":"lead",`+unknown+`}`, who))
		}
	}
	a.call("POST", "/v2/forwarding-rules", `{"fromUser":{"username":"ada@example.com"},"toUser":{"username":"alan@example.com"},`+
		`"alias":"Ops/EU","startDate":"2026-12-01T08:00:00Z","endDate":"2026-12-02T08:00:00Z",`+unknown+`}`)
	_, err := a.SaveUserSearch("mine", "role:user", "ada@example.com")
	require.NoError(a.t, err)
	for i, name := range odd() {
		a.call("POST", "/v2/heartbeats", fmt.Sprintf(`{"name":%s,"interval":%d,"intervalUnit":"minutes","enabled":true,`+
			`"ownerTeam":{"name":"Payments"},`+unknown+`}`, quoted(name), i+1))
	}
}

func (a *account) onCall() {
	user := func(name string) string {
		return fmt.Sprintf(`{"type":"user","username":"%s@example.com",`+unknown+`}`, name)
	}
	for i, name := range []string{"first", "Ops/EU", "🔥"} {
		rule := `{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":5},"recipient":%s,` + unknown + `}`
		rules := fmt.Sprintf(rule, user("ada"))
		if i > 0 {
			rules += "," + fmt.Sprintf(rule, `{"type":"escalation","name":"first"}`)
		}
		a.call("POST", "/v2/escalations", fmt.Sprintf(`{"name":%s,"ownerTeam":{"name":"Payments"},"rules":[%s],"repeat":{"waitInterval":10,"count":2},`+
			unknown+`}`, quoted(name), rules))
	}
	for _, name := range append([]string{"Payments on call"}, odd()...) {
		id := a.call("POST", "/v2/schedules", fmt.Sprintf(`{"name":%s,"timezone":"Europe/London","ownerTeam":{"name":"Payments"},"rotations":[`+
			`{"name":"days","startDate":"2026-01-05T08:00:00Z","type":"weekly","length":1,"participants":[%s,%s,{"type":"none"}],`+unknown+`},`+
			`{"name":"nights","startDate":"2026-01-05T20:00:00Z","type":"daily","participants":[{"type":"escalation","name":"first"}]}],`+unknown+`}`,
			quoted(name), user("ada"), user("grace")))
		a.call("POST", "/v2/schedules/"+id+"/overrides", fmt.Sprintf(`{"alias":%s,"user":%s,"startDate":"2026-12-01T08:00:00Z",`+
			`"endDate":"2026-12-01T20:00:00Z","rotations":[{"name":"days"}],`+unknown+`}`, quoted(name+"/swap"), user("alan")))
	}
	a.call("POST", "/v2/escalations", `{"name":"to the schedule","rules":[{"condition":"if-not-closed","notifyType":"next","delay":{"timeAmount":0},`+
		`"recipient":{"type":"schedule","name":"Payments on call"}}]}`)
	a.call("POST", "/v2/teams/Payments/routing-rules?teamIdentifierType=name", `{"name":"urgent","order":0,"notify":{"type":"escalation","name":"first"},`+
		`"criteria":{"type":"match-all-conditions","conditions":[{"field":"priority","operation":"equals","expectedValue":"P1",`+unknown+`}]},`+unknown+`}`)
	a.call("POST", "/v2/teams/Payments/routing-rules?teamIdentifierType=name", `{"name":"rest","notify":{"type":"schedule","name":"Payments on call"}}`)
}

func (a *account) teamID(name string) string {
	text, err := a.Peek("/v2/teams/" + url.PathEscape(name) + "?identifierType=name")
	require.NoError(a.t, err)
	return textOf(member(text, "id"))
}

func (a *account) rules() {
	team := a.teamID("Payments")
	for _, owner := range []string{"", team, a.teamID("disk")} {
		for _, name := range []string{"Tag", "Tag 2"} {
			a.call("POST", "/v2/policies", fmt.Sprintf(`{"type":"alert","name":%q,"teamId":%q,"enabled":true,"message":"{{message}}","tags":["x"],`+
				`"responders":[{"type":"user","username":"ada@example.com"}],"filter":{"type":"match-all",`+unknown+`},`+unknown+`}`, name, owner))
		}
	}
	policy := a.call("POST", "/v2/policies", fmt.Sprintf(`{"type":"notification","name":"Close","teamId":%q,"enabled":true,`+
		`"autoCloseAction":{"duration":{"timeAmount":72,"timeUnit":"hours"},`+unknown+`}}`, team))
	a.call("POST", "/v1/policies", `{"type":"modify","name":"old","message":"m",`+unknown+`}`)
	integration := a.call("POST", "/v2/integrations", `{"type":"API","name":"Payments API","ownerTeam":{"name":"Payments"},"tags":["api"],`+unknown+`}`)
	a.call("POST", "/v2/integrations/"+integration+"/actions", `{"type":"create","name":"create","filter":{"conditionMatchType":"match-all",`+
		unknown+`},"message":"{{message}}","alias":"{{alias}}","user":"u","note":"n",`+unknown+`}`)
	a.call("POST", "/v2/integrations", `{"type":"Email","name":"Ops/EU","emailUsername":"ops"}`)
	a.call("POST", "/v1/maintenance", fmt.Sprintf(`{"description":"Ops/EU","time":{"type":"schedule","startDate":"2027-01-01T00:00:00Z",`+
		`"endDate":"2027-01-02T00:00:00Z",`+unknown+`},"rules":[{"state":"disabled","entity":{"type":"integration","id":%q}},`+
		`{"state":"disabled","entity":{"type":"policy","id":%q}}],`+unknown+`}`, integration, policy))
	a.call("POST", "/v2/alerts/saved-searches", fmt.Sprintf(`{"name":"P1/open","query":"priority: P1","owner":{"username":"ada@example.com"},`+
		`"teams":[{"id":%q}],`+unknown+`}`, team))
	properties := `{"message":"m","priority":"P1","stakeholderProperties":{"enable":true,"message":"s",` + unknown + `}}`
	for _, name := range odd()[:4] {
		service := a.call("POST", "/v1/services", fmt.Sprintf(`{"name":%s,"teamId":%q,`+unknown+`}`, quoted(name), team))
		a.call("PATCH", "/v1/services/"+service+"/audience-templates", fmt.Sprintf(`{"responder":{"teams":[%q],`+unknown+`}}`, team))
		a.call("POST", "/v1/services/"+service+"/incident-rules", `{"conditionMatchType":"match-all","incidentProperties":`+properties+`,`+unknown+`}`)
		a.call("POST", "/v1/services/"+service+"/incident-templates", `{"name":"t","incidentProperties":`+properties+`,`+unknown+`}`)
	}
	for range 3 {
		a.call("POST", "/v1/incident-templates", `{"name":"equal names","message":"m","priority":"P2","stakeholderProperties":{"enable":true,"message":"s"},`+
			unknown+`}`)
	}
}

// alertsMade is how many alerts history makes, of which ten have the same time of creation.
const alertsMade = 230

func (a *account) history() {
	for i := range alertsMade {
		if i < 10 {
			a.clock.Add(-1)
		}
		alias := fmt.Sprintf("Ops/EU %d", i)
		a.call("POST", "/v2/alerts", fmt.Sprintf(`{"message":"m%d","alias":%q,"description":"d","details":{"k":"v"},"tags":["t"],`+
			`"responders":[{"type":"team","name":"Payments"},{"type":"user","username":"ada@example.com"}]}`, i, alias))
	}
	first := "/v2/alerts/" + url.PathEscape("Ops/EU 0")
	for i := range 130 {
		a.call("POST", first+"/notes?identifierType=alias", fmt.Sprintf(`{"note":"note %d"}`, i))
	}
	for _, name := range []string{"../x.png", "graph.png", "graph.png"} {
		a.attach(first+"/attachments?alertIdentifierType=alias", name)
	}
	a.call("POST", "/v1/incidents/create", fmt.Sprintf(`{"message":"i","responders":[{"type":"team","id":%q}],"note":"n"}`, a.teamID("Payments")))
	incident := a.Incidents()[0].ID
	for i := range 120 {
		a.call("POST", "/v2/incident-timelines/"+incident+"/entries", fmt.Sprintf(`{"description":{"type":"plain_text","content":"e%d"},`+unknown+`}`, i))
	}
	require.NoError(a.t, a.AssociateAlerts(incident, a.Alerts()[0].ID))
	a.postmortem = a.call("POST", "/v2/postmortem", fmt.Sprintf(`{"incidentId":%q,"title":"p",`+unknown+`}`, incident))
}

// attach uploads a file to an alert. Go's multipart writer would escape nothing in a name.
func (a *account) attach(path, name string) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	require.NoError(a.t, err)
	_, _ = part.Write([]byte(strings.Repeat("\x00\x01binary\xff", 500)))
	require.NoError(a.t, form.Close())
	a.send("POST", path, form.FormDataContentType(), &body)
}

// everything selects all that an export can read.
func (a *account) everything() Options {
	o := Options{Parallel: 8}
	o.Selected = Selected{Alerts: true, Incidents: true, TeamLogs: true, AuditLogs: true, Calendars: true}
	if a.postmortem != "" {
		o.Postmortems = []string{a.postmortem}
	}
	o.now = func() time.Time { return time.UnixMilli(a.clock.Load()) }
	return o
}
