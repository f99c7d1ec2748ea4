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

type api = *service.Service

// S7, S9, S10: what is written back, what a retry does, and what an update sets, clears and leaves
// out.
func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	summary := service.Summary{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"}
	checkout := service.Entity{ID: "04e7c1fa-95b3-4d28-a6e0-b1d83f629c57", Name: "checkout", Visibility: service.TeamMembers,
		TeamID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Tags: []string{"shop"}}
	search := checkout
	search.ID, search.Name = "f1b6d050-f043-444c-ac5d-31fb47880400", "search"
	apitest.Run(t, opener(service.New), []apitest.Row[api]{
		that(services.RetryIfRefused, sends("Create", "POST /v1/services",
			`{"name":"checkout","teamId":"t-1","description":"d","visibility":"OPSGENIE_USERS","tags":["shop"]}`, 201, "created", summary,
			func(ctx context.Context, s api) (*written, error) {
				return s.Create(ctx, service.CreateRequest{Name: "checkout", TeamID: "t-1", Description: "d", Visibility: service.OpsgenieUsers, Tags: []string{"shop"}})
			})),
		that(services.RetryIfRefused, sends("Create/only what is required", "POST /v1/services", `{"name":"checkout","teamId":"t-1"}`, 201, "created", summary,
			func(ctx context.Context, s api) (*written, error) {
				return s.Create(ctx, service.CreateRequest{Name: "checkout", TeamID: "t-1"})
			})),
		sends("Get", "GET /v1/services/s-1", "", 200, "get", checkout, func(ctx context.Context, s api) (*services.Result[service.Entity], error) {
			return s.Get(ctx, "s-1")
		}),
		that(services.SafeToRetry, sends("Update", "PATCH /v1/services/s-1", `{"name":"till","description":"","visibility":"TEAM_MEMBERS","tags":[]}`, 200, "created", summary,
			func(ctx context.Context, s api) (*written, error) {
				return s.Update(ctx, service.UpdateRequest{ID: "s-1", Name: services.Set("till"), Description: services.Set(""),
					Visibility: services.Set(service.TeamMembers), Tags: services.Set([]string{})})
			})),
		that(services.SafeToRetry, sends("Update/nothing", "PATCH /v1/services/s-1", `{}`, 200, "created", summary, func(ctx context.Context, s api) (*written, error) {
			return s.Update(ctx, service.UpdateRequest{ID: "s-1"})
		})),
		{
			Name: "Update/as it was read",
			Call: func(ctx context.Context, s api) (any, error) {
				read, err := s.Get(ctx, "s-1")
				if err != nil {
					return nil, err
				}
				return s.Update(ctx, read.Value.Request())
			},
			Exchange: apitest.Exchange{Send: "GET /v1/services/s-1",
				Answer: `{"data":{"id":"s-1","name":"n","teamId":"t","description":null,"tags":"none","tier":{"level":1.0}}}`},
			Then: []apitest.Exchange{{Send: "PATCH /v1/services/s-1", Body: `{"name":"n","description":null,"tags":"none","tier":{"level":1.0}}`, Answer: `{"data":{}}`}},
		},
		sends("Delete", "DELETE /v1/services/s-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s api) (*nothing, error) {
			return s.Delete(ctx, "s-1")
		}),
		sends("List", "GET /v1/services?query=name%3A+c%2A&offset=20&limit=1&sort=name&order=desc", "", 200, "list", []service.Entity{checkout},
			func(ctx context.Context, s api) (*services.Result[[]service.Entity], error) {
				return s.List(ctx, service.ListRequest{Query: "name: c*", Offset: 20, Limit: 1, Sort: "name", Order: shape.Descending})
			}),
		{
			Name: "All",
			Call: func(ctx context.Context, s api) (any, error) {
				return apitest.Collect(s.All(ctx, service.ListRequest{Limit: 1}))
			},
			Exchange: apitest.Exact("GET /v1/services?limit=1", "", 200, "list"),
			Then:     []apitest.Exchange{apitest.Exact("GET /v1/services?limit=1&offset=1", "", 200, "list_last")},
			Want:     []service.Entity{checkout, search},
		},
		{
			Name: "All/in pages of 100",
			Call: func(ctx context.Context, s api) (any, error) {
				return apitest.Collect(s.All(ctx, service.ListRequest{}))
			},
			Exchange: apitest.Exchange{Send: "GET /v1/services?limit=100", Answer: `{"data":[]}`},
		},
		refused("Get/no id", func(ctx context.Context, s api) (*services.Result[service.Entity], error) { return s.Get(ctx, "") }),
		refused("Update/no id", func(ctx context.Context, s api) (*written, error) {
			return s.Update(ctx, service.UpdateRequest{Name: services.Set("n")})
		}),
		refused("Delete/no id", func(ctx context.Context, s api) (*nothing, error) { return s.Delete(ctx, "") }),
		refused("List/negative limit", func(ctx context.Context, s api) (*services.Result[[]service.Entity], error) {
			return s.List(ctx, service.ListRequest{Limit: -1})
		}),
	})
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := opener(service.New)(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), service.CreateRequest{})
	require.EqualError(t, err, "services: POST /v1/services: argument name is required; argument teamId is required")
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": [{"name": "checkout", "visibility": "TEAM_MEMBERS"}]}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	for one, err := range service.New(client).All(context.Background(), service.ListRequest{}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(one.Name, one.Visibility)
	}
	// Output: checkout TEAM_MEMBERS
}
