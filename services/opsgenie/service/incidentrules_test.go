package service_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/service"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

type rules = *service.IncidentRuleService

// S7, S9, S10: what is written back, what a retry does, and what an update sets, clears and leaves
// out.
func TestEveryOperationOnIncidentRulesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v1/services/s-1/incident-rules"
	const body = `{"conditionMatchType":"match-all-conditions","conditions":[{"field":"message","operation":"contains","expectedValue":"checkout","order":0}],` + incidentText + `}`
	conditions := []shape.Condition{{Field: shape.FieldMessage, Operation: shape.Contains, ExpectedValue: "checkout", Order: services.Set(0)}}
	summary := service.Summary{ID: partID}
	update := func(in service.UpdateIncidentRuleRequest) func(context.Context, rules) (*written, error) {
		return func(ctx context.Context, s rules) (*written, error) { return s.Update(ctx, in) }
	}
	apitest.Run(t, opener(service.NewIncidentRules), []apitest.Row[rules]{
		that(services.RetryIfRefused, sends("Create", "POST "+at, body, 201, "incident_created", summary, func(ctx context.Context, s rules) (*written, error) {
			return s.Create(ctx, service.CreateIncidentRuleRequest{ServiceID: "s-1", MatchType: shape.FilterMatchAllConditions, Conditions: conditions, Incident: outage()})
		})),
		that(services.RetryIfRefused, sends("Create/only what is required", "POST "+at, `{`+leastText+`}`, 201, "incident_created", summary,
			func(ctx context.Context, s rules) (*written, error) {
				return s.Create(ctx, service.CreateIncidentRuleRequest{ServiceID: "s-1", Incident: least()})
			})),
		sends("Update", "PUT "+at+"/r-1", body, 200, "incident_updated", summary, update(service.UpdateIncidentRuleRequest{ServiceID: "s-1", ID: "r-1",
			MatchType: services.Set(shape.FilterMatchAllConditions), Conditions: services.Set(conditions), Incident: outage()})),
		sends("Update/only what is required", "PUT "+at+"/r-1", `{`+leastText+`}`, 200, "incident_updated", summary,
			update(service.UpdateIncidentRuleRequest{ServiceID: "s-1", ID: "r-1", Incident: least()})),
		sends("Update/no conditions", "PUT "+at+"/r-1", `{"conditionMatchType":null,"conditions":[],`+leastText+`}`, 200, "incident_updated", summary,
			update(service.UpdateIncidentRuleRequest{ServiceID: "s-1", ID: "r-1", MatchType: services.Null[shape.FilterKind](),
				Conditions: services.Set([]shape.Condition{}), Incident: least()})),
		{
			Name: "List/and write it back",
			Call: func(ctx context.Context, s rules) (any, error) {
				read, err := s.List(ctx, "s-1")
				if err != nil {
					return nil, err
				}
				in := read.Value[0].Request()
				in.ServiceID = "s-1"
				return apitest.Value(s.Update(ctx, in))
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "incident_rule_list"),
			Then: []apitest.Exchange{{Send: "PUT " + at + "/" + partID, Answer: `{"data":{"id":"` + partID + `"}}`, Body: `{"conditionMatchType":"match-all-conditions",` +
				`"conditions":[{"field":"message","not":false,"operation":"contains","expectedValue":"checkout","order":0}],` + incidentText + `,"newInTheAnswer":true}`}},
			Want: summary,
		},
		sends("Delete", "DELETE "+at+"/r-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s rules) (*nothing, error) {
			return s.Delete(ctx, "s-1", "r-1")
		}),
		{
			Name:     "List",
			Call:     func(ctx context.Context, s rules) (any, error) { return apitest.Value(s.List(ctx, "s-1")) },
			Exchange: apitest.Exact("GET "+at, "", 200, "incident_rule_list"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				listed, ok := got.([]service.IncidentRule)
				require.True(tb, ok)
				require.Len(tb, listed, 1)
				assert.Equal(tb, partID, listed[0].ID)
				assert.Equal(tb, shape.FilterMatchAllConditions, listed[0].MatchType)
				require.Len(tb, listed[0].Conditions, 1)
				assert.Equal(tb, shape.Contains, listed[0].Conditions[0].Operation)
				assert.Equal(tb, outage(), listed[0].Incident)
			},
		},
		refused("List/no service", func(ctx context.Context, s rules) (*services.Result[[]service.IncidentRule], error) {
			return s.List(ctx, "")
		}),
		refused("Update/no rule", update(service.UpdateIncidentRuleRequest{ServiceID: "s-1", Incident: least()})),
		refused("Update/a condition without a field", update(service.UpdateIncidentRuleRequest{ServiceID: "s-1", ID: "r-1", Incident: least(),
			Conditions: services.Set([]shape.Condition{{Operation: shape.Contains}})})),
		refused("Delete/no rule", func(ctx context.Context, s rules) (*nothing, error) { return s.Delete(ctx, "s-1", "") }),
	})
}

func TestAllThatAnIncidentRuleLacksIsNamed(t *testing.T) {
	t.Parallel()
	s, err := opener(service.NewIncidentRules)(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), service.CreateIncidentRuleRequest{Conditions: []shape.Condition{{}}})
	require.EqualError(t, err, "services: POST /v1/services/{serviceId}/incident-rules: argument conditions[0].field is required; "+
		"argument conditions[0].operation is required; argument incidentProperties.message is required; argument incidentProperties.priority is required; "+
		"argument incidentProperties.stakeholderProperties.message is required; argument serviceId is required")
}

func ExampleNewIncidentRules() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": [{"id": "413d", "incidentProperties": {"message": "Checkout is failing", "priority": "P2"}}]}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	rules, err := service.NewIncidentRules(client).List(context.Background(), "04e7")
	if err != nil {
		panic(err)
	}
	fmt.Println(rules.Value[0].Incident.Message, rules.Value[0].Incident.Priority)
	// Output: Checkout is failing P2
}
