package jsmtest_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/jsm/jsmtest"
)

// What is configured is kept as it was written, merged by a change, and gone once it is
// deleted.
func TestPartsOfATeamAreKeptChangedAndDeleted(t *testing.T) {
	t.Parallel()
	rule := `{"condition":"if-not-acked","notifyType":"default","delay":5,"recipient":{"type":"user","id":"ada"},"x":1}`
	rows := map[string]struct {
		list           string
		create, change string
		status         int    // of the creation
		want           string // of a read after the change
		bad            []string
	}{
		"escalation": {
			"/escalations", `{"name":"n","rules":[` + rule + `],"repeat":{"count":2},"mine":{"a":[null,{"b":""}]}}`, `{"name":"m","repeat":null,"other":null}`, 201,
			`{"id":"<id>","name":"m","description":"","enabled":true,"rules":[` + rule + `],"mine":{"a":[null,{"b":""}]},"other":null}`,
			[]string{
				`{"name":"n"}`, `{"name":"n","rules":[]}`, `{"name":"n","rules":[{"condition":"if-not-acked"}]}`,
				`{"name":"n","rules":[` + strings.Replace(rule, `,"id":"ada"`, "", 1) + `]}`,
				`{"name":"n","rules":[` + strings.Replace(rule, `5`, `{"timeAmount":5}`, 1) + `]}`,
				`{"name":"n","rules":[` + rule + `],"repeat":{"count":21}}`, `{"name":"` + strings.Repeat("n", 101) + `","rules":[` + rule + `]}`,
			},
		},
		"role": {
			"/roles", `{"name":"n","rights":[{"right":"edit-schedules","granted":true}],"mine":1}`, `{"rights":[]}`, 200,
			`{"id":"<id>","name":"n","rights":[],"mine":1}`,
			[]string{`{}`, `{"name":"o","rights":[{"right":"fly","granted":true}]}`, `{"name":"o","rights":[{"right":"edit-schedules"}]}`},
		},
		"routing rule": {
			"/routing-rules", `{"name":"n","notify":{"type":"schedule","id":"s"},"mine":1,"isDefault":true}`, `{"name":"m","criteria":{"type":"match-all-conditions","conditions":[{"field":"f","operation":"o","x":1}]}}`, 201,
			`{"id":"<id>","name":"m","order":0,"isDefault":false,"notify":{"type":"schedule","id":"s"},"mine":1,"timezone":"America/New_York",
				"criteria":{"type":"match-all-conditions","conditions":[{"field":"f","operation":"o","x":1}]}}`,
			[]string{`{"name":"n"}`, `{"notify":{"type":"schedule"}}`, `{"notify":{"type":"user","id":"u"}}`, `{"notify":{"type":"none"},"criteria":{"type":"some"}}`,
				`{"notify":{"type":"none"},"criteria":{"type":"match-all","conditions":[{"field":"f"}]}}`},
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := jsmtest.New(t)
			c := dial(t, s)
			list := teams + "/" + s.AddTeam("Storage") + row.list
			var made struct{ ID string }
			c.must(row.status, "POST", list, row.create, &made)
			one := list + "/" + made.ID
			want := strings.Replace(row.want, "<id>", made.ID, 1)
			assert.JSONEq(t, want, c.must(200, "PATCH", one, row.change, nil).raw)
			assert.JSONEq(t, want, c.do("GET", one, "").raw)
			assert.Contains(t, c.do("GET", list, "").raw, made.ID)
			for _, body := range row.bad {
				assert.Equal(t, 422, c.do("POST", list, body).status, body)
			}
			c.must(204, "DELETE", one, "", nil)
			assert.Equal(t, 404, c.do("GET", one, "").status)
			assert.NotContains(t, c.must(200, "GET", teams+"/none"+row.list, "", nil).raw, `"id"`, "of a team that the caller cannot see")
			assert.Equal(t, 404, c.do("POST", teams+"/none"+row.list, row.create).status)
		})
	}
}

func TestAListOfRolesIsAnArray(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t)
	c := dial(t, s)
	at := teams + "/" + s.AddTeam("Storage") + "/roles"
	assert.Equal(t, "[]", c.do("GET", at, "").raw)
	c.must(200, "POST", at, `{"name":"n"}`, nil)
	var all []struct{ Name string }
	c.must(200, "GET", at, "", &all)
	assert.Len(t, all, 1)
	assert.Equal(t, 422, c.do("POST", at, `{"name":"n"}`).status, "the name is taken")
}

func TestTheDefaultRoutingRuleStaysLast(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t, jsmtest.WithVariants(jsmtest.OtherWords))
	c := dial(t, s)
	at := teams + "/" + s.AddTeam("Storage") + "/routing-rules"
	names := func() string {
		var page struct {
			Values []struct {
				Name, ID string
				Order    int
				Notify   struct{ Type string }
			}
		}
		c.must(200, "GET", at, "", &page)
		var all []string
		for i, each := range page.Values {
			assert.Equal(t, i, each.Order)
			assert.Equal(t, "NONE", each.Notify.Type)
			all = append(all, each.Name)
		}
		return strings.Join(all, " ")
	}
	a := c.made(at, `{"name":"a","notify":{"type":"none"}}`)
	c.made(at, `{"name":"b","notify":{"type":"none"}}`)
	c.made(at, `{"name":"c","order":0,"notify":{"type":"none"}}`)
	assert.Equal(t, "c a b Default", names())
	c.must(204, "PATCH", at+"/"+a+"/change-order", `{"order":99}`, nil)
	assert.Equal(t, "c b a Default", names())
	assert.Equal(t, 422, c.do("PATCH", at+"/"+a+"/change-order", `{}`).status)
	var page struct{ Values []struct{ ID string } }
	c.must(200, "GET", at+"?offset=3", "", &page)
	last := at + "/" + page.Values[0].ID
	assert.Equal(t, 403, c.do("DELETE", last, "").status)
	assert.Equal(t, 403, c.do("PATCH", last+"/change-order", `{"order":0}`).status)
	c.must(200, "PATCH", last, `{"name":"Rest"}`, nil)
	assert.Equal(t, "c b a Rest", names())
	c.must(204, "DELETE", at+"/"+a, "", nil)
	assert.Equal(t, "c b Rest", names())
}

// Teams come from elsewhere; a request enables operations for one, and its status is read
// below the team.
func TestOperationsAreEnabledLater(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t)
	c := dial(t, s)
	old, id := s.AddTeam("Storage"), s.AddPlatformTeam("Network", "ada")
	assert.JSONEq(t, `{"platformTeams":[{"teamId":"`+old+`","teamName":"Storage"}]}`, c.do("GET", teams, "").raw)
	assert.JSONEq(t, `{"values":[],"links":{"next":null}}`, c.do("GET", teams+"/"+id+"/escalations", "").raw)
	var accepted struct{ RequestID string }
	c.must(200, "POST", teams+"/"+id+"/enable-ops", `{"adminAccountIds":["ada"]}`, &accepted)
	status := teams + "/" + id + "/requests/" + accepted.RequestID
	for _, want := range []string{"IN_PROGRESS", "IN_PROGRESS", "SUCCESSFUL"} {
		assert.JSONEq(t, `{"status":{"value":"`+want+`"}}`, c.do("GET", status, "").raw)
	}
	assert.Contains(t, c.do("GET", teams, "").raw, "Network")
	assert.Contains(t, c.do("GET", teams+"/"+id+"/routing-rules", "").raw, `"isDefault":true`)
	assert.Equal(t, 404, c.do("GET", teams+"/"+old+"/requests/"+accepted.RequestID, "").status)
	assert.Equal(t, 404, c.do("POST", teams+"/none/enable-ops", `{}`).status)
	assert.Equal(t, 404, c.do("GET", alerts+"/requests/"+accepted.RequestID, "").status)
	c.must(200, "POST", teams+"/"+id+"/enable-ops", "", nil)
	s.Settle()
	var list struct{ PlatformTeams []struct{ TeamID string } }
	c.must(200, "GET", teams, "", &list)
	assert.Len(t, list.PlatformTeams, 2, "once more changes nothing")

	bare := dial(t, jsmtest.New(t, jsmtest.WithVariants(jsmtest.BareTeams)))
	assert.Equal(t, "[]", bare.do("GET", teams, "").raw)
}

func TestAHeartbeatIsNamedInTheQuery(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := jsmtest.New(t, jsmtest.WithClock(clock.now))
	c := dial(t, s)
	team := s.AddTeam("Storage")
	at := teams + "/" + team + "/heartbeats"
	c.must(201, "POST", at, `{"name":"other","interval":1,"intervalUnit":"days"}`, nil)
	c.must(201, "POST", at, `{"name":"a b","interval":10,"intervalUnit":"minutes","mine":1,"status":"Responsive"}`, nil)
	read := func() string {
		var page struct{ Values []json.RawMessage }
		c.must(200, "GET", at+"?name=a+b", "", &page)
		require.Len(t, page.Values, 1)
		return string(page.Values[0])
	}
	assert.JSONEq(t, `{"name":"a b","description":"","interval":10,"intervalUnit":"Minutes","enabled":false,"status":"Off","ownerTeamId":"`+team+`",
		"alertTags":[],"alertPriority":"P3","mine":1}`, read())
	assert.Contains(t, c.must(201, "PATCH", at+"?name=a+b", `{"enabled":true}`, nil).raw, `"status":"Pending"`)
	for _, method := range []string{"GET", "POST"} {
		assert.JSONEq(t, `{"message":"PONG - Heartbeat received"}`, c.must(202, method, at+"/ping?name=a+b", "", nil).raw)
		assert.Contains(t, read(), `"status":"Responsive"`)
		assert.NotContains(t, read(), "Ping", "the API does not return the time")
		clock.move(10 * time.Minute)
		assert.Contains(t, read(), `"status":"Unresponsive"`)
	}
	c.must(202, "GET", at+"/ping?name=nobody", "", nil)
	for i, body := range []string{`{"name":"c"}`, `{"name":"a b","interval":1,"intervalUnit":"days"}`, `{"name":"c","interval":1,"intervalUnit":"Days"}`, `{"name":"c","interval":0,"intervalUnit":"days"}`} {
		assert.Equal(t, 422, c.do("POST", at, body).status, strconv.Itoa(i))
	}
	assert.Equal(t, 404, c.do("PATCH", at+"?name=c", `{}`).status)
	assert.Equal(t, 422, c.do("DELETE", at, "").status, "without a name")
	c.must(204, "DELETE", at+"?name=a+b", "", nil)
	c.must(204, "DELETE", at+"?name=other", "", nil)
	assert.JSONEq(t, `{"values":[],"links":{"next":null}}`, c.do("GET", at, "").raw)

	other := jsmtest.New(t, jsmtest.WithVariants(jsmtest.OtherWords))
	at = teams + "/" + other.AddTeam("Storage") + "/heartbeats"
	assert.Contains(t, dial(t, other).must(201, "POST", at, `{"name":"a","interval":1,"intervalUnit":"days"}`, nil).raw, `"intervalUnit":"days"`)
}
