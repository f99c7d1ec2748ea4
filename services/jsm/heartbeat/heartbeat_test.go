package heartbeat_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/heartbeat"
	"github.com/tripware/tripware/services/jsm/shape"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, slices.Concat(pings(), lists(), creations(), updates(), deletions(), refusals()))
}

// The name of this heartbeat needs escaping.
func ref() heartbeat.Ref { return heartbeat.Ref{TeamID: teamID, Name: "nightly/backup&a=b"} }

const name = "?name=nightly%2Fbackup%26a%3Db"

// demo is the first heartbeat of the fixtures, which write its unit in another spelling than
// requests do.
func demo() heartbeat.Heartbeat {
	return heartbeat.Heartbeat{
		Name: "demo-backup", Description: "Nightly job", Interval: 10, IntervalUnit: heartbeat.Minutes, Enabled: true, Status: heartbeat.Responsive,
		OwnerTeamID: teamID, AlertMessage: "demo-backup is silent", AlertTags: []string{"backup"}, AlertPriority: shape.P3,
	}
}

// wants compares what a call returned with a heartbeat, without the spelling that came.
func wants(want heartbeat.Heartbeat) func(testing.TB, any) {
	return func(tb testing.TB, got any) {
		tb.Helper()
		h, ok := got.(heartbeat.Heartbeat)
		require.True(tb, ok)
		h.Other = services.Other{}
		assert.Equal(tb, want, h)
	}
}

// S9: a ping is safe to retry, by either method.
func pings() []row {
	pong := func(tb testing.TB, got any) {
		tb.Helper()
		result, ok := got.(*services.Result[services.None])
		require.True(tb, ok)
		assert.Equal(tb, "PONG - Heartbeat received", result.Meta.Result)
	}
	ping := func(ctx context.Context, s service) (any, error) { return s.Ping(ctx, ref()) }
	return []row{
		{Name: "Ping", Call: ping, Exchange: exact("GET "+list+"/ping"+name, "", 202, "heartbeat_ping"), Check: pong},
		{Name: "Ping/without a body", Call: ping, Exchange: exact("GET "+list+"/ping"+name, "", 202, "")},
		{
			Name: "PingByPost", Call: func(ctx context.Context, s service) (any, error) { return s.PingByPost(ctx, ref()) },
			Exchange: exact("POST "+list+"/ping"+name, "", 202, "heartbeat_ping"), Repeat: services.SafeToRetry, Check: pong,
		},
	}
}

func lists() []row {
	read := func(ctx context.Context, s service) (any, error) {
		return apitest.Value(s.List(ctx, heartbeat.ListRequest{TeamID: teamID, Name: "demo backup", Page: shape.Page{Offset: 4, Limit: 2}}))
	}
	all := func(ctx context.Context, s service) (any, error) {
		found, err := apitest.Collect(s.All(ctx, heartbeat.ListRequest{TeamID: teamID}))
		return len(found), err
	}
	const query = "?offset=4&size=2&name=demo+backup"
	return []row{
		{
			Name: "List", Call: read, Exchange: exact("GET "+list+query, "", 200, "heartbeat_list"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				found, ok := got.([]heartbeat.Heartbeat)
				require.True(tb, ok)
				require.Len(tb, found, 2)
				wants(demo())(tb, found[0])
				assert.Equal(tb, []any{heartbeat.Hours, heartbeat.Pending}, []any{found[1].IntervalUnit, found[1].Status})
			},
		},
		{Name: "List/the plan", Call: read, Exchange: exact("GET "+list+query, "", 402, "heartbeat_plan"), Err: services.ErrPlan},
		{
			Name: "All", Call: all, Exchange: apitest.Exchange{Send: "GET " + prefix + list + "?size=100", Answer: `{"values":[{"name":"a"}],"links":{"next":"/v1/x?offset=100"}}`},
			Then: []apitest.Exchange{{Send: "GET " + prefix + list + "?offset=100&size=100", Answer: `{"values":[{"name":"b"}],"links":{}}`}}, Want: 2,
		},
	}
}

func creations() []row {
	create := func(in heartbeat.CreateRequest) func(context.Context, service) (any, error) {
		in.TeamID = teamID
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Create(ctx, in)) }
	}
	least := heartbeat.CreateRequest{Name: "n", Interval: 1, IntervalUnit: heartbeat.Days}
	off := least
	off.Enabled = services.Set(false)
	return []row{
		{
			Name: "Create",
			Call: create(heartbeat.CreateRequest{
				Name: "n", Description: "d", Interval: 26, IntervalUnit: heartbeat.Hours, Enabled: services.Set(true),
				AlertMessage: "m", AlertTags: []string{"x"}, AlertPriority: shape.P2,
			}),
			Exchange: exact("POST "+list, `{"name":"n","description":"d","interval":26,"intervalUnit":"hours","enabled":true,`+
				`"alertMessage":"m","alertTags":["x"],"alertPriority":"P2"}`, 201, "heartbeat_update"),
			Repeat: services.RetryIfRefused, Check: wants(demo()),
		},
		{ // S10: nothing is disabled because a field was left out, although that is the server's default.
			Name: "Create/only what is required", Call: create(least),
			Exchange: exact("POST "+list, `{"name":"n","interval":1,"intervalUnit":"days","enabled":true}`, 201, "heartbeat_update"), Repeat: services.RetryIfRefused,
		},
		{
			Name: "Create/disabled", Call: create(off),
			Exchange: exact("POST "+list, `{"name":"n","interval":1,"intervalUnit":"days","enabled":false}`, 201, "heartbeat_update"), Repeat: services.RetryIfRefused,
		},
	}
}

// The server answers an update with 201, and takes the name in the query alone.
func updates() []row {
	update := func(in heartbeat.UpdateRequest) func(context.Context, service) (any, error) {
		in.Ref = ref()
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	return []row{
		{
			Name: "Update",
			Call: update(heartbeat.UpdateRequest{
				Description: services.Set("d"), Interval: services.Set(2), IntervalUnit: services.Set(heartbeat.Days), Enabled: services.Set(true),
				AlertMessage: services.Set("m"), AlertTags: services.Set([]string{"x"}), AlertPriority: services.Set(shape.P5),
			}),
			Exchange: exact("PATCH "+list+name, `{"description":"d","interval":2,"intervalUnit":"days","enabled":true,"alertMessage":"m","alertTags":["x"],"alertPriority":"P5"}`,
				201, "heartbeat_update"),
			Repeat: services.SafeToRetry, Check: wants(demo()),
		},
		{
			Name: "Update/disable", Call: update(heartbeat.UpdateRequest{Enabled: services.Set(false)}),
			Exchange: exact("PATCH "+list+name, `{"enabled":false}`, 200, "heartbeat_update"), Repeat: services.SafeToRetry,
		},
		{ // S10: empty and null are not the same as left out.
			Name: "Update/to what is empty", Call: update(heartbeat.UpdateRequest{Description: services.Set(""), AlertTags: services.Set([]string{}), AlertMessage: services.Null[string]()}),
			Exchange: exact("PATCH "+list+name, `{"description":"","alertMessage":null,"alertTags":[]}`, 201, "heartbeat_update"), Repeat: services.SafeToRetry,
		},
	}
}

func deletions() []row {
	remove := func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Delete(ctx, ref())) }
	return []row{{Name: "Delete", Call: remove, Exchange: exact("DELETE "+list+name, "", 204, ""), Want: services.None{}}}
}

// S10: without a name, a change would be one of the whole list.
func refusals() []row {
	unnamed := heartbeat.Ref{TeamID: teamID}
	const problem = "name is required"
	create := func(name, problem string, change func(*heartbeat.CreateRequest)) row {
		in := heartbeat.CreateRequest{TeamID: teamID, Name: "n", Interval: 1, IntervalUnit: heartbeat.Days}
		change(&in)
		return refused("Create/"+name, problem, func(ctx context.Context, s service) (any, error) { return s.Create(ctx, in) })
	}
	update := func(name, problem string, in heartbeat.UpdateRequest) row {
		return refused("Update/"+name, problem, func(ctx context.Context, s service) (any, error) { return s.Update(ctx, in) })
	}
	return []row{
		refused("Ping/no name", problem, func(ctx context.Context, s service) (any, error) { return s.Ping(ctx, unnamed) }),
		refused("PingByPost/no name", problem, func(ctx context.Context, s service) (any, error) { return s.PingByPost(ctx, unnamed) }),
		refused("Delete/no name", problem, func(ctx context.Context, s service) (any, error) { return s.Delete(ctx, unnamed) }),
		refused("Delete/no team", "teamId is required", func(ctx context.Context, s service) (any, error) { return s.Delete(ctx, heartbeat.Ref{Name: "n"}) }),
		refused("List/no team", "teamId is required", func(ctx context.Context, s service) (any, error) { return s.List(ctx, heartbeat.ListRequest{}) }),
		create("no team", "teamId is required", func(in *heartbeat.CreateRequest) { in.TeamID = "" }),
		create("no name", problem, func(in *heartbeat.CreateRequest) { in.Name = "" }),
		create("no interval", "interval must be at least 1", func(in *heartbeat.CreateRequest) { in.Interval = 0 }),
		create("no unit", "intervalUnit is required", func(in *heartbeat.CreateRequest) { in.IntervalUnit = "" }),
		update("no name", problem, heartbeat.UpdateRequest{Ref: unnamed}),
		update("no interval", "interval must be at least 1", heartbeat.UpdateRequest{Ref: ref(), Interval: services.Set(0)}),
		update("no unit", "intervalUnit is required", heartbeat.UpdateRequest{Ref: ref(), IntervalUnit: services.Set(heartbeat.Unit(""))}),
	}
}

// S7: what was read is written back, with all that the struct does not have, but for the
// spelling of a unit that requests write in lower case, and the name, which cannot be changed.
func TestAHeartbeatIsWrittenBackAsItWasRead(t *testing.T) {
	t.Parallel()
	for unit, sent := range map[string]string{`"Minutes"`: `"minutes"`, `"DAYS"`: `"days"`, `"Weeks"`: `"Weeks"`, `7`: `7`} {
		read := `{"name":"a/b","description":null,"interval":26,"intervalUnit":` + unit + `,"enabled":false,"status":"OFF","ownerTeamId":"t-1",` +
			`"alertTags":[],"alertMessage":null,"quiet":{"from":1.50}}`
		var h heartbeat.Heartbeat
		require.NoError(t, json.Unmarshal([]byte(read), &h))
		assert.Equal(t, heartbeat.Off, h.Status)
		back, err := json.Marshal(h)
		require.NoError(t, err)
		assert.JSONEq(t, read, string(back))
		_, err = apitest.Verify(t.Context(), open, row{
			Call: func(ctx context.Context, s service) (any, error) { return s.Update(ctx, h.Request()) },
			Exchange: apitest.Exchange{Send: "PATCH " + prefix + "/v1/teams/t-1/heartbeats?name=a%2Fb", Answer: `{"name":"a/b"}`,
				Body: `{"description":null,"interval":26,"intervalUnit":` + sent + `,"enabled":false,"alertTags":[],"alertMessage":null,"quiet":{"from":1.50}}`},
			Repeat: services.SafeToRetry,
		})
		require.NoError(t, err, unit)
	}
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), heartbeat.CreateRequest{})
	require.EqualError(t, err, "services: POST /v1/teams/{teamId}/heartbeats: argument name is required; "+
		"argument interval must be at least 1; argument intervalUnit is required; argument teamId is required")
}

func TestAnIntervalIsADuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"Minutes": 2 * time.Minute, "hours": 2 * time.Hour, "Days": 48 * time.Hour, "moons": 0} {
		var h heartbeat.Heartbeat
		require.NoError(t, json.Unmarshal([]byte(`{"interval":2,"intervalUnit":"`+text+`"}`), &h))
		assert.Equal(t, want, h.Every(), text)
	}
}
