package incident_test

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
	"github.com/tripware/tripware/services/opsgenie/postmortem"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const document = `{"version":1,"type":"doc","content":[]}`
	none := (*postmortem.Postmortem)(nil)
	apitest.Run(t, open, []row{
		{
			Name: "Get",
			Call: func(ctx context.Context, s api) (any, error) {
				return apitest.Value(s.Get(ctx, postmortem.GetRequest{ID: "p-1"}))
			},
			Exchange: apitest.Exact("GET /v2/postmortem/p-1", "", 200, "get"),
			Check:    checkPostmortem,
		},
		sends("Create", "POST /v2/postmortem", `{"incidentId":"i-1"}`, 201, "updated", none, func(ctx context.Context, s api) (*services.Result[*postmortem.Postmortem], error) {
			return s.Create(ctx, postmortem.CreateRequest{IncidentID: "i-1"})
		}),
		sends("Update", "PUT /v2/postmortem/p-1", `{"title":"t","severity":"P1","status":"published","executiveSummary":`+document+`,"content":`+document+`}`,
			200, "updated", none, func(ctx context.Context, s api) (*services.Result[*postmortem.Postmortem], error) {
				return s.Update(ctx, postmortem.UpdateRequest{ID: "p-1", Title: "t", Severity: shape.P1, Status: "published",
					ExecutiveSummary: json.RawMessage(document), Content: json.RawMessage(document)})
			}),
		sends("Update/only the title", "PUT /v2/postmortem/p-1", `{"title":"t"}`, 200, "updated", none, func(ctx context.Context, s api) (*services.Result[*postmortem.Postmortem], error) {
			return s.Update(ctx, postmortem.UpdateRequest{ID: "p-1", Title: "t"})
		}),
		sends("Delete", "DELETE /v2/postmortem/p-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.Delete(ctx, postmortem.DeleteRequest{ID: "p-1"})
		}),
		refused("Get/none", func(ctx context.Context, s api) (*services.Result[postmortem.Postmortem], error) {
			return s.Get(ctx, postmortem.GetRequest{})
		}),
		refused("Create/of no incident", func(ctx context.Context, s api) (*services.Result[*postmortem.Postmortem], error) {
			return s.Create(ctx, postmortem.CreateRequest{})
		}),
	})
}

func checkPostmortem(tb testing.TB, got any) {
	tb.Helper()
	p, ok := got.(postmortem.Postmortem)
	require.True(tb, ok)
	assert.JSONEq(tb, `{"version":1,"type":"doc","content":[{"type":"paragraph"}]}`, string(p.Content))
	assert.JSONEq(tb, `{"version":1,"type":"doc","content":[]}`, string(p.ExecutiveSummary))
	assert.JSONEq(tb, `[{"id":"x"}]`, string(p.RelatedIncidents))
	for _, list := range []json.RawMessage{p.JiraIssues, p.AffectedServices, p.ICCSessions, p.ResponderTeams, p.Responders} {
		assert.JSONEq(tb, `[]`, string(list))
	}
	p.Content, p.ExecutiveSummary, p.RelatedIncidents = nil, nil, nil
	p.JiraIssues, p.AffectedServices, p.ICCSessions, p.ResponderTeams, p.Responders = nil, nil, nil, nil, nil
	when := func(hour, minute, second, milli int) shape.Time {
		return shape.Time{Time: time.Date(2026, 5, 26, hour, minute, second, milli*int(time.Millisecond), time.UTC)}
	}
	assert.Equal(tb, postmortem.Postmortem{
		ID: "4e4b3a71-1fa4-47fb-9b27-23dcbde566a5", Title: "Checkout failed", Severity: shape.P1, Status: "draft",
		StartTime: when(9, 13, 21, 75), EndTime: when(9, 43, 27, 757), RespondTime: when(9, 15, 27, 947), ResolveTime: when(9, 41, 27, 757), CreatedAt: when(10, 20, 33, 873),
		RootIncident: postmortem.Incident{ID: "aff8a4f3-02fd-4146-b278-8e350e06202d", MetadataID: "2cdf7f15-e907-42d8-944c-6154b09d0c67", TinyID: "57",
			Message: "Checkout is failing", Priority: shape.P1, Status: "closed", CreationTime: when(9, 13, 21, 75), Tags: []string{"shop"}},
		Owner:    postmortem.Owner{ID: "b75a117f-fe66-4321-bc69-1782e4b86c4d", MetadataID: "4a470fc3-2bda-45da-9eff-91723fe583ad", Name: "Ada Lovelace"},
		Timeline: postmortem.Timeline{ID: "p_bc447472", MetadataID: "557db221-3cb1-4bdc-8256-16e5f6f40b8d"},
	}, p)
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"title": "Checkout failed", "content": {"type": "doc"}}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	learnt, err := postmortem.New(client).Get(context.Background(), postmortem.GetRequest{ID: "4e4b"})
	if err != nil {
		panic(err)
	}
	fmt.Println(learnt.Value.Title, string(learnt.Value.Content))
	// Output: Checkout failed {"type": "doc"}
}
