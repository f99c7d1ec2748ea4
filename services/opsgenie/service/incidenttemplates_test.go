package service_test

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
	"github.com/tripware/tripware/services/opsgenie/serviceincidenttemplate"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const id = "413dc40c-c7fc-4d67-8105-dde732c30ad3"

func definition() serviceincidenttemplate.Definition {
	return serviceincidenttemplate.Definition{
		Name: "Outage",
		Incident: shape.IncidentProperties{
			Message: "Checkout is failing", Description: "Payments do not go through", Tags: []string{"shop"}, Details: map[string]string{"runbook": "502"},
			Priority:     shape.P2,
			Stakeholders: shape.Stakeholders{Enable: true, Message: "Checkout is down", Description: "We are on it"},
		},
	}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v1/services/s-1/incident-templates"
	const body = `{"name":"Outage","incidentProperties":{"message":"Checkout is failing","description":"Payments do not go through","tags":["shop"],` +
		`"details":{"runbook":"502"},"priority":"P2","stakeholderProperties":{"enable":true,"message":"Checkout is down","description":"We are on it"}}}`
	written := serviceincidenttemplate.Summary{ID: id}
	apitest.Run(t, open, []row{
		sends("Create", "POST "+at, `{"incidentTemplate":`+body+`}`, 201, "created", written,
			func(ctx context.Context, s api) (*services.Result[serviceincidenttemplate.Summary], error) {
				return s.Create(ctx, serviceincidenttemplate.CreateRequest{ServiceID: "s-1", Template: definition()})
			}),
		sends("Create/only what is required", "POST "+at,
			`{"incidentTemplate":{"name":"n","incidentProperties":{"message":"m","priority":"P1","stakeholderProperties":{"enable":false,"message":"s"}}}}`, 201, "created", written,
			func(ctx context.Context, s api) (*services.Result[serviceincidenttemplate.Summary], error) {
				return s.Create(ctx, serviceincidenttemplate.CreateRequest{ServiceID: "s-1", Template: serviceincidenttemplate.Definition{Name: "n",
					Incident: shape.IncidentProperties{Message: "m", Priority: shape.P1, Stakeholders: shape.Stakeholders{Message: "s"}}}})
			}),
		sends("Update", "PUT "+at+"/t-1", body, 200, "updated", written,
			func(ctx context.Context, s api) (*services.Result[serviceincidenttemplate.Summary], error) {
				return s.Update(ctx, serviceincidenttemplate.UpdateRequest{ServiceID: "s-1", ID: "t-1", Definition: definition()})
			}),
		sends("Delete", "DELETE "+at+"/t-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.Delete(ctx, serviceincidenttemplate.DeleteRequest{ServiceID: "s-1", ID: "t-1"})
		}),
		sends("List", "GET "+at, "", 200, "list", []serviceincidenttemplate.Template{{ID: id, Definition: definition()}},
			func(ctx context.Context, s api) (*services.Result[[]serviceincidenttemplate.Template], error) {
				return s.List(ctx, serviceincidenttemplate.ListRequest{ServiceID: "s-1"})
			}),
		refused("List/of no service", func(ctx context.Context, s api) (*services.Result[[]serviceincidenttemplate.Template], error) {
			return s.List(ctx, serviceincidenttemplate.ListRequest{})
		}),
		refused("Delete/none", func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.Delete(ctx, serviceincidenttemplate.DeleteRequest{ServiceID: "s-1"})
		}),
	})
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, created := s.Create(t.Context(), serviceincidenttemplate.CreateRequest{ServiceID: "s-1"})
	_, updated := s.Update(t.Context(), serviceincidenttemplate.UpdateRequest{ServiceID: "s-1", ID: "t-1"})
	for _, field := range []string{"name", "incidentProperties.message", "incidentProperties.priority", "incidentProperties.stakeholderProperties.message"} {
		assert.ErrorContains(t, created, "argument incidentTemplate."+field+" is required")
		assert.ErrorContains(t, updated, "argument "+field+" is required")
	}
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": [{"id": "413d", "name": "Outage", "incidentProperties": {"priority": "P2"}}]}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	templates, err := serviceincidenttemplate.New(client).List(context.Background(), serviceincidenttemplate.ListRequest{ServiceID: "04e7"})
	if err != nil {
		panic(err)
	}
	fmt.Println(templates.Value[0].Name, templates.Value[0].Incident.Priority)
	// Output: Outage P2
}
