package incident_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/incidenttemplate"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const id = "413dc40c-c7fc-4d67-8105-dde732c30ad3"

func definition() incidenttemplate.Definition {
	return incidenttemplate.Definition{
		Name: "Outage", Message: "Checkout is failing", Description: "Payments do not go through", Tags: []string{"shop"},
		Details: map[string]string{"runbook": "502"}, Priority: shape.P2, ImpactedServices: []string{"04e7c1fa-95b3-4d28-a6e0-b1d83f629c57"},
		Stakeholders: shape.Stakeholders{Enable: true, Message: "Checkout is down", Description: "We are on it"},
	}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v1/incident-templates"
	const body = `{"name":"Outage","message":"Checkout is failing","description":"Payments do not go through","tags":["shop"],"details":{"runbook":"502"},` +
		`"priority":"P2","impactedServices":["04e7c1fa-95b3-4d28-a6e0-b1d83f629c57"],"stakeholderProperties":{"enable":true,"message":"Checkout is down","description":"We are on it"}}`
	written := incidenttemplate.Summary{ID: id}
	outage := incidenttemplate.Template{ID: id, Definition: definition()}
	slow := incidenttemplate.Definition{Name: "Slow", Message: "Checkout is slow", Priority: shape.P4, Stakeholders: shape.Stakeholders{Message: "Checkout is slow"}}
	apitest.Run(t, open, []row{
		sends("Create", "POST "+at, body, 201, "created", written, func(ctx context.Context, s api) (*services.Result[incidenttemplate.Summary], error) {
			return s.Create(ctx, incidenttemplate.CreateRequest{Definition: definition()})
		}),
		sends("Create/only what is required", "POST "+at,
			`{"name":"Slow","message":"Checkout is slow","priority":"P4","stakeholderProperties":{"enable":false,"message":"Checkout is slow"}}`, 201, "created", written,
			func(ctx context.Context, s api) (*services.Result[incidenttemplate.Summary], error) {
				return s.Create(ctx, incidenttemplate.CreateRequest{Definition: slow})
			}),
		sends("Update", "PUT "+at+"/t-1", body, 200, "updated", written, func(ctx context.Context, s api) (*services.Result[incidenttemplate.Summary], error) {
			return s.Update(ctx, incidenttemplate.UpdateRequest{ID: "t-1", Definition: definition()})
		}),
		sends("Delete", "DELETE "+at+"/t-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.Delete(ctx, incidenttemplate.DeleteRequest{ID: "t-1"})
		}),
		sends("List", "GET "+at+"?offset=20&limit=1&order=asc", "", 200, "list", []incidenttemplate.Template{outage},
			func(ctx context.Context, s api) (*services.Result[[]incidenttemplate.Template], error) {
				return s.List(ctx, incidenttemplate.ListRequest{Offset: 20, Limit: 1, Order: shape.Ascending})
			}),
		{
			Name: "All",
			Call: func(ctx context.Context, s api) (any, error) {
				return apitest.Collect(s.All(ctx, incidenttemplate.ListRequest{}))
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "list"),
			Then:     []apitest.Exchange{apitest.Exact("GET "+at+"?limit=1&offset=1", "", 200, "list_last")},
			Want:     []incidenttemplate.Template{outage, {ID: "ea9d0c5c-bd6e-4a0b-8f0d-6d1c3e0b7a92", Definition: slow}},
		},
		{
			Name: "All/not allowed",
			Call: func(ctx context.Context, s api) (any, error) {
				return apitest.Collect(s.All(ctx, incidenttemplate.ListRequest{}))
			},
			Exchange: apitest.Exchange{Send: "GET " + at, Status: 403, Answer: `{"message":"no"}`},
			Err:      services.ErrForbidden,
		},
		{
			Name: "All/broken off",
			Call: func(ctx context.Context, s api) (any, error) {
				for template, err := range s.All(ctx, incidenttemplate.ListRequest{}) {
					return template, err
				}
				return "", nil
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "list"),
			Want:     outage,
		},
		refused("Update/none", func(ctx context.Context, s api) (*services.Result[incidenttemplate.Summary], error) {
			return s.Update(ctx, incidenttemplate.UpdateRequest{Definition: definition()})
		}),
		refused("List/negative offset", func(ctx context.Context, s api) (*services.Result[[]incidenttemplate.Template], error) {
			return s.List(ctx, incidenttemplate.ListRequest{Offset: -1})
		}),
	})
}

// The name that the templates stand under is not documented.
func TestTheListIsFoundUnderAnyName(t *testing.T) {
	t.Parallel()
	for data, want := range map[string][]string{
		`{"incidentTemplates": [{"id": "a"}, {"id": "b"}]}`:      {"a", "b"},
		`{"templates": [{"id": "a"}], "count": 1, "note": null}`: {"a"},
		`{"b": [{"id": "b"}], "a": [{"id": "a"}]}`:               {"a", "b"},
		`[{"id": "a"}]`:             {"a"},
		`{"incidentTemplates": []}`: {},
		`{}`:                        {},
		`{"count": 0}`:              nil,
		`{"templates": [7]}`:        nil,
		`"none"`:                    nil,
	} {
		s, err := open(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"data": ` + data + `}`)), Request: req}, nil
		}))
		require.NoError(t, err)
		got, err := s.List(t.Context(), incidenttemplate.ListRequest{})
		if want == nil {
			require.ErrorIs(t, err, services.ErrResponse, data)
			continue
		}
		require.NoError(t, err, data)
		ids := []string{}
		for _, template := range got.Value {
			ids = append(ids, template.ID)
		}
		assert.Equal(t, want, ids, data)
	}
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), incidenttemplate.CreateRequest{})
	require.ErrorIs(t, err, services.ErrArgument)
	for _, field := range []string{"name", "message", "priority", "stakeholderProperties.message"} {
		assert.ErrorContains(t, err, "argument "+field+" is required")
	}
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"incidentTemplates": [{"id": "413d", "name": "Outage", "priority": "P2"}]}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	for template, err := range incidenttemplate.New(client).All(context.Background(), incidenttemplate.ListRequest{}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(template.Name, template.Priority)
	}
	// Output: Outage P2
}
