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
	"github.com/tripware/tripware/services/opsgenie/serviceincidentrule"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const id = "413dc40c-c7fc-4d67-8105-dde732c30ad3"

func definition() serviceincidentrule.Definition {
	return serviceincidentrule.Definition{
		MatchType:  shape.FilterMatchAllConditions,
		Conditions: []shape.Condition{{Field: shape.FieldMessage, Operation: shape.Contains, ExpectedValue: "checkout", Order: new(0)}},
		Incident: shape.IncidentProperties{
			Message: "Checkout is failing", Description: "Payments do not go through", Tags: []string{"shop"}, Details: map[string]string{"runbook": "502"},
			Priority:     shape.P2,
			Stakeholders: shape.Stakeholders{Enable: true, Message: "Checkout is down", Description: "We are on it"},
		},
	}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v1/services/s-1/incident-rules"
	const body = `{"conditionMatchType":"match-all-conditions","conditions":[{"field":"message","operation":"contains","expectedValue":"checkout","order":0}],` +
		`"incidentProperties":{"message":"Checkout is failing","description":"Payments do not go through","tags":["shop"],"details":{"runbook":"502"},` +
		`"priority":"P2","stakeholderProperties":{"enable":true,"message":"Checkout is down","description":"We are on it"}}}`
	written := serviceincidentrule.Summary{ID: id}
	apitest.Run(t, open, []row{
		sends("Create", "POST "+at, body, 201, "created", written, func(ctx context.Context, s api) (*services.Result[serviceincidentrule.Summary], error) {
			return s.Create(ctx, serviceincidentrule.CreateRequest{ServiceID: "s-1", Definition: definition()})
		}),
		sends("Create/only what is required", "POST "+at, `{"incidentProperties":{"message":"m","priority":"P1","stakeholderProperties":{"enable":false,"message":"s"}}}`,
			201, "created", written, func(ctx context.Context, s api) (*services.Result[serviceincidentrule.Summary], error) {
				return s.Create(ctx, serviceincidentrule.CreateRequest{ServiceID: "s-1", Definition: serviceincidentrule.Definition{
					Incident: shape.IncidentProperties{Message: "m", Priority: shape.P1, Stakeholders: shape.Stakeholders{Message: "s"}},
				}})
			}),
		sends("Update", "PUT "+at+"/r-1", body, 200, "updated", written, func(ctx context.Context, s api) (*services.Result[serviceincidentrule.Summary], error) {
			return s.Update(ctx, serviceincidentrule.UpdateRequest{ServiceID: "s-1", ID: "r-1", Definition: definition()})
		}),
		sends("Delete", "DELETE "+at+"/r-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.Delete(ctx, serviceincidentrule.DeleteRequest{ServiceID: "s-1", ID: "r-1"})
		}),
		sends("List", "GET "+at, "", 200, "list", []serviceincidentrule.Rule{{ID: id, Definition: definition()}},
			func(ctx context.Context, s api) (*services.Result[[]serviceincidentrule.Rule], error) {
				return s.List(ctx, serviceincidentrule.ListRequest{ServiceID: "s-1"})
			}),
		refused("List/of no service", func(ctx context.Context, s api) (*services.Result[[]serviceincidentrule.Rule], error) {
			return s.List(ctx, serviceincidentrule.ListRequest{})
		}),
		refused("Update/no rule", func(ctx context.Context, s api) (*services.Result[serviceincidentrule.Summary], error) {
			return s.Update(ctx, serviceincidentrule.UpdateRequest{ServiceID: "s-1", Definition: definition()})
		}),
	})
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), serviceincidentrule.CreateRequest{ServiceID: "s-1",
		Definition: serviceincidentrule.Definition{Conditions: []shape.Condition{{}}}})
	require.ErrorIs(t, err, services.ErrArgument)
	for _, field := range []string{"conditions[0].field", "conditions[0].operation", "incidentProperties.message", "incidentProperties.priority",
		"incidentProperties.stakeholderProperties.message"} {
		assert.ErrorContains(t, err, "argument "+field+" is required")
	}
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": [{"id": "413d", "incidentProperties": {"message": "Checkout is failing", "priority": "P2"}}]}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	rules, err := serviceincidentrule.New(client).List(context.Background(), serviceincidentrule.ListRequest{ServiceID: "04e7"})
	if err != nil {
		panic(err)
	}
	fmt.Println(rules.Value[0].Incident.Message, rules.Value[0].Incident.Priority)
	// Output: Checkout is failing P2
}
