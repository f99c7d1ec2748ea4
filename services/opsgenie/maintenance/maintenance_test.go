package maintenance_test

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
	"github.com/tripware/tripware/services/opsgenie/maintenance"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const at = "/v1/maintenance"

func evening() (start, end time.Time) {
	return time.Date(2026, 6, 1, 20, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, 23, 0, 0, 0, time.UTC)
}

func rules() []maintenance.Rule {
	return []maintenance.Rule{{State: maintenance.Disabled, Entity: maintenance.Entity{ID: "b7f06e29-3a5c-4d81-8e97-20c4d91fa365", Type: maintenance.Integration}}}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const ruleText = `"rules":[{"state":"disabled","entity":{"id":"b7f06e29-3a5c-4d81-8e97-20c4d91fa365","type":"integration"}}]`
	start, end := evening()
	kept := maintenance.Maintenance{
		ID: "73d0b9f4-5e21-4c68-a9b7-0f8c6e42d153", Status: maintenance.Planned, Description: "Move the orders cluster",
		Time: maintenance.Between(start, end), Rules: rules(),
	}
	elsewhere := start.In(time.FixedZone("", 2*60*60))
	apitest.Run(t, open, []row{
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, maintenance.CreateRequest{Description: "d", Time: maintenance.Between(elsewhere, end), Rules: rules()}))
			},
			Exchange: apitest.Exact("POST "+at, `{"description":"d","time":{"type":"schedule","startDate":"2026-06-01T22:00:00+02:00","endDate":"2026-06-01T23:00:00Z"},`+ruleText+`}`, 201, "get"),
			Repeat:   services.RetryIfRefused,
			Want:     kept,
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				rule := maintenance.Rule{Entity: maintenance.Entity{ID: "p-1", Type: maintenance.Policy}}
				return s.Create(ctx, maintenance.CreateRequest{Time: maintenance.For5Minutes(), Rules: []maintenance.Rule{rule}})
			},
			Exchange: apitest.Exact("POST "+at, `{"time":{"type":"for-5-minutes"},"rules":[{"entity":{"id":"p-1","type":"policy"}}]}`, 201, "get"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name: "Create/without anything",
			Call: func(ctx context.Context, s service) (any, error) { return s.Create(ctx, maintenance.CreateRequest{}) },
			Err:  services.ErrArgument,
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, "a/b"))
			},
			Exchange: apitest.Exact("GET "+at+"/a%2Fb", "", 200, "get"),
			Want:     kept,
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx, maintenance.ListRequest{Type: maintenance.SelectNonExpired}))
			},
			Exchange: apitest.Exact("GET "+at+"?type=non-expired", "", 200, "list"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				list, ok := got.([]maintenance.Maintenance)
				require.True(tb, ok)
				require.Len(tb, list, 2)
				assert.Equal(tb, maintenance.Active, list[0].Status)
				assert.Equal(tb, maintenance.WindowFor1Hour, list[0].Time.Kind)
				assert.Equal(tb, start, list[0].Time.Start.Time)
				assert.Equal(tb, start.Add(time.Hour), list[0].Time.End.Time)
				assert.Equal(tb, maintenance.WindowKind("until-full-moon"), list[1].Time.Kind)
			},
		},
		{
			Name:     "List/without a choice",
			Call:     func(ctx context.Context, s service) (any, error) { return s.List(ctx, maintenance.ListRequest{}) },
			Exchange: apitest.Exact("GET "+at, "", 200, "list"),
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Update(ctx, maintenance.UpdateRequest{ID: "m-1", Description: services.Set("d"), Time: maintenance.Indefinitely(), Rules: rules()}))
			},
			Exchange: apitest.Exact("PUT "+at+"/m-1", `{"description":"d","time":{"type":"indefinitely"},`+ruleText+`}`, 200, "get"),
			Want:     kept,
		},
		{
			Name: "Update/to end before it starts",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, maintenance.UpdateRequest{ID: "m-1", Time: maintenance.Between(end, start), Rules: rules()})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "ChangeEndDate",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ChangeEndDate(ctx, maintenance.ChangeEndDateRequest{ID: "m-1", EndDate: end}))
			},
			Exchange: apitest.Exact("POST "+at+"/m-1/change-end-date", `{"endDate":"2026-06-01T23:00:00Z"}`, 200, "get"),
			Repeat:   services.SafeToRetry,
			Want:     services.Set(kept),
		},
		{
			Name: "ChangeEndDate/answered without data",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ChangeEndDate(ctx, maintenance.ChangeEndDateRequest{ID: "m-1", EndDate: end}))
			},
			Exchange: apitest.Exact("POST "+at+"/m-1/change-end-date", `{"endDate":"2026-06-01T23:00:00Z"}`, 200, "deleted"),
			Repeat:   services.SafeToRetry,
			Want:     services.Optional[maintenance.Maintenance]{},
		},
		{
			Name: "ChangeEndDate/to no date",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ChangeEndDate(ctx, maintenance.ChangeEndDateRequest{ID: "m-1"})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Cancel",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Cancel(ctx, "m-1")
			},
			Exchange: apitest.Exact("POST "+at+"/m-1/cancel", "", 200, "deleted"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, "m-1")
			},
			Exchange: apitest.Exact("DELETE "+at+"/m-1", "", 200, "deleted"),
		},
	})
}

// S7: a maintenance is written as it was read, at every depth; the dates of each kind are kept.
func TestAMaintenanceIsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `{"id":"m","status":"lunar","time":"soon","rules":null,"description":""}`, `{"time":null,"rules":[null,{"state":7}],"more":{"n":1}}`,
		`{"time":{"type":"for-1-hour","startDate":"2026-06-01T20:00:00Z","endDate":"2026-06-01T21:00:00Z"}}`,
		`{"time":{"type":"indefinitely","startDate":"2026-06-01T20:00:00.5+02:00","endDate":null}}`,
		`{"time":{"type":"schedule","startDate":"","endDate":"2026-06-01T20:00:00+0000","zone":{"x":[]}}}`,
		`{"time":{"type":"until-full-moon","moons":3},"rules":[{"state":"off","more":1,"entity":{"id":"i","type":"moon","name":"n"}}]}`,
		`{"time":{"type":"schedule","startDate":"soon","endDate":7},"rules":[{"entity":{}}]}`,
	} {
		var m maintenance.Maintenance
		require.NoError(t, json.Unmarshal([]byte(text), &m))
		back, err := json.Marshal(m)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(back))
	}
	var m maintenance.Maintenance
	require.NoError(t, json.Unmarshal([]byte(`{"time":{"a":1},"rules":[{"b":1,"entity":{"c":1}}]}`), &m))
	m.Time.Kind, m.Rules[0].State, m.Rules[0].Entity.ID = maintenance.WindowFor1Hour, maintenance.Disabled, "i"
	back, err := json.Marshal(m)
	require.NoError(t, err)
	assert.JSONEq(t, `{"time":{"type":"for-1-hour","a":1},"rules":[{"state":"disabled","b":1,"entity":{"id":"i","c":1}}]}`, string(back))
	require.Error(t, json.Unmarshal([]byte(`[]`), &m))
}

// S7: Update sends what Get returned, without what the server sets.
func TestWhatGetReturnedIsChangedAndSent(t *testing.T) {
	t.Parallel()
	const rest = `"time":{"type":"for-1-hour","startDate":"2026-06-01T20:00:00Z","endDate":"2026-06-01T21:00:00Z","zone":"UTC"},` +
		`"rules":[{"state":"disabled","entity":{"id":"i-1","type":"integration","name":"n"}}],"more":[1]`
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Update",
		Call: func(ctx context.Context, s service) (any, error) {
			got, err := s.Get(ctx, "m-1")
			if err != nil {
				return nil, err
			}
			in := got.Value.Request()
			in.Description = services.Set("new")
			return s.Update(ctx, in)
		},
		Exchange: apitest.Exchange{Send: "GET " + at + "/m-1", Answer: `{"data":{"id":"m-1","status":"active","description":null,` + rest + `}}`},
		Then:     []apitest.Exchange{{Send: "PUT " + at + "/m-1", Body: `{"description":"new",` + rest + `}`, Answer: `{"data":{"id":"m-1"}}`}},
	})
	require.NoError(t, err)
}

func TestAMaintenanceWithoutARequiredMemberIsRefused(t *testing.T) {
	t.Parallel()
	s, err := open(http.NewFileTransport(http.Dir("none")))
	require.NoError(t, err)
	start, end := evening()
	for _, row := range []struct {
		time  maintenance.Window
		rules []maintenance.Rule
		want  []string
	}{
		{want: []string{"time is required", "rules is required"}},
		{maintenance.Window{Start: shape.Time{Time: start}}, rules(), []string{"time.type is required"}},
		{maintenance.Between(time.Time{}, time.Time{}), rules(), []string{"time.startDate is required", "time.endDate is required"}},
		{maintenance.Between(end, start), rules(), []string{"time.endDate must not be before startDate"}},
		{maintenance.For1Hour(), []maintenance.Rule{{}}, []string{"rules[0].entity.id is required", "rules[0].entity.type is required"}},
	} {
		_, created := s.Create(t.Context(), maintenance.CreateRequest{Time: row.time, Rules: row.rules})
		_, updated := s.Update(t.Context(), maintenance.UpdateRequest{ID: "m-1", Time: row.time, Rules: row.rules})
		for _, err := range []error{created, updated} {
			require.ErrorIs(t, err, services.ErrArgument)
			for _, want := range row.want {
				assert.Equal(t, 1, strings.Count(err.Error(), want), "%s: %s", want, err)
			}
		}
	}
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent, err := io.ReadAll(req.Body)
		fmt.Println(string(sent))
		body := io.NopCloser(strings.NewReader(`{"data": {"id": "73d0", "status": "active"}}`))
		return &http.Response{StatusCode: 201, Body: body, Request: req}, err
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	begun, err := maintenance.New(client).Create(context.Background(), maintenance.CreateRequest{
		Time:  maintenance.For1Hour(),
		Rules: []maintenance.Rule{{State: maintenance.Disabled, Entity: maintenance.Entity{ID: "b7f0", Type: maintenance.Integration}}},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(begun.Value.Status)
	// Output:
	// {"time":{"type":"for-1-hour"},"rules":[{"state":"disabled","entity":{"id":"b7f0","type":"integration"}}]}
	// active
}

func ExampleWindow() {
	start := time.Date(2026, 6, 1, 20, 0, 0, 0, time.UTC)
	for _, w := range []maintenance.Window{
		maintenance.For5Minutes(), maintenance.For30Minutes(), maintenance.For1Hour(), maintenance.Indefinitely(),
		maintenance.Between(start, start.Add(time.Hour)),
	} {
		text, err := json.Marshal(w)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
	// Output:
	// {"type":"for-5-minutes"}
	// {"type":"for-30-minutes"}
	// {"type":"for-1-hour"}
	// {"type":"indefinitely"}
	// {"type":"schedule","startDate":"2026-06-01T20:00:00Z","endDate":"2026-06-01T21:00:00Z"}
}
