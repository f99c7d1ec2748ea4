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
	"github.com/tripware/tripware/services/opsgenie/serviceaudience"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v1/services/s-1/audience-templates"
	const ada, storage = "22b852e0-cf95-4fe6-927b-ebf221331dc6", "dd64998f-80fd-4a1d-9b36-aeb1a86eb0ad"
	template := serviceaudience.Template{
		Responders: serviceaudience.Responders{Teams: []string{storage}, Individuals: []string{ada}},
		Stakeholders: serviceaudience.Stakeholders{Individuals: []string{ada}, MatchType: shape.FilterMatchAnyCondition, Conditions: []serviceaudience.Condition{
			{MatchField: serviceaudience.Country, Value: "canada"},
			{MatchField: serviceaudience.CustomProperty, Key: "desk", Value: "4B"},
		}},
	}
	apitest.Run(t, open, []row{
		sends("Get", "GET "+at, "", 200, "get", template, func(ctx context.Context, s api) (*services.Result[serviceaudience.Template], error) {
			return s.Get(ctx, serviceaudience.GetRequest{ServiceID: "s-1"})
		}),
		sends("Update", "PATCH "+at, `{"responder":{"teams":["`+storage+`"],"individuals":["`+ada+`"]},"stakeholder":{"individuals":["`+ada+`"],`+
			`"conditionMatchType":"match-any-condition","conditions":[{"matchField":"country","value":"canada"},{"matchField":"customProperty","key":"desk","value":"4B"}]}}`,
			200, "updated", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
				return s.Update(ctx, serviceaudience.UpdateRequest{ServiceID: "s-1", Responders: template.Responders, Stakeholders: template.Stakeholders})
			}),
		sends("Update/to nobody", "PATCH "+at, `{"responder":{"teams":[]}}`, 200, "updated", services.None{},
			func(ctx context.Context, s api) (*services.Result[services.None], error) {
				return s.Update(ctx, serviceaudience.UpdateRequest{ServiceID: "s-1", Responders: serviceaudience.Responders{Teams: []string{}}})
			}),
		sends("Update/nothing", "PATCH "+at, `{}`, 200, "updated", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.Update(ctx, serviceaudience.UpdateRequest{ServiceID: "s-1"})
		}),
		refused("Get/of no service", func(ctx context.Context, s api) (*services.Result[serviceaudience.Template], error) {
			return s.Get(ctx, serviceaudience.GetRequest{})
		}),
	})
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Update(t.Context(), serviceaudience.UpdateRequest{ServiceID: "s-1", Stakeholders: serviceaudience.Stakeholders{
		Conditions: []serviceaudience.Condition{{}, {MatchField: serviceaudience.CustomProperty}},
	}})
	require.ErrorIs(t, err, services.ErrArgument)
	for _, field := range []string{"conditions[0].matchField", "conditions[0].value", "conditions[1].value", "conditions[1].key"} {
		assert.ErrorContains(t, err, "argument stakeholder."+field+" is required")
	}
	assert.NotContains(t, err.Error(), "conditions[0].key")
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"responder": {"teams": ["dd64"]}, "stakeholder": {"conditionMatchType": "match-all"}}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	audience, err := serviceaudience.New(client).Get(context.Background(), serviceaudience.GetRequest{ServiceID: "04e7"})
	if err != nil {
		panic(err)
	}
	fmt.Println(audience.Value.Responders.Teams, audience.Value.Stakeholders.MatchType)
	// Output: [dd64] match-all
}
