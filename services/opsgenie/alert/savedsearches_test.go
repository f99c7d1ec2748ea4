package alert_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

type searches = *alert.SavedSearchService

func openSearches(rt http.RoundTripper) (searches, error) {
	client, err := services.New(&http.Client{Transport: rt}, base, wire.Codec{})
	return alert.NewSavedSearches(client), err
}

func TestEverySavedSearchOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v2/alerts/saved-searches"
	kept := alert.SavedSearch{
		ID: "8a4e92d0-1f6b-4c73-95da-60b7e8c13f21", Name: "Open P1",
		CreatedAt:   shape.Time{Time: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)},
		UpdatedAt:   shape.Time{Time: time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC)},
		Owner:       alert.Entity{ID: "1b8d0c47-93fa-4e26-a7d1-5c60f2e9b3a0"},
		Teams:       []alert.Entity{{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11"}},
		Description: "All open P1 alerts", Query: "status: open AND priority: P1",
	}
	owner := shape.UserByName("ada@example.com")
	teams := []shape.Responder{shape.TeamByName("Storage")}
	const body = `{"name":"Open P1","description":"d","query":"q","owner":{"type":"user","username":"ada@example.com"},"teams":[{"type":"team","name":"Storage"}]}`
	apitest.Run(t, openSearches, []apitest.Row[searches]{
		{
			Name: "Create",
			Call: func(ctx context.Context, s searches) (any, error) {
				return apitest.Value(s.Create(ctx, alert.SavedSearchCreateRequest{Name: "Open P1", Description: "d", Query: "q", Owner: owner, Teams: teams}))
			},
			Exchange: apitest.Exact("POST "+at, body, 201, "saved_search_created"),
			Want:     alert.SavedSearchSummary{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"},
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s searches) (any, error) {
				return s.Create(ctx, alert.SavedSearchCreateRequest{Name: "n", Query: "q", Owner: shape.UserByID("u")})
			},
			Exchange: apitest.Exact("POST "+at, `{"name":"n","query":"q","owner":{"type":"user","id":"u"}}`, 201, "saved_search_created"),
		},
		{
			Name: "Create/without an owner",
			Call: func(ctx context.Context, s searches) (any, error) {
				return s.Create(ctx, alert.SavedSearchCreateRequest{Name: "n", Query: "q"})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Create/of a team",
			Call: func(ctx context.Context, s searches) (any, error) {
				return s.Create(ctx, alert.SavedSearchCreateRequest{Name: "n", Query: "q", Owner: teams[0]})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Update/for users where teams belong",
			Call: func(ctx context.Context, s searches) (any, error) {
				return s.Update(ctx, alert.SavedSearchUpdateRequest{Ref: alert.SavedSearchByID("x"), Name: "n", Query: "q", Owner: owner, Teams: []shape.Responder{owner}})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s searches) (any, error) {
				return apitest.Value(s.Get(ctx, alert.SavedSearchGetRequest{Ref: alert.SavedSearchByName("Open P1")}))
			},
			Exchange: apitest.Exact("GET "+at+"/Open%20P1?identifierType=name", "", 200, "saved_search_get"),
			Want:     kept,
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s searches) (any, error) {
				return apitest.Value(s.Update(ctx, alert.SavedSearchUpdateRequest{Ref: alert.SavedSearchByID("s-1"), Name: "Open P1", Description: "d", Query: "q", Owner: owner, Teams: teams}))
			},
			Exchange: apitest.Exact("PATCH "+at+"/s-1?identifierType=id", body, 200, "saved_search_get"),
			Want:     kept,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s searches) (any, error) {
				return s.Delete(ctx, alert.SavedSearchDeleteRequest{Ref: alert.SavedSearchByID("s-1")})
			},
			Exchange: apitest.Exact("DELETE "+at+"/s-1?identifierType=id", "", 200, "saved_search_deleted"),
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s searches) (any, error) {
				return apitest.Value(s.List(ctx, alert.SavedSearchListRequest{}))
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "saved_search_list"),
			Want:     []alert.SavedSearchSummary{{ID: "8a4e92d0-1f6b-4c73-95da-60b7e8c13f21", Name: "Open P1"}},
		},
	})
}

func ExampleNewSavedSearches() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": [{"id": "8a4e", "name": "Open P1"}]}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	list, err := alert.NewSavedSearches(client).List(context.Background(), alert.SavedSearchListRequest{})
	if err != nil {
		panic(err)
	}
	fmt.Println(list.Value[0].Name)
	// Output: Open P1
}
