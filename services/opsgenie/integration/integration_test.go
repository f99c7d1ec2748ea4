package integration_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/integration"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const (
	at = "/v2/integrations"
	id = "b7f06e29-3a5c-4d81-8e97-20c4d91fa365"
)

func kept() integration.Integration {
	return integration.Integration{
		ID: id, Type: integration.TypeAPI, Name: "Prometheus bridge", Enabled: new(true), IsGlobal: new(false),
		OwnerTeam: shape.OwnerTeam{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"}, ReadOnly: []string{"allowReadAccess"},
		Fields: integration.Fields{"strange": json.RawMessage(`{"n":9007199254740993}`), "feature-type": json.RawMessage(`"token-based"`)},
	}
}

const keptText = `{"id":"b7f06e29-3a5c-4d81-8e97-20c4d91fa365","type":"API","name":"Prometheus bridge","enabled":true,` +
	`"ownerTeam":{"id":"c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11","name":"Storage"},"isGlobal":false,"_readOnly":["allowReadAccess"],` +
	`"feature-type":"token-based","strange":{"n":9007199254740993}}`

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	first := integration.Summary{ID: id, Name: "Prometheus bridge", Type: integration.TypeAPI, Enabled: true, TeamID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11"}
	api, err := integration.API("Bridge", integration.Incoming{AllowWriteAccess: new(false), Responders: []shape.Recipient{shape.ToAll()}})
	require.NoError(t, err)
	apitest.Run(t, open, []row{
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, integration.CreateRequest{Integration: api}))
			},
			Exchange: apitest.Exact("POST "+at, `{"type":"API","name":"Bridge","allowWriteAccess":false,"responders":[{"type":"all"}]}`, 201, "created"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				made, ok := got.(integration.Summary)
				require.True(tb, ok)
				assert.Equal(tb, "i-1", made.ID)
				assert.Equal(tb, "not-a-real-key", made.APIKey.Reveal())
				assert.NotContains(tb, fmt.Sprintf("%+v", made), "not-a-real-key")
			},
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, integration.CreateRequest{Integration: integration.Integration{Type: "Datadog", Name: "d"}})
			},
			Exchange: apitest.Exact("POST "+at, `{"type":"Datadog","name":"d"}`, 201, "created"),
		},
		{
			Name: "Create/without a name",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, integration.CreateRequest{Integration: integration.Integration{Type: "Datadog"}})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, integration.GetRequest{ID: "a/b"}))
			},
			Exchange: apitest.Exact("GET "+at+"/a%2Fb", "", 200, "get"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				read, ok := got.(integration.Integration)
				require.True(tb, ok)
				var in integration.Incoming
				require.NoError(tb, read.Fields.Read(&in))
				assert.Equal(tb, new(true), in.AllowWriteAccess)
				assert.Len(tb, in.Responders, 1)
				assert.Equal(tb, `"token-based"`, string(read.Fields["feature-type"]))
				read.Fields = nil
				want := kept()
				want.Fields = nil
				assert.Equal(tb, want, read)
			},
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx, integration.ListRequest{Type: integration.TypeAPI, TeamID: "t-1", TeamName: "Storage"}))
			},
			Exchange: apitest.Exact("GET "+at+"?type=API&teamId=t-1&teamName=Storage", "", 200, "list"),
			Want:     []integration.Summary{first, {ID: "c5170de8-9b42-4f36-8a7d-f3e2960b81c4", Name: "Mail in", Type: integration.TypeEmail}},
		},
		{
			Name: "Update/with what is unknown here",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, integration.UpdateRequest{ID: id, Integration: kept()})
			},
			Exchange: apitest.Exact("PUT "+at+"/"+id, keptText, 200, "get"),
		},
		{
			Name: "Update/without an id",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, integration.UpdateRequest{Integration: kept()})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, integration.DeleteRequest{ID: "i-1"})
			},
			Exchange: apitest.Exact("DELETE "+at+"/i-1", "", 200, "deleted"),
		},
		{
			Name: "Enable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Enable(ctx, integration.EnableRequest{ID: "i-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/i-1/enable", "", 201, "created"),
		},
		{
			Name: "Disable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Disable(ctx, integration.DisableRequest{ID: "i-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/i-1/disable", "", 201, "created"),
		},
		{
			Name: "Authenticate",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Authenticate(ctx, integration.AuthenticateRequest{Type: integration.TypeAPI})
			},
			Exchange: apitest.Exact("POST "+at+"/authenticate", `{"type":"API"}`, 200, "deleted"),
		},
		{
			Name: "Authenticate/without a type",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Authenticate(ctx, integration.AuthenticateRequest{})
			},
			Err: services.ErrArgument,
		},
	})
}

// S2: fields that are unknown here are kept, to the digit.
func TestAnIntegrationSurvivesTheWayBack(t *testing.T) {
	t.Parallel()
	var back integration.Integration
	require.NoError(t, json.Unmarshal([]byte(keptText), &back))
	assert.Equal(t, kept(), back)
	sent, err := json.Marshal(back)
	require.NoError(t, err)
	want := keptText // byte by byte
	assert.Equal(t, want, string(sent))

	require.NoError(t, json.Unmarshal([]byte(`{"type":"API","name":"n"}`), &back))
	require.NoError(t, back.Fields.Set("tags", []string{"x"}))
	sent, err = json.Marshal(back)
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"API","name":"n","tags":["x"]}`, string(sent))
}

func TestWhatCannotBeReadOrWrittenIsSaid(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, json.Unmarshal([]byte(`{"name":7}`), new(integration.Integration)), "integration: read integration")
	require.ErrorContains(t, integration.Fields(nil).Set("x", 1), "the map is nil")
	require.ErrorContains(t, integration.Fields{}.Set("x", func() {}), "integration: set field x")
	require.ErrorContains(t, integration.Fields{"tags": json.RawMessage(`7`)}.Read(new(integration.Incoming)), "integration: read fields")
	_, err := integration.API("n", integration.Incoming{Responders: []shape.Recipient{{}}})
	require.ErrorContains(t, err, "integration: write fields")
	_, err = json.Marshal(integration.Integration{Fields: integration.Fields{"x": json.RawMessage(`{`)}})
	require.Error(t, err)
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": [{"id": "b7f0", "name": "Prometheus bridge", "type": "API"}]}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	list, err := integration.New(client).List(context.Background(), integration.ListRequest{})
	if err != nil {
		panic(err)
	}
	fmt.Println(list.Value[0].Name)
	// Output: Prometheus bridge
}

func ExampleIntegration() {
	for _, create := range []func() (integration.Integration, error){
		func() (integration.Integration, error) {
			return integration.API("Bridge", integration.Incoming{Responders: []shape.Recipient{shape.To(shape.TeamByName("Storage"))}})
		},
		func() (integration.Integration, error) {
			return integration.Email("Mail in", integration.Incoming{EmailUsername: "orders"})
		},
		func() (integration.Integration, error) { return integration.Webhook("Out", "https://example.com/hook") },
	} {
		i, err := create()
		if err != nil {
			panic(err)
		}
		text, err := json.Marshal(i)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
	// Output:
	// {"type":"API","name":"Bridge","responders":[{"type":"team","name":"Storage"}]}
	// {"type":"Email","name":"Mail in","emailUsername":"orders"}
	// {"type":"Webhook","name":"Out","url":"https://example.com/hook"}
}

func ExampleFieldsOf() {
	fields, err := integration.FieldsOf(integration.Incoming{Tags: []string{"eu"}})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(fields["tags"]))
	// Output: ["eu"]
}
