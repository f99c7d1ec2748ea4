package maintenance_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/maintenance"
	"github.com/tripware/tripware/services/jsm/shape"
)

const (
	at       = "/v1/maintenances"
	teamAt   = "/v1/teams/" + team + "/maintenances"
	ruleText = `"rules":[{"state":"disabled","entity":{"id":"ffffffff-0000-4000-8000-000000000001","type":"integration"}},` +
		`{"state":"enabled","entity":{"id":"99999999-0000-4000-8000-000000000001","type":"policy"}}]`
)

func night() (start, end time.Time) {
	return time.Date(2026, 12, 1, 22, 0, 0, 0, time.UTC), time.Date(2026, 12, 2, 2, 0, 0, 0, time.UTC)
}

func rules() []maintenance.Rule {
	return []maintenance.Rule{
		{State: maintenance.Disabled, Entity: maintenance.Entity{ID: "ffffffff-0000-4000-8000-000000000001", Type: maintenance.Integration}},
		{State: maintenance.Enabled, Entity: maintenance.Entity{ID: "99999999-0000-4000-8000-000000000001", Type: maintenance.Policy}},
	}
}

// demo is the maintenance of the fixtures.
func demo(status maintenance.Status) maintenance.Maintenance {
	start, end := night()
	return maintenance.Maintenance{
		ID: id, Status: status, Description: "Demo window", Start: shape.Time{Time: start}, End: shape.Time{Time: end}, Rules: rules(),
	}
}

func all() []maintenance.Maintenance {
	second := demo(maintenance.Active)
	second.ID, second.TeamID = "77777777-0000-4000-8000-000000000002", team
	return []maintenance.Maintenance{demo(maintenance.Planned), second}
}

// elsewhere is a creation with a time in another zone, and what it sends.
func elsewhere() (maintenance.CreateRequest, string) {
	start, end := night()
	return maintenance.CreateRequest{Description: "d", Start: start.In(time.FixedZone("", 3600)), End: end, Rules: rules()},
		`{"description":"d","startDate":"2026-12-01T23:00:00+01:00","endDate":"2026-12-02T02:00:00Z",` + ruleText + `}`
}

// paged are two pages of a list: with a link in the form that the server uses, and the last.
func paged(path string) []apitest.Exchange {
	return []apitest.Exchange{
		{Send: "GET " + prefix + path + "?size=100&type=past", Answer: `{"values":[{"id":"a","status":"lunar"}],"links":{"next":"/v1/maintenances?offset=50&size=25&type=past"}}`},
		exact("GET "+path+"?offset=50&size=25&type=past", "", 200, "maintenance_list"),
	}
}

func everything() []maintenance.Maintenance {
	return append([]maintenance.Maintenance{{ID: "a", Status: "lunar"}}, all()...)
}

// plain is what a call returned, without what the values keep of their text.
func plain(list []maintenance.Maintenance, err error) (any, error) {
	for i := range list {
		list[i].Other = services.Other{}
	}
	return list, err
}

// S9: each operation says whether it is safe to retry.
func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	start, end := night()
	in, inText := elsewhere()
	list := func(in maintenance.ListRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.List(ctx, in)) }
	}
	create := func(in maintenance.CreateRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Create(ctx, in)) }
	}
	update := func(in maintenance.UpdateRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	pages := paged(at)
	cancelled := demo(maintenance.Cancelled)
	sync := maintenance.Rule{State: maintenance.Enabled, Entity: maintenance.Entity{ID: "s", Type: maintenance.Sync}}
	apitest.Run(t, open, []row{
		{
			Name: "List", Call: list(maintenance.ListRequest{Type: maintenance.SelectNonExpired, Page: shape.Page{Offset: 4, Limit: 2}}),
			Exchange: exact("GET "+at+"?offset=4&size=2&type=non-expired", "", 200, "maintenance_list"), Want: all(),
		},
		{Name: "List/without a choice", Call: list(maintenance.ListRequest{}), Exchange: exact("GET "+at, "", 200, "maintenance_list"), Want: all()},
		{
			Name: "All", Exchange: pages[0], Then: pages[1:], Want: everything(),
			Call: func(ctx context.Context, s service) (any, error) {
				return plain(apitest.Collect(s.All(ctx, maintenance.ListRequest{Type: maintenance.SelectPast})))
			},
		},
		{Name: "Create", Call: create(in), Exchange: exact("POST "+at, inText, 201, "maintenance_cancel"), Repeat: services.RetryIfRefused, Want: cancelled},
		{
			Name: "Create/only what is required", Call: create(maintenance.CreateRequest{Rules: []maintenance.Rule{{Entity: maintenance.Entity{ID: "p", Type: maintenance.Policy}}}}),
			Exchange: exact("POST "+at, `{"rules":[{"entity":{"id":"p","type":"policy"}}]}`, 201, "maintenance_cancel"), Repeat: services.RetryIfRefused,
		},
		{
			Name: "Create/without an end", Call: create(maintenance.CreateRequest{Start: start, Rules: rules()}),
			Exchange: exact("POST "+at, `{"startDate":"2026-12-01T22:00:00Z",`+ruleText+`}`, 201, "maintenance_cancel"), Repeat: services.RetryIfRefused,
		},
		{
			Name: "Get", Call: func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Get(ctx, "a/b")) },
			Exchange: exact("GET "+at+"/a%2Fb", "", 200, "maintenance_cancel"), Want: cancelled,
		},
		{
			Name: "Update", Call: update(maintenance.UpdateRequest{ID: id, Description: services.Set(""), Start: services.Set(start), End: services.Set(end), Rules: services.Set(rules())}),
			Exchange: exact("PATCH "+at+"/"+id, `{"description":"","startDate":"2026-12-01T22:00:00Z","endDate":"2026-12-02T02:00:00Z",`+ruleText+`}`, 200, "maintenance_cancel"),
			Repeat:   services.SafeToRetry, Want: cancelled,
		},
		{ // S10: what is left out is not sent.
			Name: "Update/the end alone", Call: update(maintenance.UpdateRequest{ID: id, End: services.Set(end)}),
			Exchange: exact("PATCH "+at+"/"+id, `{"endDate":"2026-12-02T02:00:00Z"}`, 200, "maintenance_cancel"), Repeat: services.SafeToRetry,
		},
		{
			Name: "Delete", Call: func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Delete(ctx, id)) },
			Exchange: exact("DELETE "+at+"/"+id, "", 204, ""), Want: services.None{},
		},
		{
			Name: "Cancel", Call: func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Cancel(ctx, id)) },
			Exchange: exact("POST "+at+"/"+id+"/cancel", "", 200, "maintenance_cancel"), Repeat: services.SafeToRetry, Want: cancelled,
		},
		// S10: what the server would refuse is refused before sending, with the name of the member.
		refused("Create/without rules", "rules is required", create(maintenance.CreateRequest{})),
		refused("Create/rules without entities", "rules[1].entity.id is required; rules[1].entity.type is required",
			create(maintenance.CreateRequest{Rules: append(rules()[:1], maintenance.Rule{})})),
		refused("Create/to end before it starts", "endDate must not be before startDate", create(maintenance.CreateRequest{Start: end, End: start, Rules: rules()})),
		refused("Create/to enable an integration", "rules[0].state must be disabled for the type integration", create(maintenance.CreateRequest{
			Rules: []maintenance.Rule{{State: maintenance.Enabled, Entity: rules()[0].Entity}},
		})),
		refused("Update/to end before it starts", "endDate must not be before startDate",
			update(maintenance.UpdateRequest{ID: id, Start: services.Set(end), End: services.Set(start)})),
		refused("Update/to enable a sync", "rules[0].state must be disabled for the type sync",
			update(maintenance.UpdateRequest{ID: id, Rules: services.Set([]maintenance.Rule{sync})})),
		refused("Update/no id", "id is required", update(maintenance.UpdateRequest{})),
		refused("Get/no id", "id is required", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, "") }),
		refused("List/a negative offset", "offset must be at least 0", list(maintenance.ListRequest{Page: shape.Page{Offset: -1}})),
	})
}

// S9: each operation says whether it is safe to retry.
func TestEveryOperationOfTeamsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	_, end := night()
	in, inText := elsewhere()
	ref := maintenance.Ref{ID: "a/b", TeamID: "c d"}
	create := func(teamID string, in maintenance.CreateRequest) func(context.Context, teamService) (any, error) {
		return func(ctx context.Context, s teamService) (any, error) {
			return apitest.Value(s.Create(ctx, teamID, in))
		}
	}
	update := func(teamID string, in maintenance.UpdateRequest) func(context.Context, teamService) (any, error) {
		return func(ctx context.Context, s teamService) (any, error) {
			return apitest.Value(s.Update(ctx, teamID, in))
		}
	}
	pages := paged(teamAt)
	cancelled := demo(maintenance.Cancelled)
	apitest.Run(t, openTeam, []teamRow{
		{
			Name: "List", Exchange: exact("GET "+teamAt+"?offset=4&size=2&type=all", "", 200, "maintenance_list"), Want: all(),
			Call: func(ctx context.Context, s teamService) (any, error) {
				return apitest.Value(s.List(ctx, team, maintenance.ListRequest{Type: maintenance.SelectAll, Page: shape.Page{Offset: 4, Limit: 2}}))
			},
		},
		{
			Name: "All", Exchange: pages[0], Then: pages[1:], Want: everything(),
			Call: func(ctx context.Context, s teamService) (any, error) {
				return plain(apitest.Collect(s.All(ctx, team, maintenance.ListRequest{Type: maintenance.SelectPast})))
			},
		},
		{Name: "Create", Call: create(team, in), Exchange: exact("POST "+teamAt, inText, 201, "maintenance_cancel"), Repeat: services.RetryIfRefused, Want: cancelled},
		{
			Name: "Get", Call: func(ctx context.Context, s teamService) (any, error) { return apitest.Value(s.Get(ctx, ref)) },
			Exchange: exact("GET /v1/teams/c%20d/maintenances/a%2Fb", "", 200, "maintenance_cancel"), Want: cancelled,
		},
		{
			Name: "Update", Call: update(team, maintenance.UpdateRequest{ID: id, End: services.Set(end)}),
			Exchange: exact("PATCH "+teamAt+"/"+id, `{"endDate":"2026-12-02T02:00:00Z"}`, 200, "maintenance_cancel"), Repeat: services.SafeToRetry, Want: cancelled,
		},
		{
			Name: "Delete", Call: func(ctx context.Context, s teamService) (any, error) { return apitest.Value(s.Delete(ctx, ref)) },
			Exchange: exact("DELETE /v1/teams/c%20d/maintenances/a%2Fb", "", 204, ""), Want: services.None{},
		},
		{
			Name: "Cancel", Call: func(ctx context.Context, s teamService) (any, error) { return apitest.Value(s.Cancel(ctx, ref)) },
			Exchange: exact("POST /v1/teams/c%20d/maintenances/a%2Fb/cancel", "", 200, "maintenance_cancel"), Repeat: services.SafeToRetry, Want: cancelled,
		},
		// S10: what the server would refuse is refused before sending, with the name of the member.
		refused("Create/no team, no rules", "rules is required; teamId is required", create("", maintenance.CreateRequest{})),
		refused("Create/a rule without an entity", "rules[0].entity.id is required; rules[0].entity.type is required",
			create(team, maintenance.CreateRequest{Rules: []maintenance.Rule{{}}})),
		refused("Update/no team, no id", "teamId is required; id is required", update("", maintenance.UpdateRequest{})),
		refused("Update/a rule without an entity", "rules[0].entity.id is required; rules[0].entity.type is required",
			update(team, maintenance.UpdateRequest{ID: id, Rules: services.Set([]maintenance.Rule{{}})})),
		refused("Get/no id", "id is required", func(ctx context.Context, s teamService) (any, error) { return s.Get(ctx, maintenance.Ref{TeamID: "t"}) }),
		refused("List/no team", "teamId is required", func(ctx context.Context, s teamService) (any, error) {
			return s.List(ctx, "", maintenance.ListRequest{})
		}),
	})
}

// S7, S8: any object that is read as a maintenance or a part of one is written back as it came.
func TestWhatIsReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	type client struct{ Global *maintenance.Service }
	apitest.Lossless(t, &client{}, 12, maintenance.Maintenance{})
}

// S7: Update sends what Get returned, changed, without what the server sets. What came in another
// form than expected is sent as it came.
func TestWhatGetReturnedIsChangedAndSent(t *testing.T) {
	t.Parallel()
	const rest = `"startDate":"2026-12-01T22:00:00+0000","endDate":"soon",` +
		`"rules":[{"state":"noMaintenance","entity":{"id":7,"type":["policy"],"name":"n"}}],"more":{"big":9007199254740993}`
	_, err := apitest.Verify(t.Context(), openTeam, teamRow{
		Name: "Update",
		Call: func(ctx context.Context, s teamService) (any, error) {
			got, err := s.Get(ctx, maintenance.Ref{ID: "m-1", TeamID: team})
			if err != nil {
				return nil, err
			}
			in := got.Value.Request()
			in.Description = services.Set("new")
			return s.Update(ctx, team, in)
		},
		Exchange: apitest.Exchange{Send: "GET " + prefix + teamAt + "/m-1", Answer: `{"id":"m-1","status":"active","teamId":"` + team + `","description":null,` + rest + `}`},
		Then:     []apitest.Exchange{{Send: "PATCH " + prefix + teamAt + "/m-1", Body: `{"description":"new",` + rest + `}`, Answer: `{"id":"m-1"}`}},
	})
	require.NoError(t, err)
	var m maintenance.Maintenance
	require.NoError(t, json.Unmarshal([]byte(`{"id":"m","endDate":"2026-12-02T02:00:00Z","rules":[{"entity":{"id":"p","type":"policy"}}]}`), &m))
	in := m.Request()
	_, end := night()
	assert.Equal(t, services.Set(end), in.End)
	assert.True(t, in.Start.IsZero())
	set, _ := in.Rules.Get()
	assert.Equal(t, maintenance.Policy, set[0].Entity.Type)
}
