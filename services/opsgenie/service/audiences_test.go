package service_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/service"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

type audiences = *service.AudienceService

// S7, S9, S10: what is written back, what a retry does, and what an update sets, clears and leaves
// out.
func TestEveryOperationOnAudiencesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v1/services/s-1/audience-templates"
	const ada, storage = "22b852e0-cf95-4fe6-927b-ebf221331dc6", "dd64998f-80fd-4a1d-9b36-aeb1a86eb0ad"
	audience := service.Audience{
		Responders: service.AudienceResponders{Teams: services.Set([]string{storage}), Individuals: services.Set([]string{ada})},
		Stakeholders: service.AudienceStakeholders{Individuals: services.Set([]string{ada}), MatchType: services.Set(shape.FilterMatchAnyCondition),
			Conditions: services.Set([]service.AudienceCondition{
				{MatchField: service.Country, Value: "canada"},
				{MatchField: service.CustomProperty, Key: "desk", Value: "4B"},
			})},
	}
	update := func(in service.UpdateAudienceRequest) func(context.Context, audiences) (*nothing, error) {
		return func(ctx context.Context, s audiences) (*nothing, error) { return s.Update(ctx, in) }
	}
	all := audience.Request()
	all.ServiceID = "s-1"
	apitest.Run(t, opener(service.NewAudiences), []apitest.Row[audiences]{
		sends("Get", "GET "+at, "", 200, "audience_get", audience, func(ctx context.Context, s audiences) (*services.Result[service.Audience], error) {
			return s.Get(ctx, "s-1")
		}),
		that(services.SafeToRetry, sends("Update", "PATCH "+at, `{"responder":{"teams":["`+storage+`"],"individuals":["`+ada+`"]},"stakeholder":{"individuals":["`+ada+`"],`+
			`"conditionMatchType":"match-any-condition","conditions":[{"matchField":"country","value":"canada"},{"matchField":"customProperty","key":"desk","value":"4B"}]}}`,
			200, "updated", services.None{}, update(all))),
		that(services.SafeToRetry, sends("Update/no team, and the rest stays", "PATCH "+at, `{"responder":{"teams":[]}}`, 200, "updated", services.None{},
			update(service.UpdateAudienceRequest{ServiceID: "s-1", Responders: services.Set(service.AudienceResponders{Teams: services.Set([]string{})})}))),
		that(services.SafeToRetry, sends("Update/no responders", "PATCH "+at, `{"responder":null,"stakeholder":{"conditionMatchType":null}}`, 200, "updated", services.None{},
			update(service.UpdateAudienceRequest{ServiceID: "s-1", Responders: services.Null[service.AudienceResponders](),
				Stakeholders: services.Set(service.AudienceStakeholders{MatchType: services.Null[shape.FilterKind]()})}))),
		that(services.SafeToRetry, sends("Update/nothing", "PATCH "+at, `{}`, 200, "updated", services.None{}, update(service.UpdateAudienceRequest{ServiceID: "s-1"}))),
		{
			Name: "Get/and write it back",
			Call: func(ctx context.Context, s audiences) (any, error) {
				read, err := s.Get(ctx, "s-1")
				if err != nil {
					return nil, err
				}
				in := read.Value.Request()
				in.ServiceID = "s-1"
				return s.Update(ctx, in)
			},
			Exchange: apitest.Exchange{Send: "GET " + at, Answer: `{"data":{"responder":{"teams":null,"rota":"r"},"stakeholder":` +
				`{"conditions":[{"matchField":"desk","value":"4B","negate":true},{"matchField":["city"],"value":4},{"matchField":"customProperty","key":7,"value":"v"}],` +
				`"individuals":[7]},"note":"n"}}`},
			Then: []apitest.Exchange{{Send: "PATCH " + at, Answer: `{}`, Body: `{"responder":{"teams":null,"rota":"r"},"stakeholder":` +
				`{"conditions":[{"matchField":"desk","value":"4B","negate":true},{"matchField":["city"],"value":4},{"matchField":"customProperty","key":7,"value":"v"}],` +
				`"individuals":[7]},"note":"n"}`}},
		},
		refused("Get/no service", func(ctx context.Context, s audiences) (*services.Result[service.Audience], error) {
			return s.Get(ctx, "")
		}),
		refused("Update/no service", update(audience.Request())),
	})
}

func TestAllThatAConditionLacksIsNamed(t *testing.T) {
	t.Parallel()
	s, err := opener(service.NewAudiences)(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Update(t.Context(), service.UpdateAudienceRequest{ServiceID: "s-1", Stakeholders: services.Set(service.AudienceStakeholders{
		Conditions: services.Set([]service.AudienceCondition{{}, {MatchField: service.CustomProperty}}),
	})})
	require.EqualError(t, err, "services: PATCH /v1/services/{serviceId}/audience-templates: "+
		"argument stakeholder.conditions[0].matchField is required; argument stakeholder.conditions[0].value is required; "+
		"argument stakeholder.conditions[1].value is required; argument stakeholder.conditions[1].key is required")
}

func ExampleNewAudiences() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"responder": {"teams": ["dd64"]}, "stakeholder": {"conditionMatchType": "match-all"}}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	audience, err := service.NewAudiences(client).Get(context.Background(), "04e7")
	if err != nil {
		panic(err)
	}
	teams, _ := audience.Value.Responders.Teams.Get()
	match, _ := audience.Value.Stakeholders.MatchType.Get()
	fmt.Println(teams, match)
	// Output: [dd64] match-all
}
