package integration_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
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
		ID: id, Type: integration.TypeAPI, Name: "Prometheus bridge", Enabled: services.Set(true), IsGlobal: services.Set(false),
		OwnerTeam: services.Set(shape.OwnerTeam{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"}), ReadOnly: []string{"allowReadAccess"},
		Fields: integration.Fields{"strange": json.RawMessage(`{"n":9007199254740993}`), "feature-type": json.RawMessage(`"token-based"`)},
	}
}

const keptText = `{"id":"b7f06e29-3a5c-4d81-8e97-20c4d91fa365","type":"API","name":"Prometheus bridge","enabled":true,` +
	`"ownerTeam":{"id":"c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11","name":"Storage"},"isGlobal":false,"_readOnly":["allowReadAccess"],` +
	`"feature-type":"token-based","strange":{"n":9007199254740993}}`

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	first := integration.Summary{ID: id, Name: "Prometheus bridge", Type: integration.TypeAPI, Enabled: true, TeamID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11"}
	api, err := integration.API("Bridge", integration.Incoming{AllowWriteAccess: services.Set(false), Responders: services.Set([]shape.Recipient{shape.ToAll()})})
	require.NoError(t, err)
	apitest.Run(t, open, []row{
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, api))
			},
			Exchange: apitest.Exact("POST "+at, `{"type":"API","name":"Bridge","allowWriteAccess":false,"responders":[{"type":"all"}]}`, 201, "created"),
			Repeat:   services.RetryIfRefused,
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
				return s.Create(ctx, integration.Integration{Type: "Datadog", Name: "d"})
			},
			Exchange: apitest.Exact("POST "+at, `{"type":"Datadog","name":"d"}`, 201, "created"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name: "Create/without a name",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, integration.Integration{Type: "Datadog"})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Get/without an id",
			Call: func(ctx context.Context, s service) (any, error) { return s.Get(ctx, "") },
			Err:  services.ErrArgument,
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, "a/b"))
			},
			Exchange: apitest.Exact("GET "+at+"/a%2Fb", "", 200, "get"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				read, ok := got.(integration.Integration)
				require.True(tb, ok)
				var in integration.Incoming
				require.NoError(tb, read.Fields.Read(&in))
				assert.Equal(tb, services.Set(true), in.AllowWriteAccess)
				responders, _ := in.Responders.Get()
				assert.Len(tb, responders, 1)
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
				return apitest.Value(s.Update(ctx, kept()))
			},
			Want:     integration.Summary{ID: "i-1", Name: "Bridge", Type: integration.TypeAPI, Enabled: true, TeamID: "t-1"},
			Exchange: apitest.Exact("PUT "+at+"/"+id, keptText, 200, "updated"),
		},
		{
			Name: "Update/without an id",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, integration.Integration{Type: "Datadog", Name: "d"})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, "i-1")
			},
			Exchange: apitest.Exact("DELETE "+at+"/i-1", "", 200, "deleted"),
		},
		{
			Name: "Enable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Enable(ctx, "i-1")
			},
			Exchange: apitest.Exact("POST "+at+"/i-1/enable", "", 201, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Disable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Disable(ctx, "i-1")
			},
			Exchange: apitest.Exact("POST "+at+"/i-1/disable", "", 201, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Authenticate",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Authenticate(ctx, integration.TypeAPI)
			},
			Exchange: apitest.Exact("POST "+at+"/authenticate", `{"type":"API"}`, 200, "deleted"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Authenticate/without a type",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Authenticate(ctx, "")
			},
			Err: services.ErrArgument,
		},
	})
}

// S7: members of every kind come back as they were read, to the digit, also those that are null or
// of another type.
func TestAnIntegrationIsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	var back integration.Integration
	require.NoError(t, json.Unmarshal([]byte(keptText), &back))
	assert.Equal(t, kept(), back)
	for _, text := range []string{
		keptText, `{}`, `{"type":"API"}`, `{"type":null,"name":7,"enabled":"yes","ownerTeam":null,"isGlobal":null,"_readOnly":["a",null]}`,
		`{"id":"","type":"API","name":"n","ownerTeam":{"id":"t","more":{"n":1}},"_readOnly":[],"url":null,"x":[{"y":[]}]}`,
	} {
		require.NoError(t, json.Unmarshal([]byte(text), &back))
		sent, err := json.Marshal(back)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(sent))
	}
	require.NoError(t, json.Unmarshal([]byte(`{"type":"API","name":null,"x":1,"y":2}`), &back))
	back.Name, back.Fields["x"] = "n", json.RawMessage(`2`)
	delete(back.Fields, "y")
	require.NoError(t, back.Fields.Set("tags", []string{"a"}))
	sent, err := json.Marshal(back)
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"API","name":"n","x":2,"tags":["a"]}`, string(sent), "what is assigned is sent")
}

// S7: the option leaves out what no integration is known to have, and no field.
func TestFieldsAreSentWithKnownMembersOnly(t *testing.T) {
	t.Parallel()
	var sent string
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		raw, err := io.ReadAll(req.Body)
		sent = string(raw)
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"data":{}}`)), Request: req}, err
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{}, services.WithKnownMembersOnly())
	require.NoError(t, err)
	var read integration.Integration
	require.NoError(t, json.Unmarshal([]byte(`{"id":"i","type":"API","name":"n","ownerTeam":{"id":"t","odd":1},"z":{"deep":1},"a":2}`), &read))
	_, err = integration.New(client).Update(t.Context(), read)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"i","type":"API","name":"n","ownerTeam":{"id":"t"},"a":2,"z":{"deep":1}}`, sent)
}

// A member that the struct has a field for must not be one of Fields as well.
func TestFieldsHaveNoMemberOfTheStruct(t *testing.T) {
	t.Parallel()
	members := map[string]any{}
	for f := range reflect.TypeFor[integration.Integration]().Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			members[name] = nil
		}
	}
	require.Len(t, members, 7)
	text, err := json.Marshal(members)
	require.NoError(t, err)
	var read integration.Integration
	require.NoError(t, json.Unmarshal(text, &read))
	assert.Empty(t, read.Fields)
}

func TestFieldsThatCannotBeReadOrWrittenAreErrors(t *testing.T) {
	t.Parallel()
	require.Error(t, json.Unmarshal([]byte(`[]`), new(integration.Integration)))
	require.ErrorContains(t, integration.Fields(nil).Set("x", 1), "the map is nil")
	require.ErrorContains(t, integration.Fields{}.Set("x", func() {}), "integration: set field x")
	require.ErrorContains(t, integration.Fields{"tags": json.RawMessage(`7`)}.Read(new(integration.Incoming)), "integration: read fields")
	_, err := integration.API("n", integration.Incoming{Responders: services.Set([]shape.Recipient{{}})})
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
			return integration.API("Bridge", integration.Incoming{Responders: services.Set([]shape.Recipient{shape.To(shape.TeamByName("Storage"))})})
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
	fields, err := integration.FieldsOf(integration.Incoming{Tags: services.Set([]string{"eu"})})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(fields["tags"]))
	// Output: ["eu"]
}
