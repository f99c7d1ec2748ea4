package integration_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/integration"
	"github.com/tripware/tripware/services/jsm/shape"
)

const (
	actionID  = "7010000001"
	actionsAt = at + "/" + id + "/actions"
	actionAt  = actionsAt + "/" + actionID
)

func disk() integration.Filter {
	return integration.Filter{Match: shape.FilterMatchAllConditions, Conditions: []integration.Condition{
		{Field: shape.FieldMessage, Operation: shape.Contains, ExpectedValue: "disk", Order: services.Set(0)},
	}}
}

// demoAction checks the action of the fixtures.
func demoAction(tb testing.TB, got any) {
	tb.Helper()
	read, ok := got.(integration.Action)
	require.True(tb, ok)
	read.Other, read.Filter.Other, read.Filter.Conditions[0].Other = services.Other{}, services.Other{}, services.Other{}
	assert.Equal(tb, integration.Action{
		ID: actionID, Type: integration.ActionCreate, Name: "Create alert", Domain: integration.DomainAlert, Direction: integration.Incoming, Filter: disk(),
		Properties: integration.Fields{}, FieldMappings: integration.Fields{"message": json.RawMessage(`"{{message}}"`)},
		ActionMapping: integration.ActionMapping{Type: integration.ActionCreate, Parameter: integration.Fields{}}, Enabled: services.Set(true),
	}, read)
}

const diskText = `"filter":{"conditionMatchType":"match-all-conditions","conditions":[{"field":"message","operation":"contains","expectedValue":"disk","order":0}]}`

func newAction() integration.ActionCreateRequest {
	return integration.ActionCreateRequest{
		Type: integration.ActionCreate, Name: "n", Domain: integration.DomainAlert, Direction: integration.Outgoing, Filter: disk(),
	}
}

// S9: each operation says whether it is safe to retry.
func TestEveryOperationOfActionsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	create := func(integrationID string, in integration.ActionCreateRequest) func(context.Context, actionService) (any, error) {
		return func(ctx context.Context, s actionService) (any, error) {
			return apitest.Value(s.Create(ctx, integrationID, in))
		}
	}
	update := func(integrationID string, in integration.ActionUpdateRequest) func(context.Context, actionService) (any, error) {
		return func(ctx context.Context, s actionService) (any, error) {
			return apitest.Value(s.Update(ctx, integrationID, in))
		}
	}
	reorder := func(in integration.ReorderRequest) func(context.Context, actionService) (any, error) {
		return func(ctx context.Context, s actionService) (any, error) { return apitest.Value(s.Reorder(ctx, in)) }
	}
	ref := integration.ActionRef{IntegrationID: id, ID: actionID}
	fields := integration.Fields{"k": json.RawMessage(`"v"`)}
	mapping := integration.ActionMapping{Type: "postToUrl", Parameter: fields}
	full, vague, unmapped := newAction(), newAction(), newAction()
	full.GroupType, full.ExtraField, full.Enabled = integration.GroupForwarding, "x", services.Set(false)
	full.Properties, full.FieldMappings, full.ActionMapping = fields, fields, mapping
	vague.Filter.Conditions = append(vague.Filter.Conditions, integration.Condition{})
	unmapped.ActionMapping.Parameter = fields
	const rest = `"groupType":"forwarding","extraField":"x",` + diskText + `,"typeSpecificProperties":{"k":"v"},"fieldMappings":{"k":"v"},` +
		`"actionMapping":{"type":"postToUrl","parameter":{"k":"v"}},"enabled":false}`
	summary := integration.ActionSummary{
		ID: actionID, Name: "post", Type: "postToUrl", Direction: integration.Outgoing, Domain: integration.DomainAlert, MappingType: integration.ActionCreate, GroupType: integration.GroupForwarding,
	}
	const list = `{"values":[{"id":"` + actionID + `","name":"post","type":"postToUrl","direction":"outgoing","domain":"alert","actionMappingType":"create","groupType":"forwarding"}],"links":{`
	apitest.Run(t, openActions, []actionRow{
		{
			Name: "List", Want: []integration.ActionSummary{summary},
			Exchange: apitest.Exchange{Send: "GET " + prefix + actionsAt + "?offset=4&size=2&type=close&direction=incoming&domain=alert&name=n", Answer: list + `}}`},
			Call: func(ctx context.Context, s actionService) (any, error) {
				return apitest.Value(s.List(ctx, id, integration.ActionListRequest{
					Page: shape.Page{Offset: 4, Limit: 2}, Type: integration.ActionClose, Direction: integration.Incoming, Domain: integration.DomainAlert, Name: "n",
				}))
			},
		},
		{
			Name: "All", Want: []integration.ActionSummary{summary, summary},
			Exchange: apitest.Exchange{Send: "GET " + prefix + actionsAt, Answer: list + `"next":"/v1/integrations/other/actions?offset=50&size=50"}}`},
			Then:     []apitest.Exchange{{Send: "GET " + prefix + actionsAt + "?offset=50&size=50", Answer: list + `"next":""}}`}},
			Call: func(ctx context.Context, s actionService) (any, error) {
				return apitest.Collect(s.All(ctx, id, integration.ActionListRequest{}))
			},
		},
		{
			Name: "Create", Repeat: services.RetryIfRefused, Check: demoAction, Call: create(id, full),
			Exchange: exact("POST "+actionsAt, `{"type":"create","name":"n","domain":"alert","direction":"outgoing",`+rest, 200, "integration_action"),
		},
		{
			Name: "Create/only what is required", Repeat: services.RetryIfRefused, Check: demoAction, Call: create(id, newAction()),
			Exchange: exact("POST "+actionsAt, `{"type":"create","name":"n","domain":"alert","direction":"outgoing",`+diskText+`}`, 200, "integration_action"),
		},
		{
			Name: "Get", Check: demoAction, Exchange: exact("GET "+at+"/a%2Fb/actions/c%20d", "", 200, "integration_action"),
			Call: func(ctx context.Context, s actionService) (any, error) {
				return apitest.Value(s.Get(ctx, integration.ActionRef{IntegrationID: "a/b", ID: "c d"}))
			},
		},
		{
			Name: "Update", Repeat: services.SafeToRetry, Check: demoAction,
			Call: update(id, integration.ActionUpdateRequest{
				ID: actionID, Type: services.Set(integration.ActionAddNote), Name: services.Set("n"), Domain: services.Set(integration.DomainAlert),
				Direction: services.Set(integration.Outgoing), GroupType: services.Set(integration.GroupForwarding), ExtraField: services.Set("x"), Filter: services.Set(disk()),
				Properties: services.Set(fields), FieldMappings: services.Set(fields), ActionMapping: services.Set(mapping), Enabled: services.Set(false),
			}),
			Exchange: exact("PATCH "+actionAt, `{"type":"addNote","name":"n","domain":"alert","direction":"outgoing",`+rest, 200, "integration_action"),
		},
		{ // S10: what is left out is not sent.
			Name: "Update/to disable it", Repeat: services.SafeToRetry, Check: demoAction, Call: update(id, integration.ActionUpdateRequest{ID: actionID, Enabled: services.Set(false)}),
			Exchange: exact("PATCH "+actionAt, `{"enabled":false}`, 200, "integration_action"),
		},
		{
			Name: "Delete", Exchange: exact("DELETE "+actionAt, "", 200, ""), Want: services.None{},
			Call: func(ctx context.Context, s actionService) (any, error) { return apitest.Value(s.Delete(ctx, ref)) },
		},
		{
			Name: "Reorder", Call: reorder(integration.ReorderRequest{ActionRef: ref, SuccessorID: "7"}), Repeat: services.SafeToRetry, Want: services.None{},
			Exchange: exact("PATCH "+actionAt+"/order", `{"successorId":"7"}`, 200, ""),
		},
		{
			Name: "Reorder/next to none", Call: reorder(integration.ReorderRequest{ActionRef: ref}), Repeat: services.SafeToRetry, Want: services.None{},
			Exchange: exact("PATCH "+actionAt+"/order", `{}`, 200, ""),
		},
		// S10: what the server would refuse is refused before sending, with the name of the member.
		refused("Create/nothing", "type is required; name is required; domain is required; direction is required; filter is required; integrationId is required",
			create("", integration.ActionCreateRequest{})),
		refused("Create/an empty condition", "filter.conditions[1].field is required; filter.conditions[1].operation is required", create(id, vague)),
		refused("Create/a mapping without a type", "actionMapping.type is required", create(id, unmapped)),
		refused("Update/an empty condition", "filter.conditions[0].field is required; filter.conditions[0].operation is required",
			update(id, integration.ActionUpdateRequest{ID: "7", Filter: services.Set(integration.Filter{Conditions: []integration.Condition{{}}})})),
		refused("Update/an empty mapping", "actionMapping.type is required",
			update(id, integration.ActionUpdateRequest{ID: "7", ActionMapping: services.Set(integration.ActionMapping{})})),
		refused("Update/no ids", "integrationId is required; id is required", update("", integration.ActionUpdateRequest{})),
		refused("Reorder/no ids", "integrationId is required; id is required", reorder(integration.ReorderRequest{})),
	})
}

// S7: Update sends what Get returned, changed, without what the server sets. What came in another
// form than expected is sent as it came.
func TestAnActionIsChangedAndSent(t *testing.T) {
	t.Parallel()
	const rest = `"name":7,"filter":{"conditionsEmpty":false,"conditions":[{"field":7,"operation":[],"systemCondition":true,"not":false,"more":{"x":1}}]},` +
		`"typeSpecificProperties":{"big":9007199254740993},"actionMapping":{"type":7,"more":1},"enabled":null,"order":0.5}`
	_, err := apitest.Verify(t.Context(), openActions, actionRow{
		Name: "Update",
		Call: func(ctx context.Context, s actionService) (any, error) {
			got, err := s.Get(ctx, integration.ActionRef{IntegrationID: id, ID: actionID})
			if err != nil {
				return nil, err
			}
			assert.True(t, got.Value.Filter.Conditions[0].SystemCondition)
			in := got.Value.Request()
			in.Domain = services.Set[integration.Domain]("sync")
			return s.Update(ctx, id, in)
		},
		Exchange: apitest.Exchange{Send: "GET " + prefix + actionAt, Answer: `{"id":"` + actionID + `","domain":"alert",` + rest},
		Then:     []apitest.Exchange{{Send: "PATCH " + prefix + actionAt, Body: `{"domain":"sync",` + rest, Answer: `{"id":"7"}`}},
	})
	require.NoError(t, err)
}

// S9: each operation says whether it is safe to retry.
func TestEveryOperationOfFiltersSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const path = at + "/" + id + "/outgoing/alert-filter/main"
	all := integration.Filter{Match: shape.FilterMatchAll, Conditions: []integration.Condition{}}
	update := func(integrationID string, in integration.FilterUpdateRequest) func(context.Context, filterService) (any, error) {
		return func(ctx context.Context, s filterService) (any, error) {
			return apitest.Value(s.Update(ctx, integrationID, in))
		}
	}
	apitest.Run(t, openFilters, []filterRow{
		{
			Name: "Get", Exchange: exact("GET "+path, "", 200, "integration_filter"), Want: all,
			Call: func(ctx context.Context, s filterService) (any, error) { return apitest.Value(s.Get(ctx, id)) },
		},
		{
			Name: "Update", Repeat: services.SafeToRetry, Want: all,
			Call:     update(id, integration.FilterUpdateRequest{Match: services.Set(shape.FilterMatchAnyCondition), Conditions: services.Set(disk().Conditions)}),
			Exchange: exact("PATCH "+path, `{"conditionMatchType":"match-any-condition",`+diskText[len(`"filter":{"conditionMatchType":"match-all-conditions",`):], 200, "integration_filter"),
		},
		{ // S7: what was read is sent as it came, changed.
			Name: "Update/what was read", Repeat: services.ByMethod,
			Call: func(ctx context.Context, s filterService) (any, error) {
				got, err := s.Get(ctx, id)
				if err != nil {
					return nil, err
				}
				in := got.Value.Request()
				in.Match = services.Set(shape.FilterMatchAll)
				return s.Update(ctx, id, in)
			},
			Exchange: apitest.Exchange{Send: "GET " + prefix + path, Answer: `{"conditionMatchType":"x","conditions":[{"field":7,"operation":8,"systemCondition":true}],"more":1}`},
			Then: []apitest.Exchange{{
				Send: "PATCH " + prefix + path, Answer: `{}`,
				Body: `{"conditionMatchType":"match-all","conditions":[{"field":7,"operation":8,"systemCondition":true}],"more":1}`,
			}},
		},
		// S10: what the server would refuse is refused before sending, with the name of the member.
		refused("Get/no id", "integrationId is required", func(ctx context.Context, s filterService) (any, error) { return s.Get(ctx, "") }),
		refused("Update/an empty condition", "conditions[0].field is required; conditions[0].operation is required",
			update(id, integration.FilterUpdateRequest{Conditions: services.Set([]integration.Condition{{}})})),
	})
}
