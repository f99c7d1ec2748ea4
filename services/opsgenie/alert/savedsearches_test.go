package alert_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	owner := shape.UserByName("ada@example.com")
	teams := []shape.Responder{shape.TeamByName("Storage")}
	byName := func(name string) alert.UpdateSavedSearchRequest {
		return alert.UpdateSavedSearchRequest{SearchRef: alert.SearchByName("Old"), Name: name, Query: "q", Owner: shape.UserByID("u")}
	}
	const body = `{"name":"Open P1","description":"d","query":"q","owner":{"type":"user","username":"ada@example.com"},"teams":[{"type":"team","name":"Storage"}]}`
	const least = `"query":"q","owner":{"type":"user","id":"u"}}`
	apitest.Run(t, openSearches, []apitest.Row[searches]{
		{
			Name: "Create",
			Call: func(ctx context.Context, s searches) (any, error) {
				return apitest.Value(s.Create(ctx, alert.CreateSavedSearchRequest{Name: "Open P1", Description: "d", Query: "q", Owner: owner, Teams: teams}))
			},
			Exchange: apitest.Exact("POST "+at, body, 201, "saved_search_created"),
			Repeat:   services.RetryIfRefused,
			Want:     alert.SavedSearchSummary{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"},
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s searches) (any, error) {
				return s.Create(ctx, alert.CreateSavedSearchRequest{Name: "n", Query: "q", Owner: shape.UserByID("u")})
			},
			Exchange: apitest.Exact("POST "+at, `{"name":"n",`+least, 201, "saved_search_created"),
			Repeat:   services.RetryIfRefused,
		},
		refusedSearch("Create/without an owner", "owner is required", func(ctx context.Context, s searches) error {
			_, err := s.Create(ctx, alert.CreateSavedSearchRequest{Name: "n", Query: "q"})
			return err
		}),
		refusedSearch("Create/of a team", "owner must be of kind user", func(ctx context.Context, s searches) error {
			_, err := s.Create(ctx, alert.CreateSavedSearchRequest{Name: "n", Query: "q", Owner: teams[0]})
			return err
		}),
		refusedSearch("Update/for users where teams belong", "teams must be of kind team", func(ctx context.Context, s searches) error {
			in := byName("n")
			in.Teams = services.Set([]shape.Responder{owner})
			_, err := s.Update(ctx, in)
			return err
		}),
		refusedSearch("Get/without a name", "identifier is required", func(ctx context.Context, s searches) error {
			_, err := s.Get(ctx, alert.SearchByName(""))
			return err
		}),
		{
			Name: "Get",
			Call: func(ctx context.Context, s searches) (any, error) {
				return apitest.Value(s.Get(ctx, alert.SearchByName("Open P1")))
			},
			Exchange: apitest.Exact("GET "+at+"/Open%20P1?identifierType=name", "", 200, "saved_search_get"),
			Check:    checkSearch,
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s searches) (any, error) {
				return apitest.Value(s.Update(ctx, alert.UpdateSavedSearchRequest{SearchRef: alert.SearchByID("s-1"), Name: "Open P1",
					Description: services.Set("d"), Query: "q", Owner: owner, Teams: services.Set(teams)}))
			},
			Exchange: apitest.Exact("PATCH "+at+"/s-1?identifierType=id", body, 200, "saved_search_get"),
			Repeat:   services.SafeToRetry,
			Check:    checkSearch,
		},
		{ // S10: absent, cleared, and empty are three things.
			Name: "Update/with a description that is cleared and no teams",
			Call: func(ctx context.Context, s searches) (any, error) {
				in := byName("Old")
				in.Description, in.Teams = services.Null[string](), services.Set([]shape.Responder{})
				return s.Update(ctx, in)
			},
			Exchange: apitest.Exact("PATCH "+at+"/Old?identifierType=name", `{"name":"Old","description":null,"query":"q","owner":{"type":"user","id":"u"},"teams":[]}`, 200, "saved_search_get"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name:     "Update/of the name it is referred to by",
			Call:     func(ctx context.Context, s searches) (any, error) { return s.Update(ctx, byName("New")) },
			Exchange: apitest.Exact("PATCH "+at+"/Old?identifierType=name", `{"name":"New",`+least, 200, "saved_search_get"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s searches) (any, error) {
				return s.Delete(ctx, alert.SearchByID("s-1"))
			},
			Exchange: apitest.Exact("DELETE "+at+"/s-1?identifierType=id", "", 200, "saved_search_deleted"),
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s searches) (any, error) {
				return apitest.Value(s.List(ctx))
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "saved_search_list"),
			Want:     []alert.SavedSearchSummary{{ID: "8a4e92d0-1f6b-4c73-95da-60b7e8c13f21", Name: "Open P1"}},
		},
	})
}

// refusedSearch is the row of a request that is not sent, because of one problem.
func refusedSearch(name, problem string, call func(context.Context, searches) error) apitest.Row[searches] {
	return apitest.Row[searches]{Name: name, Want: problem, Call: func(ctx context.Context, s searches) (any, error) {
		return problemOf(call(ctx, s))
	}}
}

func checkSearch(tb testing.TB, got any) {
	tb.Helper()
	search, ok := got.(alert.SavedSearch)
	require.True(tb, ok)
	search.Other = services.Other{} // it keeps the milliseconds of the times
	assert.Equal(tb, alert.SavedSearch{
		ID: "8a4e92d0-1f6b-4c73-95da-60b7e8c13f21", Name: "Open P1",
		CreatedAt:   shape.Time{Time: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)},
		UpdatedAt:   shape.Time{Time: time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC)},
		Owner:       shape.User{ID: "1b8d0c47-93fa-4e26-a7d1-5c60f2e9b3a0"},
		Teams:       []shape.OwnerTeam{{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11"}},
		Description: "All open P1 alerts", Query: "status: open AND priority: P1",
	}, search)
}

// S7: what was read is written back, with all that the structs do not have.
func TestASavedSearchIsWrittenBackAsItWasRead(t *testing.T) {
	t.Parallel()
	const read = `{"id":"s-1","name":"Open","createdAt":"2026-03-01T10:00:00.000Z","description":null,"query":"q","pinned":true,` +
		`"owner":{"id":"u-1","locale":"de"},"teams":[{"id":"t-1","name":"Storage"},{"id":"t-2","size":3}]}`
	var search alert.SavedSearch
	require.NoError(t, json.Unmarshal([]byte(read), &search))
	kept, err := json.Marshal(search)
	require.NoError(t, err)
	assert.JSONEq(t, read, string(kept))

	_, err = apitest.Verify(t.Context(), openSearches, apitest.Row[searches]{
		Call: func(ctx context.Context, s searches) (any, error) { return s.Update(ctx, search.Request()) },
		Exchange: apitest.Exchange{Send: "PATCH /v2/alerts/saved-searches/s-1?identifierType=id", Answer: `{"data":` + read + `}`,
			Body: `{"name":"Open","description":null,"query":"q","pinned":true,"owner":{"type":"user","id":"u-1","locale":"de"},` +
				`"teams":[{"type":"team","id":"t-1","name":"Storage"},{"type":"team","id":"t-2","size":3}]}`},
		Repeat: services.SafeToRetry,
	})
	require.NoError(t, err)
	again, err := json.Marshal(search)
	require.NoError(t, err)
	assert.JSONEq(t, read, string(again), "Request must not change what it was made from")
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
	list, err := alert.NewSavedSearches(client).List(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(list.Value[0].Name)
	// Output: Open P1
}
