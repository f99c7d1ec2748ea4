package opsgenietest_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// parsed reads JSON with its numbers as they are written.
func parsed(tb testing.TB, text []byte) (out any) {
	tb.Helper()
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	require.NoError(tb, in.Decode(&out), "%s", text)
	return out
}

// strange are members that no kind knows.
const strange = `"id":"mine","moons":{"big":12345678901234567890,"deep":[{"none":null,"text":"","list":[]}]},"tides":null,"quiet":"","crew":[]`

// within returns an object that has its members, and another object those called
// moons too: a known member with one that is unknown.
func within(object string) string {
	return strings.Replace(object, "{", `{"moons":[1,{"text":""}],"tides":null,`, 1)
}

// subset asserts that all of want is in got: objects may have more members.
func subset(tb testing.TB, want, got any, path string) {
	tb.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !assert.True(tb, ok, "%s is %v", path, got) {
			return
		}
		for name, each := range w {
			value, there := g[name]
			if assert.True(tb, there, "%s.%s is lost", path, name) {
				subset(tb, each, value, path+"."+name)
			}
		}
	case []any:
		g, ok := got.([]any)
		if assert.True(tb, ok && len(g) == len(w), "%s is %v", path, got) {
			for i := range w {
				subset(tb, w[i], g[i], path+"[]")
			}
		}
	default:
		assert.Equal(tb, want, got, path)
	}
}

// found returns the object in a value one of whose members has the value id.
func found(value any, id string) map[string]any {
	all, _ := value.([]any)
	if object, ok := value.(map[string]any); ok {
		for _, name := range []string{"id", "alias", "name", "postmortemId"} {
			if object[name] == id {
				return object
			}
		}
		for each := range maps.Values(object) {
			all = append(all, each)
		}
	}
	for _, each := range all {
		if object := found(each, id); object != nil {
			return object
		}
	}
	return nil
}

// A keptRow is a kind of resource: where one is created, with which body, and how it is changed.
type keptRow struct {
	list, body string
	change     string // PATCH or PUT
	changed    string // the body of a change, which writes no strange member
	inList     bool   // it is read in the list only
}

func keptRows() map[string]keptRow {
	const (
		incident = `{"message":"m","priority":"P1","stakeholderProperties":{"message":"m"}}`
		window   = `"startDate":"2026-05-26T08:00:00.000Z","endDate":"2026-05-26T09:00:00.000Z"`
		user     = `{"type":"user","id":"u-1"}`
	)
	team, rotation := within(`{"id":"<team>"}`), `"startDate":"2026-05-26T08:00:00.000Z","type":"weekly","participants":[`+within(user)+`]`
	rule := `{"condition":"if-not-acked","notifyType":"all","delay":` + within(`{"timeAmount":5}`) + `,"recipient":` + within(user) + `}`
	return map[string]keptRow{
		"team": {list: teams, change: "PATCH", changed: `{"description":"d"}`,
			body: `{"name":"n","members":[` + within(`{"user":`+within(`{"id":"u-1"}`)+`,"role":"admin"}`) + `]}`},
		"team role": {list: teams + "/<team>/roles", change: "PATCH", changed: `{"name":"o"}`, body: `{"name":"n","rights":[` + within(`{"right":"r"}`) + `]}`},
		"routing rule": {list: teams + "/<team>/routing-rules", change: "PATCH", changed: `{"name":"o"}`,
			body: `{"name":"n","notify":` + within(user) + `,"criteria":` + within(`{"type":"match-all"}`) + `}`},
		"user": {list: users, change: "PATCH", changed: `{"fullName":"o"}`,
			body: `{"username":"a@b.c","fullName":"n","role":` + within(`{"name":"User"}`) + `,"userAddress":` + within(`{"city":""}`) + `}`},
		"contact": {list: users + "/<user>/contacts", change: "PATCH", changed: `{"to":"y"}`, body: `{"method":"sms","to":"x"}`},
		"notification rule": {list: users + "/<user>/notification-rules", change: "PATCH", changed: `{"name":"o","enabled":true}`,
			body: `{"name":"n","actionType":"create-alert","enabled":false,"repeat":` + within(`{"loopAfter":1}`) +
				`,"steps":[` + within(`{"contact":`+within(`{"method":"sms","to":"x"}`)+`,"enabled":true}`) + `]}`},
		"notification step": {list: users + "/<user>/notification-rules/<rule>/steps", change: "PATCH", changed: `{"enabled":false}`,
			body: `{"contact":` + within(`{"method":"sms","to":"x"}`) + `,"enabled":true}`},
		"forwarding rule": {list: "/v2/forwarding-rules", change: "PUT", changed: `{"fromUser":{"id":"u-1"},"toUser":{"id":"u-2"},` + window + `}`,
			body: `{"fromUser":` + within(`{"id":"u-1"}`) + `,"toUser":{"id":"u-2"},` + window + `}`},
		"user role":  {list: "/v2/roles", change: "PATCH-PUT", changed: `{"name":"o"}`, body: `{"name":"n","grantedRights":[]}`},
		"schedule":   {list: schedules, change: "PATCH", changed: `{"name":"o"}`, body: `{"name":"n","description":"","ownerTeam":` + team + `,"rotations":[` + within(`{`+rotation+`}`) + `]}`},
		"rotation":   {list: schedules + "/<schedule>/rotations", change: "PATCH", changed: `{"name":"o"}`, body: `{"timeRestriction":` + within(`{"type":"time-of-day"}`) + `,` + rotation + `}`},
		"override":   {list: schedules + "/<schedule>/overrides", change: "PUT", changed: `{"user":{"type":"none"},` + window + `}`, body: `{"user":` + within(user) + `,"rotations":[` + within(`{"name":"Primary"}`) + `],` + window + `}`},
		"escalation": {list: escalations, change: "PATCH", changed: `{"name":"o"}`, body: `{"name":"n","ownerTeam":` + team + `,"rules":[` + within(rule) + `],"repeat":` + within(`{"count":0}`) + `}`},
		"integration": {list: "/v2/integrations", change: "PUT", changed: `{"type":"API","name":"o"}`,
			body: `{"type":"API","name":"n","ownerTeam":` + team + `,"responders":[` + within(user) + `,"all"]}`},
		"policy": {list: "/v2/policies", change: "PUT", changed: `{"type":"alert","name":"o","message":"m"}`,
			body: `{"type":"alert","name":"n","message":"m","alias":"","tags":[],"filter":` + within(`{"type":"match-all"}`) + `,"responders":[` + within(user) + `]}`},
		"old policy": {list: "/v1/policies", change: "PUT", changed: `{"type":"modify","name":"o"}`,
			body: `{"type":"modify","name":"n","tags":[],"recipients":[` + within(user) + `]}`},
		"maintenance": {list: "/v1/maintenance", change: "PUT", changed: `{"time":{"type":"indefinitely"},"rules":[{"entity":{"id":"i","type":"policy"}}]}`,
			body: `{"time":` + within(`{"type":"schedule",`+window+`}`) + `,"rules":[` + within(`{"entity":`+within(`{"id":"i","type":"policy"}`)+`}`) + `]}`},
		"heartbeat": {list: "/v2/heartbeats", change: "PATCH", changed: `{"interval":2}`,
			body: `{"name":"n","interval":1,"intervalUnit":"days","enabled":false,"description":"","alertTags":[],"ownerTeam":` + team + `}`},
		"saved search": {list: "/v2/alerts/saved-searches", change: "PATCH", changed: `{"name":"o","query":"q","owner":{"id":"u-1"}}`,
			body: `{"name":"n","query":"q","description":"","owner":` + within(`{"id":"u-1"}`) + `,"teams":[` + team + `]}`},
		"service":       {list: "/v1/services", change: "PATCH", changed: `{"name":"o"}`, body: `{"name":"n","teamId":"t-1","description":"","tags":[]}`},
		"incident rule": {list: "/v1/services/<service>/incident-rules", change: "PUT", changed: `{"incidentProperties":` + incident + `}`, body: `{"conditions":[],"incidentProperties":` + within(incident) + `}`, inList: true},
		"service's incident template": {list: "/v1/services/<service>/incident-templates", change: "PUT", changed: `{"name":"o","incidentProperties":` + incident + `}`,
			body: `{"name":"n","incidentProperties":` + within(incident) + `}`, inList: true},
		"incident template": {list: "/v1/incident-templates", change: "PUT", changed: `{"name":"o",` + incident[1:], inList: true,
			body: `{"name":"n","tags":[],` + strings.Replace(incident, `{"message":"m"}`, within(`{"message":"m"}`), 1)[1:]},
		"timeline entry": {list: "/v2/incident-timelines/<incident>/entries", change: "PATCH-PUT", changed: `{"description":{"content":"o"}}`,
			body: `{"description":` + within(`{"type":"plain_text","content":"c"}`) + `}`},
		"postmortem": {list: "/v2/postmortem", change: "PATCH-PUT", changed: `{"title":"o"}`, body: `{"incidentId":"<incident>","title":"","content":` + within(`{"type":"doc"}`) + `}`},
	}
}

// What is written comes back, also what no kind knows and what is empty. PATCH
// merges, and so does a PUT that need not name everything; any other PUT replaces.
func TestWhatIsWrittenIsGivenBack(t *testing.T) {
	t.Parallel()
	for name, row := range keptRows() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(newClock().now))
			c := dial(t, s)
			ada := c.made(users, someUser)
			ids := strings.NewReplacer("<team>", c.made(teams, `{"name":"Storage"}`), "<user>", ada,
				"<schedule>", c.made(schedules, `{"name":"Nights","rotations":[{"name":"Primary","startDate":"2026-05-26T08:00:00Z","type":"daily","participants":[{"type":"none"}]}]}`),
				"<service>", c.made("/v1/services", `{"name":"checkout","teamId":"t-1"}`),
				"<rule>", c.made(at(users, ada)+"/notification-rules", `{"name":"r","actionType":"add-note","enabled":true}`),
				"<incident>", c.done("POST", "/v1/incidents/create", `{"message":"m"}`).IncidentID)
			list, body := ids.Replace(row.list), ids.Replace(row.body)
			body = strings.TrimSuffix(body, "}") + `,` + strange + `}`
			id := c.made(list, body)
			read := func() map[string]any {
				if row.inList {
					return found(parsed(t, c.do("GET", list, "").raw), id)
				}
				r := c.do("GET", at(list, id), "")
				require.Equal(t, http.StatusOK, r.status, "%s", r.raw)
				return found(parsed(t, r.raw), id)
			}
			want, _ := parsed(t, []byte(body)).(map[string]any)
			delete(want, "id")
			delete(want, "incidentId") // a postmortem shows it elsewhere
			before := read()
			subset(t, want, before, name)
			assert.NotEqual(t, "mine", before["id"], "the server gives the id")

			method := row.change[strings.LastIndex(row.change, "-")+1:]
			again, err := json.Marshal(before)
			require.NoError(t, err)
			r := c.do(method, at(list, id), string(again))
			require.Equal(t, http.StatusOK, r.status, "%s", r.raw)
			same := read()
			for _, made := range []string{"rotations", "steps", "lastEdit"} { // have new ids or times
				delete(before, made)
				delete(same, made)
			}
			assert.Equal(t, before, same, "what was read is written back")

			r = c.do(method, at(list, id), ids.Replace(strings.Replace(row.changed, "{", `{"stars":[{"n":7}],`, 1)))
			require.Equal(t, http.StatusOK, r.status, "%s", r.raw)
			after := read()
			assert.Equal(t, []any{map[string]any{"n": json.Number("7")}}, after["stars"])
			if row.change == "PUT" {
				assert.NotContains(t, after, "moons", "a PUT replaces")
				return
			}
			full, _ := parsed(t, []byte(`{`+strange+`}`)).(map[string]any)
			delete(full, "id")
			subset(t, full, after, name+" after the change")
		})
	}
}

// What is written below a resource by an operation of its own comes back too.
func TestWhatIsWrittenBelowAResourceIsGivenBack(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	kept := func(method, write, body, read string) {
		t.Helper()
		r := c.do(method, write, body)
		require.Less(t, r.status, 300, "%s", r.raw)
		var data any
		got, _ := parsed(t, c.get(read, &data).body.Data).(map[string]any)
		want := parsed(t, []byte(body))
		if all, ok := got["members"].([]any); ok {
			got, _ = all[0].(map[string]any)
		} else if all, ok := got["ignore"].([]any); ok && method == "POST" {
			got, _ = all[0].(map[string]any)
		}
		subset(t, want, got, write)
	}
	team := at(teams, c.made(teams, `{"name":"Storage"}`))
	kept("POST", team+"/members", within(`{"user":`+within(`{"username":"ada@example.com"}`)+`,"role":"admin"}`), team)

	actions := at("/v2/integrations", c.made("/v2/integrations", `{"type":"API","name":"n"}`)) + "/actions"
	action := within(`{"type":"ignore","name":"n","filter":` + within(`{"conditions":[]}`) + `,"responders":[` + within(`{"type":"team","name":"Storage"}`) + `]}`)
	kept("POST", actions, action, actions)
	kept("PUT", actions, within(`{"ignore":[`+action+`],"close":[]}`), actions)

	audience := at("/v1/services", c.made("/v1/services", `{"name":"n","teamId":"t"}`)) + "/audience-templates"
	first := within(`{"responder":` + within(`{"teams":["t"]}`) + `,"stakeholder":` + within(`{"conditions":[`+within(`{"matchField":"tag","value":"v"}`)+`]}`) + `}`)
	kept("PATCH", audience, first, audience)
	kept("PATCH", audience, `{"responder":{"individuals":[]}}`, audience)
	kept("PATCH", audience, first, audience)

	deployment := "/v2/deployments/d?type=api"
	kept("POST", "/v2/deployments", within(`{"state":"started","startedAt":"2026-05-26T08:00:00.000Z","externalId":"d","message":"","environment":`+
		within(`{"type":"Test","id":"t"}`)+`,"releases":[`+within(`{"type":"hub","tag":7}`)+`]}`), deployment)
	kept("PUT", "/v2/deployments/d/updateState?identifierType=api", `{"state":"failed","stars":{"n":[]}}`, deployment)
	kept("PUT", "/v2/deployments/d/updateState?identifierType=api", within(`{"state":"failed"}`), deployment)
}

// Members that only the server writes are not taken from a request, and members
// that it does not know do not change what it does.
func TestAnUnknownMemberChangesNothing(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithClock(newClock().now))
	c := dial(t, s)
	ada := c.made(users, strings.Replace(someUser, "{", `{"name":"bob@example.com","createdAt":"2001-01-01T00:00:00Z","verified":true,`, 1))
	bob := c.made(users, strings.Replace(someUser, "ada@", "bob@", 1))
	c.made(teams, `{"name":"Storage","username":"Network","members":[{"user":{"username":"bob@example.com"}}]}`)
	var team struct {
		Members []struct{ User struct{ ID, Username string } }
	}
	c.get("/v2/teams/Storage?identifierType=name", &team)
	require.Len(t, team.Members, 1)
	assert.Equal(t, bob+" bob@example.com", team.Members[0].User.ID+" "+team.Members[0].User.Username, "a user has no name to be found by")
	var user map[string]any
	c.get(at(users, ada), &user)
	assert.Equal(t, []any{"2026-05-26T09:30:00.120Z", false, "bob@example.com"}, []any{user["createdAt"], user["verified"], user["name"]})
	c.refuses(refusedRequest{"POST", "/v2/heartbeats", `{"name":"n","interval":12345678901234567890,"intervalUnit":"days","enabled":true}`, 422, "interval"})
}
