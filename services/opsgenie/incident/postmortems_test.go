package incident_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

type (
	postmortems       = *incident.PostmortemService
	postmortemWritten = services.Result[services.Optional[incident.Postmortem]]
)

// S7, S9, S10: what is written back, what a retry does, and what an update leaves out.
func TestEveryOperationOnPostmortemsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const document = `{"version":1,"type":"doc","content":[]}`
	none := services.Optional[incident.Postmortem]{}
	create := func(ctx context.Context, s postmortems) (any, error) { return apitest.Value(s.Create(ctx, "i-1")) }
	apitest.Run(t, opener(incident.NewPostmortems), []apitest.Row[postmortems]{
		{
			Name:     "Get",
			Call:     func(ctx context.Context, s postmortems) (any, error) { return apitest.Value(s.Get(ctx, "p-1")) },
			Exchange: apitest.Exact("GET /v2/postmortem/p-1", "", 200, "postmortem_get"),
			Check:    checkPostmortem,
		},
		that(services.RetryIfRefused, apitest.Row[postmortems]{
			Name: "Create", Call: create, Want: none,
			Exchange: apitest.Exact("POST /v2/postmortem", `{"incidentId":"i-1"}`, 201, "updated"),
		}),
		that(services.RetryIfRefused, apitest.Row[postmortems]{
			Name: "Create/returns null", Call: create, Want: none,
			Exchange: apitest.Exchange{Send: "POST /v2/postmortem", Body: `{"incidentId":"i-1"}`, Answer: `{"data":null}`},
		}),
		that(services.RetryIfRefused, apitest.Row[postmortems]{
			Name: "Create/returns it", Call: create,
			Exchange: apitest.Exact("POST /v2/postmortem", `{"incidentId":"i-1"}`, 201, "postmortem_get"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				created, ok := got.(services.Optional[incident.Postmortem])
				require.True(tb, ok)
				value, ok := created.Get()
				require.True(tb, ok)
				checkPostmortem(tb, value)
			},
		}),
		sends("Update", "PUT /v2/postmortem/p-1", `{"title":"t","severity":"P1","status":"published","executiveSummary":`+document+`,"content":`+document+`}`,
			200, "updated", none, func(ctx context.Context, s postmortems) (*postmortemWritten, error) {
				return s.Update(ctx, incident.UpdatePostmortemRequest{ID: "p-1", Title: services.Set("t"), Severity: services.Set(shape.P1),
					Status: services.Set("published"), ExecutiveSummary: services.Set(json.RawMessage(document)), Content: services.Set(json.RawMessage(document))})
			}),
		sends("Update/cleared", "PUT /v2/postmortem/p-1", `{"title":"","executiveSummary":null}`, 200, "updated", none,
			func(ctx context.Context, s postmortems) (*postmortemWritten, error) {
				return s.Update(ctx, incident.UpdatePostmortemRequest{ID: "p-1", Title: services.Set(""), ExecutiveSummary: services.Null[json.RawMessage]()})
			}),
		{
			Name: "Update/as it was read",
			Call: func(ctx context.Context, s postmortems) (any, error) {
				read, err := s.Get(ctx, "p-1")
				if err != nil {
					return nil, err
				}
				return s.Update(ctx, read.Value.Request())
			},
			Exchange: apitest.Exchange{Send: "GET /v2/postmortem/p-1",
				Answer: `{"data":{"postmortemId":"p-1","title":null,"status":"draft","owner":{"id":"u"},"content":{"n":1.50},"tags":["x"]}}`},
			Then: []apitest.Exchange{{Send: "PUT /v2/postmortem/p-1", Answer: `{}`, Body: `{"title":null,"status":"draft","content":{"n":1.50},"tags":["x"]}`}},
		},
		sends("Delete", "DELETE /v2/postmortem/p-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s postmortems) (*nothing, error) {
			return s.Delete(ctx, "p-1")
		}),
		refused("Get/no id", func(ctx context.Context, s postmortems) (*services.Result[incident.Postmortem], error) {
			return s.Get(ctx, "")
		}),
		refused("Create/no incident", func(ctx context.Context, s postmortems) (*postmortemWritten, error) { return s.Create(ctx, "") }),
		refused("Update/no id", func(ctx context.Context, s postmortems) (*postmortemWritten, error) {
			return s.Update(ctx, incident.UpdatePostmortemRequest{Title: services.Set("t")})
		}),
		refused("Delete/no id", func(ctx context.Context, s postmortems) (*nothing, error) { return s.Delete(ctx, "") }),
	})
}

// checkPostmortem compares a postmortem with the fixture: as JSON, and some fields by their
// values.
func checkPostmortem(tb testing.TB, got any) {
	tb.Helper()
	p, ok := got.(incident.Postmortem)
	require.True(tb, ok)
	fixture, err := os.ReadFile("testdata/postmortem_get.json")
	require.NoError(tb, err)
	var want struct{ Data json.RawMessage }
	require.NoError(tb, json.Unmarshal(fixture, &want))
	text, err := json.Marshal(p)
	require.NoError(tb, err)
	assert.JSONEq(tb, string(want.Data), string(text))
	assert.JSONEq(tb, `{"version":1,"type":"doc","content":[{"type":"paragraph"}]}`, string(p.Content))
	assert.Equal(tb, "4e4b3a71-1fa4-47fb-9b27-23dcbde566a5 Checkout failed P1 draft", fmt.Sprint(p.ID, " ", p.Title, " ", p.Severity, " ", p.Status))
	assert.Equal(tb, []shape.Time{when("2026-05-26T09:13:21.075Z"), when("2026-05-26T09:43:27.757Z"), when("2026-05-26T09:15:27.947Z"),
		when("2026-05-26T09:41:27.757Z"), when("2026-05-26T10:20:33.873Z")}, []shape.Time{p.StartTime, p.EndTime, p.RespondTime, p.ResolveTime, p.CreatedAt})
	assert.Equal(tb, incident.PostmortemIncident{ID: "aff8a4f3-02fd-4146-b278-8e350e06202d", MetadataID: "2cdf7f15-e907-42d8-944c-6154b09d0c67", TinyID: "57",
		Message: "Checkout is failing", Priority: shape.P1, Status: "closed", CreationTime: when("2026-05-26T09:13:21.075Z"), Tags: []string{"shop"}}, p.RootIncident)
	assert.Equal(tb, incident.PostmortemOwner{ID: "b75a117f-fe66-4321-bc69-1782e4b86c4d", MetadataID: "4a470fc3-2bda-45da-9eff-91723fe583ad", Name: "Ada Lovelace"}, p.Owner)
	assert.Equal(tb, incident.PostmortemTimeline{ID: "p_bc447472", MetadataID: "557db221-3cb1-4bdc-8256-16e5f6f40b8d"}, p.Timeline)
}

func ExampleNewPostmortems() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"title": "Checkout failed", "content": {"type": "doc"}}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	report, err := incident.NewPostmortems(client).Get(context.Background(), "4e4b")
	if err != nil {
		panic(err)
	}
	fmt.Println(report.Value.Title, string(report.Value.Content))
	// Output: Checkout failed {"type": "doc"}
}
