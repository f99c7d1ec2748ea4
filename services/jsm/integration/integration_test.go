package integration_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/integration"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/wire"
)

const at = "/v1/integrations"

func properties() integration.Fields {
	return integration.Fields{"suppressNotifications": json.RawMessage("false"), "allowWriteAccess": json.RawMessage("true")}
}

const propertiesText = `"typeSpecificProperties":{"allowWriteAccess":true,"suppressNotifications":false}`

// demo checks the integration of the fixtures.
func demo(tb testing.TB, got any) {
	tb.Helper()
	read, ok := got.(integration.Integration)
	require.True(tb, ok)
	read.Other = services.Other{}
	assert.Equal(tb, integration.Integration{
		ID: id, Type: integration.TypeAPI, Name: "Demo API", Enabled: true, TeamID: team, Properties: properties(),
		MaintenanceSources: []integration.MaintenanceSource{{
			MaintenanceID: "77777777-0000-4000-8000-000000000001", Interval: integration.Interval{StartMillis: 1796162400000, EndMillis: 1796176800000},
		}},
		Directions: []integration.Direction{integration.Incoming}, Domains: []integration.Domain{integration.DomainAlert},
	}, read)
	interval := read.MaintenanceSources[0].Interval
	assert.Equal(tb, time.Date(2026, 12, 1, 22, 0, 0, 0, time.UTC), interval.Start().UTC())
	assert.Equal(tb, 4*time.Hour, interval.End().Sub(interval.Start()))
}

// S9: each operation says whether it is safe to retry.
func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	create := func(in integration.CreateRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Create(ctx, in)) }
	}
	update := func(in integration.UpdateRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	get := func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Get(ctx, "a/b")) }
	remove := func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Delete(ctx, id)) }
	summary := integration.Summary{ID: id, Name: "Demo API", Type: integration.TypeAPI, Enabled: true, TeamID: team}
	apitest.Run(t, open, []row{
		{
			Name: "List", Exchange: exact("GET "+at+"?offset=4&size=2&type=API&teamId=t&name=a+b", "", 200, "integration_list"), Want: []integration.Summary{summary},
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx, integration.ListRequest{Page: shape.Page{Offset: 4, Limit: 2}, Type: integration.TypeAPI, TeamID: "t", Name: "a b"}))
			},
		},
		{
			Name: "All", Exchange: exact("GET "+at, "", 200, "integration_list"),
			Then: []apitest.Exchange{{Send: "GET " + prefix + at + "?offset=100&size=100", Answer: `{"values":[{"id":"a","teamId":null}],"links":{"next":null,"previous":"/v1/integrations?offset=0&size=100"}}`}},
			Want: []integration.Summary{summary, {ID: "a"}},
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Collect(s.All(ctx, integration.ListRequest{}))
			},
		},
		{
			Name: "Create", Repeat: services.RetryIfRefused, Check: demo,
			Call:     create(integration.CreateRequest{Name: "Demo API", Type: integration.TypeAPI, Description: "d", Enabled: services.Set(false), TeamID: team, Properties: properties()}),
			Exchange: exact("POST "+at, `{"name":"Demo API","type":"API","description":"d","enabled":false,"teamId":"`+team+`",`+propertiesText+`}`, 200, "integration_get"),
		},
		{
			Name: "Create/only what is required", Repeat: services.RetryIfRefused, Check: demo, Call: create(integration.CreateRequest{Name: "n", Type: "Datadog"}),
			Exchange: exact("POST "+at, `{"name":"n","type":"Datadog"}`, 201, "integration_get"),
		},
		{Name: "Get", Call: get, Exchange: exact("GET "+at+"/a%2Fb", "", 200, "integration_get"), Check: demo},
		{
			Name: "Get/with a key, which is not documented",
			Call: func(ctx context.Context, s service) (any, error) {
				got, err := s.Get(ctx, "a/b")
				if err != nil {
					return nil, err
				}
				return got.Value.APIKey.Reveal(), nil
			},
			Exchange: apitest.Exchange{Send: "GET " + prefix + at + "/a%2Fb", Answer: `{"id":"i","apiKey":"secret-7"}`}, Want: "secret-7",
		},
		{
			Name: "Update", Repeat: services.SafeToRetry, Check: demo,
			Call: update(integration.UpdateRequest{
				ID: id, Name: services.Set("n"), Description: services.Set(""), Enabled: services.Set(false), TeamID: services.Null[string](), Properties: services.Set(properties()),
			}),
			Exchange: exact("PATCH "+at+"/"+id, `{"name":"n","description":"","enabled":false,"teamId":null,`+propertiesText+`}`, 200, "integration_get"),
		},
		{ // S10: what is left out is not sent.
			Name: "Update/to enable it", Repeat: services.SafeToRetry, Check: demo, Call: update(integration.UpdateRequest{ID: id, Enabled: services.Set(true)}),
			Exchange: exact("PATCH "+at+"/"+id, `{"enabled":true}`, 200, "integration_get"),
		},
		{Name: "Delete", Call: remove, Exchange: exact("DELETE "+at+"/"+id, "", 200, ""), Want: services.None{}},
		{Name: "Delete/204", Call: remove, Exchange: exact("DELETE "+at+"/"+id, "", 204, ""), Want: services.None{}},
		{ // The server has refused API tokens that could read and write.
			Name: "Delete/without a scope",
			Call: func(ctx context.Context, s service) (any, error) {
				_, err := s.Delete(ctx, id)
				if scope, ok := errors.AsType[*wire.ScopeError](err); ok {
					return scope.Scopes, nil
				}
				return nil, err
			},
			Exchange: apitest.Exchange{Send: "DELETE " + prefix + at + "/" + id, Status: 401, Answer: `{"code":401,"message":"Unauthorized; scope does not match"}`},
			Want:     []string{"read:ops-config:jira-service-management", "delete:ops-config:jira-service-management"},
		},
		// S10: what the server would refuse is refused before sending, with the name of the member.
		refused("Create/nothing", "name is required; type is required", create(integration.CreateRequest{})),
		refused("Update/no id", "id is required", update(integration.UpdateRequest{})),
		refused("Get/no id", "id is required", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, "") }),
		refused("List/a negative page", "size must be at least 0", func(ctx context.Context, s service) (any, error) {
			return s.List(ctx, integration.ListRequest{Page: shape.Page{Limit: -1}})
		}),
	})
}

// S7, S8: any object that is read and written is written back as it came.
func TestWhatIsReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	type client struct {
		Integrations *integration.Service
		Actions      *integration.ActionService
		Filters      *integration.FilterService
	}
	apitest.Lossless(t, &client{}, 12, integration.Action{})
}

// S7: Update sends what Get returned, changed, without what the server sets, without a key, and
// without null for no team.
func TestWhatGetReturnedIsChangedAndSent(t *testing.T) {
	t.Parallel()
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Update",
		Call: func(ctx context.Context, s service) (any, error) {
			got, err := s.Get(ctx, id)
			if err != nil {
				return nil, err
			}
			in := got.Value.Request()
			in.Enabled = services.Set(false)
			return s.Update(ctx, in)
		},
		Exchange: apitest.Exchange{
			Send: "GET " + prefix + at + "/" + id,
			Answer: `{"id":"` + id + `","type":"API","name":"n","enabled":true,"teamId":null,"apiKey":"k","advanced":true,"directions":["incoming"],"domains":["alert"],` +
				`"maintenanceSources":[{"maintenanceId":"m","more":1}],"typeSpecificProperties":{"big":9007199254740993,"url":"https://example.com"},"more":[1]}`,
		},
		Then: []apitest.Exchange{{
			Send: "PATCH " + prefix + at + "/" + id, Answer: `{"id":"i"}`,
			Body: `{"name":"n","enabled":false,"typeSpecificProperties":{"big":9007199254740993,"url":"https://example.com"},"more":[1]}`,
		}},
	})
	require.NoError(t, err)
}
