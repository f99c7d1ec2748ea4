package service_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/service"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

type templates = *service.IncidentTemplateService

// S7, S9: what is written back, and what a retry does.
func TestEveryOperationOnIncidentTemplatesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v1/services/s-1/incident-templates"
	const body = `{"name":"Outage",` + incidentText + `}`
	summary := service.Summary{ID: partID}
	apitest.Run(t, opener(service.NewIncidentTemplates), []apitest.Row[templates]{
		that(services.RetryIfRefused, sends("Create", "POST "+at, `{"incidentTemplate":`+body+`}`, 201, "incident_created", summary,
			func(ctx context.Context, s templates) (*written, error) {
				return s.Create(ctx, service.CreateIncidentTemplateRequest{ServiceID: "s-1", Name: "Outage", Incident: outage()})
			})),
		that(services.RetryIfRefused, sends("Create/only what is required", "POST "+at, `{"incidentTemplate":{"name":"n",`+leastText+`}}`, 201, "incident_created", summary,
			func(ctx context.Context, s templates) (*written, error) {
				return s.Create(ctx, service.CreateIncidentTemplateRequest{ServiceID: "s-1", Name: "n", Incident: least()})
			})),
		sends("Update", "PUT "+at+"/t-1", body, 200, "incident_updated", summary, func(ctx context.Context, s templates) (*written, error) {
			return s.Update(ctx, service.UpdateIncidentTemplateRequest{ServiceID: "s-1", ID: "t-1", Name: "Outage", Incident: outage()})
		}),
		{
			Name: "List/and write it back",
			Call: func(ctx context.Context, s templates) (any, error) {
				read, err := s.List(ctx, "s-1")
				if err != nil {
					return nil, err
				}
				in := read.Value[0].Request()
				in.ServiceID = "s-1"
				return apitest.Value(s.Update(ctx, in))
			},
			Exchange: apitest.Exchange{Send: "GET " + at, Answer: `{"data":[{"id":"t-1","name":"n","icon":null,"incidentProperties":` +
				`{"message":"m","priority":"P1","tags":null,"sla":{"h":2},"stakeholderProperties":{"message":"s","enable":null,"sms":[]}}}]}`},
			Then: []apitest.Exchange{{Send: "PUT " + at + "/t-1", Answer: `{"data":{"id":"t-1"}}`, Body: `{"name":"n","icon":null,"incidentProperties":` +
				`{"message":"m","priority":"P1","tags":null,"sla":{"h":2},"stakeholderProperties":{"message":"s","enable":null,"sms":[]}}}`}},
			Want: service.Summary{ID: "t-1"},
		},
		sends("Delete", "DELETE "+at+"/t-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s templates) (*nothing, error) {
			return s.Delete(ctx, "s-1", "t-1")
		}),
		sends("List", "GET "+at, "", 200, "incident_template_list", []service.IncidentTemplate{{ID: partID, Name: "Outage", Incident: outage()}},
			func(ctx context.Context, s templates) (*services.Result[[]service.IncidentTemplate], error) {
				return s.List(ctx, "s-1")
			}),
		refused("List/no service", func(ctx context.Context, s templates) (*services.Result[[]service.IncidentTemplate], error) {
			return s.List(ctx, "")
		}),
		refused("Delete/no template", func(ctx context.Context, s templates) (*nothing, error) { return s.Delete(ctx, "s-1", "") }),
	})
}

func TestAllThatAnIncidentTemplateLacksIsNamed(t *testing.T) {
	t.Parallel()
	s, err := opener(service.NewIncidentTemplates)(http.DefaultTransport)
	require.NoError(t, err)
	const missing = "argument name is required; argument incidentProperties.message is required; argument incidentProperties.priority is required; " +
		"argument incidentProperties.stakeholderProperties.message is required; argument serviceId is required"
	_, err = s.Create(t.Context(), service.CreateIncidentTemplateRequest{})
	require.EqualError(t, err, "services: POST /v1/services/{serviceId}/incident-templates: "+missing)
	_, err = s.Update(t.Context(), service.UpdateIncidentTemplateRequest{ID: "t-1"})
	require.EqualError(t, err, "services: PUT /v1/services/{serviceId}/incident-templates/{incidentTemplateId}: "+missing)
}

func ExampleNewIncidentTemplates() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": [{"id": "413d", "name": "Outage", "incidentProperties": {"priority": "P2"}}]}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	templates, err := service.NewIncidentTemplates(client).List(context.Background(), "04e7")
	if err != nil {
		panic(err)
	}
	fmt.Println(templates.Value[0].Name, templates.Value[0].Incident.Priority)
	// Output: Outage P2
}
