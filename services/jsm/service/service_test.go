package service_test

import (
	"context"
	"testing"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/service"
	"github.com/tripware/tripware/services/jsm/shape"
)

const (
	at   = "/v1/services"
	id   = "b:demo-service-1"
	user = "712020:11111111-1111-4111-8111-111111111111"
	team = "aaaaaaaa-0000-4000-8000-000000000001"
)

func demo() service.Entity {
	return service.Entity{
		ID: id, Name: "Demo service", Tier: 2, Type: service.Software, TeamID: team,
		Responders: service.Responders{Users: []string{user}, Teams: []string{team}},
		Projects:   service.Projects{IDs: []string{"10000"}},
	}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	listed := service.Entity{ID: id, Name: "Demo service", Tier: 2, Type: service.Software}
	apitest.Run(t, open, append(append(creations(), updates()...),
		row{
			Name:     "Get",
			Call:     func(ctx context.Context, s api) (any, error) { return apitest.Value(s.Get(ctx, id)) },
			Exchange: exact("GET "+at+"/b:demo-service-1", "", 200, "service_get"), Want: demo(),
		},
		row{
			Name:     "Delete",
			Call:     func(ctx context.Context, s api) (any, error) { return apitest.Value(s.Delete(ctx, "s/1")) },
			Exchange: exact("DELETE "+at+"/s%2F1", "", 204, ""), Want: services.None{},
		},
		row{
			Name: "List",
			Call: func(ctx context.Context, s api) (any, error) {
				got, err := s.List(ctx, shape.Page{Offset: 2, Limit: 2})
				if err != nil {
					return nil, err
				}
				return []any{len(got.Value), got.Value[0].ID, got.Value[0].Tier}, nil
			},
			Exchange: exact("GET "+at+"?offset=2&size=2", "", 200, "service_list"), Want: []any{1, listed.ID, listed.Tier},
		},
		row{ // The form of the list is not known: it may be bare.
			Name: "All",
			Call: func(ctx context.Context, s api) (any, error) {
				all, err := apitest.Collect(s.All(ctx, shape.Page{}))
				return len(all), err
			},
			Exchange: exact("GET "+at, "", 200, "service_list"),
			Then:     []apitest.Exchange{{Send: "GET " + prefix + at + "?offset=1&size=1", Answer: `[{"id":"s-2"},{"id":"s-3"}]`}},
			Want:     3,
		},
		refused("Get/no id", "id is required", func(ctx context.Context, s api) (any, error) { return s.Get(ctx, "") }),
	))
}

func creations() []row {
	create := func(in service.CreateRequest) func(context.Context, api) (any, error) {
		return func(ctx context.Context, s api) (any, error) { return apitest.Value(s.Create(ctx, in)) }
	}
	const form = ": write the Atlassian account id, such as 712020:… or 24 hexadecimal digits"
	return []row{
		{
			Name: "Create",
			Call: create(service.CreateRequest{
				Name: "n", Description: "d", Tier: 1, Type: service.Business, TeamID: team,
				ChangeApprovers: service.Approvers{Groups: []string{"g"}}, Responders: service.Responders{Users: []string{user}, Teams: []string{team}},
				Stakeholders: service.Stakeholders{Users: []string{user}}, Projects: service.Projects{IDs: []string{}},
			}),
			Exchange: exact("POST "+at, `{"name":"n","description":"d","tier":1,"type":"BUSINESS_SERVICES","owner":"`+team+`","changeApprovers":{"groups":["g"]},`+
				`"responders":{"users":["`+user+`"],"teams":["`+team+`"]},"stakeholders":{"users":["`+user+`"]},"projects":{"ids":[]}}`, 201, "service_get"),
			Repeat: services.RetryIfRefused, Want: demo(),
		},
		{
			Name: "Create/only what is required", Call: create(service.CreateRequest{Name: "n"}),
			Exchange: exact("POST "+at, `{"name":"n"}`, 201, "service_get"), Repeat: services.RetryIfRefused,
		},
		refused("Create/no name", "name is required", create(service.CreateRequest{})),
		refused("Create/tier 5", "tier must be 1 to 4", create(service.CreateRequest{Name: "n", Tier: 5})),
		refused("Create/a user by e-mail", "responders.users[1] is an e-mail address"+form,
			create(service.CreateRequest{Name: "n", Responders: service.Responders{Users: []string{user, "ada@example.com"}}})),
		refused("Create/a user of Opsgenie", "stakeholders.users[0] is a UUID, as users of Opsgenie have"+form,
			create(service.CreateRequest{Name: "n", Stakeholders: service.Stakeholders{Users: []string{team}}})),
		refused("Create/nobody", "stakeholders.users[0] is required",
			create(service.CreateRequest{Name: "n", Stakeholders: service.Stakeholders{Users: []string{""}}})),
	}
}

// S10: each member of an update is absent, set or null.
func updates() []row {
	update := func(in service.UpdateRequest) func(context.Context, api) (any, error) {
		in.ID = id
		return func(ctx context.Context, s api) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	return []row{
		{
			Name: "Update",
			Call: update(service.UpdateRequest{
				Name: services.Set("n"), Description: services.Set(""), Tier: services.Set(4), Type: services.Set(service.Applications), TeamID: services.Null[string](),
				ChangeApprovers: services.Null[service.Approvers](), Responders: services.Set(service.Responders{Users: []string{}}),
				Stakeholders: services.Set(service.Stakeholders{Users: []string{user}}), Projects: services.Set(service.Projects{IDs: []string{"1"}}),
			}),
			Exchange: exact("PATCH "+at+"/"+id, `{"name":"n","description":"","tier":4,"type":"APPLICATIONS","owner":null,"changeApprovers":null,`+
				`"responders":{"users":[]},"stakeholders":{"users":["`+user+`"]},"projects":{"ids":["1"]}}`, 200, "service_get"),
			Repeat: services.SafeToRetry, Want: demo(),
		},
		{
			Name: "Update/one member", Call: update(service.UpdateRequest{Tier: services.Set(1)}),
			Exchange: exact("PATCH "+at+"/"+id, `{"tier":1}`, 200, "service_get"), Repeat: services.SafeToRetry,
		},
		{ // S7
			Name: "Update/as it was read",
			Call: func(ctx context.Context, s api) (any, error) {
				read, err := s.Get(ctx, "s")
				if err != nil {
					return nil, err
				}
				return s.Update(ctx, read.Value.Request())
			},
			Exchange: apitest.Exchange{Send: "GET " + prefix + at + "/s", Answer: `{"id":"s","name":"n","tier":null,"responders":{"users":7,"on":true},"more":1}`},
			Then: []apitest.Exchange{{
				Send: "PATCH " + prefix + at + "/s", Body: `{"name":"n","tier":null,"responders":{"users":7,"on":true},"more":1}`, Answer: `{"id":"s"}`,
			}},
		},
		refused("Update/to no name", "name is required", update(service.UpdateRequest{Name: services.Set("")})),
		refused("Update/tier 0", "tier must be 1 to 4", update(service.UpdateRequest{Tier: services.Set(0)})),
		refused("Update/a responder by e-mail", "responders.users[0] is an e-mail address: write the Atlassian account id, such as 712020:… or 24 hexadecimal digits",
			update(service.UpdateRequest{Responders: services.Set(service.Responders{Users: []string{"ada@example.com"}})})),
		refused("Update/a stakeholder by e-mail", "stakeholders.users[0] is an e-mail address: write the Atlassian account id, such as 712020:… or 24 hexadecimal digits",
			update(service.UpdateRequest{Stakeholders: services.Set(service.Stakeholders{Users: []string{"ada@example.com"}})})),
	}
}

// S7, S8
func TestWhatWasReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	apitest.Lossless(t, &struct{ Services api }{}, 15, service.Entity{})
}
