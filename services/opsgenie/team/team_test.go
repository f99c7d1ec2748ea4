package team_test

import (
	"context"
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
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const storageID = "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11"

var (
	ada     = shape.User{ID: "1b8d0c47-93fa-4e26-a7d1-5c60f2e9b3a0", Username: "ada@example.com"}
	grace   = shape.User{ID: "e47a9d32-0c5b-48f1-92e6-3b7d18c5f0a4", Username: "grace@example.com"}
	storage = team.Summary{ID: storageID, Name: "Storage"}
	added   = team.Log{
		Log: "ada@example.com added grace@example.com", Owner: "ada@example.com",
		CreatedDate: shape.Time{Time: time.Date(2026, 5, 20, 8, 0, 0, 0, time.UTC)},
	}
)

func TestEveryOperationOnTeamsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	members := []team.Member{{User: shape.User{Username: "ada@example.com"}, Role: team.MemberAdmin}, {User: shape.User{ID: "u"}}}
	const sent = `"members":[{"user":{"username":"ada@example.com"},"role":"admin"},{"user":{"id":"u"}}]`
	apitest.Run(t, open, []row{
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx))
			},
			Exchange: apitest.Exact("GET /v2/teams", "", 200, "list"),
			Want: []team.Team{
				{ID: storageID, Name: "Storage", Description: "Databases and disks"},
				{ID: "9f3b7c14-2e8a-4d60-b1c5-7a04e9d8f622", Name: "Web"},
			},
		},
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, team.CreateRequest{Name: "Storage", Description: "d", Members: members}))
			},
			Exchange: apitest.Exact("POST /v2/teams", `{"name":"Storage","description":"d",`+sent+`}`, 201, "created"),
			Repeat:   services.RetryIfRefused,
			Want:     storage,
		},
		{
			Name:     "Create/only what is required",
			Call:     func(ctx context.Context, s service) (any, error) { return s.Create(ctx, team.CreateRequest{Name: "n"}) },
			Exchange: apitest.Exact("POST /v2/teams", `{"name":"n"}`, 201, "created"),
			Repeat:   services.RetryIfRefused,
		},
		refused("Create/no name", func(ctx context.Context, s service) (any, error) { return s.Create(ctx, team.CreateRequest{}) }),
		refused("Create/a member who is nobody", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, team.CreateRequest{Name: "n", Members: []team.Member{{Role: team.MemberUser}}})
		}),
		{
			Name: "Get/by name",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, team.ByName("Storage/EU")))
			},
			Exchange: apitest.Exact("GET /v2/teams/Storage%2FEU?identifierType=name", "", 200, "get"),
			Want: team.Team{ID: storageID, Name: "Storage", Description: "Databases and disks", Members: []team.Member{
				{User: ada, Role: team.MemberAdmin}, {User: grace, Role: team.MemberUser},
			}},
		},
		refused("Get/no team", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, team.Ref{}) }),
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Update(ctx, team.UpdateRequest{ID: storageID, Name: services.Set("n"), Description: services.Set(""), Members: services.Set(members)}))
			},
			Exchange: apitest.Exact("PATCH /v2/teams/"+storageID, `{"name":"n","description":"",`+sent+`}`, 200, "created"),
			Repeat:   services.SafeToRetry,
			Want:     storage,
		},
		{
			Name:     "Update/nothing",
			Call:     func(ctx context.Context, s service) (any, error) { return s.Update(ctx, team.UpdateRequest{ID: "t"}) },
			Exchange: apitest.Exact("PATCH /v2/teams/t", `{}`, 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{ // S10
			Name: "Update/to nothing",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, team.UpdateRequest{ID: "t", Description: services.Null[string](), Members: services.Set([]team.Member{})})
			},
			Exchange: apitest.Exact("PATCH /v2/teams/t", `{"description":null,"members":[]}`, 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		refused("Update/no team", func(ctx context.Context, s service) (any, error) {
			return s.Update(ctx, team.UpdateRequest{Name: services.Set("n")})
		}),
		refused("Update/a member who is nobody", func(ctx context.Context, s service) (any, error) {
			return s.Update(ctx, team.UpdateRequest{ID: "t", Members: services.Set([]team.Member{{}})})
		}),
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, team.ByID("t"))
			},
			Exchange: apitest.Exact("DELETE /v2/teams/t?identifierType=id", "", 200, "deleted"),
		},
		refused("Delete/no team", func(ctx context.Context, s service) (any, error) { return s.Delete(ctx, team.Ref{}) }),
		{
			Name: "ListLogs",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListLogs(ctx, team.ListLogsRequest{Ref: team.ByName("Storage"), Limit: 50, Order: shape.Ascending, Offset: "o_1"}))
			},
			Exchange: apitest.Exact("GET /v2/teams/Storage/logs?identifierType=name&limit=50&order=asc&offset=o_1", "", 200, "logs"),
			Want:     team.LogPage{Offset: "nextlogs_1779780000000", Logs: []team.Log{added}},
		},
		refused("ListLogs/negative limit", func(ctx context.Context, s service) (any, error) {
			return s.ListLogs(ctx, team.ListLogsRequest{Ref: team.ByID("t"), Limit: -1})
		}),
		{
			Name: "AllLogs",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Collect(s.AllLogs(ctx, team.ListLogsRequest{Ref: team.ByID("t"), Limit: 1}))
			},
			Exchange: apitest.Exact("GET /v2/teams/t/logs?identifierType=id&limit=1", "", 200, "logs"),
			Then: []apitest.Exchange{
				{Send: "GET /v2/teams/t/logs?identifierType=id&limit=1&offset=nextlogs_1779780000000", Answer: `{"data":{"offset":17,"logs":[{"log":"b"}]}}`},
				{Send: "GET /v2/teams/t/logs?identifierType=id&limit=1&offset=17", Answer: `{"data":{"offset":"18","logs":[]}}`},
			},
			Want: []team.Log{added, {Log: "b"}},
		},
		{
			Name: "AllLogs/a page that leads nowhere is the last",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Collect(s.AllLogs(ctx, team.ListLogsRequest{Ref: team.ByID("t")}))
			},
			Exchange: apitest.Exchange{Send: "GET /v2/teams/t/logs?identifierType=id", Answer: `{"data":{"logs":[{"log":"a"}]}}`},
			Want:     []team.Log{{Log: "a"}},
		},
		{
			Name: "AllLogs/pages that lead in a circle", // S4
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Collect(s.AllLogs(ctx, team.ListLogsRequest{Ref: team.ByID("t")}))
			},
			Exchange: apitest.Exchange{Send: "GET /v2/teams/t/logs?identifierType=id", Answer: `{"data":{"offset":"a","logs":[{"log":"a"}]}}`},
			Then:     []apitest.Exchange{{Send: "GET /v2/teams/t/logs?identifierType=id&offset=a", Answer: `{"data":{"offset":"a","logs":[{"log":"b"}]}}`}},
			Err:      services.ErrResponse,
		},
		{
			Name: "AllLogs/no such team",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Collect(s.AllLogs(ctx, team.ListLogsRequest{Ref: team.ByID("t")}))
			},
			Exchange: apitest.Exchange{Send: "GET /v2/teams/t/logs?identifierType=id", Status: 404, Answer: `{"message":"no"}`},
			Err:      services.ErrNotFound,
		},
	})
}

// S4: a loop that breaks off causes no further request.
func TestReadingLogsCanBeBrokenOff(t *testing.T) {
	t.Parallel()
	requests := 0
	s, err := open(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		requests++
		body := io.NopCloser(strings.NewReader(`{"data":{"offset":"a","logs":[{"log":"a"},{"log":"b"}]}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	}))
	require.NoError(t, err)
	for line, err := range s.AllLogs(t.Context(), team.ListLogsRequest{Ref: team.ByID("t")}) {
		require.NoError(t, err)
		assert.Equal(t, "a", line.Log)
		break
	}
	assert.Equal(t, 1, requests)
}

func TestAnOffsetIsATextOrANumber(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]team.Offset{`"a"`: "a", `12`: "12", `null`: "", `9007199254740993`: "9007199254740993"} {
		got := team.Offset("before")
		require.NoError(t, got.UnmarshalJSON([]byte(raw)))
		assert.Equal(t, want, got)
	}
	odd := team.Offset("before")
	require.Error(t, odd.UnmarshalJSON([]byte(`{}`))) // S8: the page is read without it
	assert.Empty(t, odd)
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	client, err := dial(http.DefaultTransport)
	require.NoError(t, err)
	_, err = team.New(client).Create(t.Context(), team.CreateRequest{Members: []team.Member{{User: ada}, {}}})
	require.EqualError(t, err, "services: POST /v2/teams: argument name is required; argument members[1].user is required")
	_, err = team.NewRoles(client).Get(t.Context(), team.Ref{}, team.RoleRef{})
	require.EqualError(t, err, "services: GET /v2/teams/{identifier}/roles/{teamRoleIdentifier}: "+
		"argument identifier is required; argument teamRoleIdentifier is required")
}

func answering(body string) *services.Client {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL.RequestURI())
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	return client
}

func ExampleNew() {
	client := answering(`{"data":{"id":"t-1","name":"Storage","members":[{"user":{"username":"ada@example.com"},"role":"admin"}]}}`)
	got, err := team.New(client).Get(context.Background(), team.ByName("Storage"))
	if err != nil {
		panic(err)
	}
	for _, m := range got.Value.Members {
		fmt.Println(m.User.Username, m.Role)
	}
	// Output:
	// GET /v2/teams/Storage?identifierType=name
	// ada@example.com admin
}

func ExampleNewMembers() {
	client := answering(`{"result":"Added","data":{"id":"t-1","name":"Storage"}}`)
	got, err := team.NewMembers(client).Add(context.Background(), team.AddMemberRequest{
		Ref: team.ByName("Storage"), User: shape.User{Username: "ada@example.com"}, Role: team.MemberAdmin,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Meta.Result, "to", got.Value.Name)
	// Output:
	// POST /v2/teams/Storage/members?teamIdentifierType=name
	// Added to Storage
}

func ExampleNewRoles() {
	client := answering(`{"data":{"id":"r-1","name":"Lead","rights":[{"right":"manage-members","granted":true}]}}`)
	got, err := team.NewRoles(client).Get(context.Background(), team.ByID("t-1"), team.RoleByName("Lead"))
	if err != nil {
		panic(err)
	}
	for _, right := range got.Value.Rights {
		fmt.Println(right.Right, right.Granted)
	}
	// Output:
	// GET /v2/teams/t-1/roles/Lead?teamIdentifierType=id&identifierType=name
	// manage-members true
}

func ExampleNewRoutingRules() {
	client := answering(`{"result":"Created","data":{"id":"rule-1","name":"P1"}}`)
	got, err := team.NewRoutingRules(client).Create(context.Background(), team.CreateRoutingRuleRequest{
		Ref: team.ByName("Storage"), Name: "P1", Order: services.Set(0),
		Criteria: shape.MatchAllConditions(shape.Condition{Field: shape.FieldPriority, Operation: shape.Equals, ExpectedValue: "P1"}),
		Notify:   shape.To(shape.EscalationByName("Storage escalation")),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.ID)
	// Output:
	// POST /v2/teams/Storage/routing-rules?teamIdentifierType=name
	// rule-1
}
