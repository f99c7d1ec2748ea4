package incident_test

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
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

type (
	templates       = *incident.TemplateService
	templateWritten = services.Result[incident.TemplateSummary]
	templatePage    = services.Result[incident.TemplatePage]
)

const templateID = "413dc40c-c7fc-4d67-8105-dde732c30ad3"

// S7, S9, S10: what is written back, what a retry does, and what an update sets, clears and leaves
// out.
func TestEveryOperationOnTemplatesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v1/incident-templates"
	const body = `{"name":"Outage","message":"Checkout is failing","description":"Payments do not go through","tags":["shop"],"details":{"runbook":"502"},` +
		`"priority":"P2","impactedServices":["04e7c1fa-95b3-4d28-a6e0-b1d83f629c57"],"stakeholderProperties":{"enable":true,"message":"Checkout is down","description":"We are on it"}}`
	told := shape.Stakeholders{Enable: services.Set(true), Message: "Checkout is down", Description: "We are on it"}
	tags, details, impacted := []string{"shop"}, map[string]string{"runbook": "502"}, []string{"04e7c1fa-95b3-4d28-a6e0-b1d83f629c57"}
	outage := incident.Template{ID: templateID, Name: "Outage", Message: "Checkout is failing", Description: "Payments do not go through", Tags: tags,
		Details: details, Priority: shape.P2, ImpactedServices: impacted, Stakeholders: told}
	slow := incident.Template{ID: "ea9d0c5c-bd6e-4a0b-8f0d-6d1c3e0b7a92", Name: "Slow", Message: "Checkout is slow", Priority: shape.P4,
		Stakeholders: shape.Stakeholders{Enable: services.Set(false), Message: "Checkout is slow"}}
	written := incident.TemplateSummary{ID: templateID}
	least := incident.UpdateTemplateRequest{ID: "t-1", Name: "n", Message: "m", Priority: shape.P1, Stakeholders: shape.Stakeholders{Message: "s"}}
	const unusual = `"name":"n","message":"m","description":null,"tags":[],"priority":"P9","stakeholderProperties":{"message":"s","sms":true},"icon":{"x":1}`
	apitest.Run(t, opener(incident.NewTemplates), []apitest.Row[templates]{
		that(services.RetryIfRefused, sends("Create", "POST "+at, body, 201, "template_created", written, func(ctx context.Context, s templates) (*templateWritten, error) {
			return s.Create(ctx, incident.CreateTemplateRequest{Name: outage.Name, Message: outage.Message, Description: outage.Description, Tags: tags,
				Details: details, Priority: shape.P2, ImpactedServices: impacted, Stakeholders: told})
		})),
		that(services.RetryIfRefused, sends("Create/only what is required", "POST "+at,
			`{"name":"n","message":"m","priority":"P1","stakeholderProperties":{"message":"s"}}`, 201, "template_created", written,
			func(ctx context.Context, s templates) (*templateWritten, error) {
				return s.Create(ctx, incident.CreateTemplateRequest{Name: "n", Message: "m", Priority: shape.P1, Stakeholders: shape.Stakeholders{Message: "s"}})
			})),
		sends("Update", "PUT "+at+"/"+templateID, body, 200, "template_updated", written, func(ctx context.Context, s templates) (*templateWritten, error) {
			return s.Update(ctx, outage.Request())
		}),
		sends("Update/only what is required", "PUT "+at+"/t-1", `{"name":"n","message":"m","priority":"P1","stakeholderProperties":{"message":"s"}}`,
			200, "template_updated", written, func(ctx context.Context, s templates) (*templateWritten, error) { return s.Update(ctx, least) }),
		sends("Update/cleared", "PUT "+at+"/t-1",
			`{"name":"n","message":"m","description":"","tags":[],"details":{},"priority":"P1","impactedServices":null,"stakeholderProperties":{"message":"s"}}`,
			200, "template_updated", written, func(ctx context.Context, s templates) (*templateWritten, error) {
				in := least
				in.Description, in.Tags = services.Set(""), services.Set([]string{})
				in.Details, in.ImpactedServices = services.Set(map[string]string{}), services.Null[[]string]()
				return s.Update(ctx, in)
			}),
		sends("Delete", "DELETE "+at+"/t-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s templates) (*services.Result[services.None], error) {
			return s.Delete(ctx, "t-1")
		}),
		sends("List", "GET "+at+"?offset=20&limit=1&order=asc", "", 200, "template_list", incident.TemplatePage{Templates: []incident.Template{outage}},
			func(ctx context.Context, s templates) (*templatePage, error) {
				return s.List(ctx, incident.ListTemplatesRequest{Offset: 20, Limit: 1, Order: shape.Ascending})
			}),
		{
			Name: "List/and the next page",
			Call: func(ctx context.Context, s templates) (any, error) {
				page, err := s.List(ctx, incident.ListTemplatesRequest{})
				if err != nil {
					return nil, err
				}
				return apitest.Value(page.Next(ctx))
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "template_list"),
			Then:     []apitest.Exchange{apitest.Exact("GET "+at+"?limit=1&offset=1", "", 200, "template_list_last")},
			Want:     incident.TemplatePage{Templates: []incident.Template{slow}},
		},
		{
			Name: "All",
			Call: func(ctx context.Context, s templates) (any, error) {
				return apitest.Collect(s.All(ctx, incident.ListTemplatesRequest{}))
			},
			Exchange: apitest.Exact("GET "+at+"?limit=100", "", 200, "template_list"),
			Then:     []apitest.Exchange{apitest.Exact("GET "+at+"?limit=1&offset=1", "", 200, "template_list_last")},
			Want:     []incident.Template{outage, slow},
		},
		{
			Name: "All/not allowed",
			Call: func(ctx context.Context, s templates) (any, error) {
				return apitest.Collect(s.All(ctx, incident.ListTemplatesRequest{Limit: 5}))
			},
			Exchange: apitest.Exchange{Send: "GET " + at + "?limit=5", Status: 403, Answer: `{"message":"no"}`},
			Err:      services.ErrForbidden,
		},
		{
			Name: "All/broken off",
			Call: func(ctx context.Context, s templates) (any, error) {
				for template, err := range s.All(ctx, incident.ListTemplatesRequest{}) {
					return template, err
				}
				return "", nil
			},
			Exchange: apitest.Exact("GET "+at+"?limit=100", "", 200, "template_list"),
			Want:     outage,
		},
		{
			Name: "Update/as it was read",
			Call: func(ctx context.Context, s templates) (any, error) {
				for template, err := range s.All(ctx, incident.ListTemplatesRequest{}) {
					if err != nil {
						return nil, err
					}
					return apitest.Value(s.Update(ctx, template.Request()))
				}
				return nil, nil
			},
			Exchange: apitest.Exchange{Send: "GET " + at + "?limit=100", Answer: `{"data":{"incidentTemplates":[{"id":"t-1",` + unusual + `}]}}`},
			Then:     []apitest.Exchange{{Send: "PUT " + at + "/t-1", Body: `{` + unusual + `}`, Answer: `{"data":{"id":"t-1"}}`}},
			Want:     incident.TemplateSummary{ID: "t-1"},
		},
		refused("Update/no id", func(ctx context.Context, s templates) (*templateWritten, error) {
			in := least
			in.ID = ""
			return s.Update(ctx, in)
		}),
		refused("Update/no message to stakeholders", func(ctx context.Context, s templates) (*templateWritten, error) {
			in := least
			in.Stakeholders = shape.Stakeholders{}
			return s.Update(ctx, in)
		}),
		refused("Delete/no id", func(ctx context.Context, s templates) (*services.Result[services.None], error) {
			return s.Delete(ctx, "")
		}),
		refused("List/negative offset", func(ctx context.Context, s templates) (*templatePage, error) {
			return s.List(ctx, incident.ListTemplatesRequest{Offset: -1})
		}),
	})
}

// S8: the member that holds the templates may have any name, and an odd template costs nothing
// but itself.
func TestTheListIsFoundUnderAnyName(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]struct {
		ids []string // nil for an error
		odd []services.Mismatch
	}{
		`{"incidentTemplates": [{"id": "a"}, {"id": "b"}]}`:      {ids: []string{"a", "b"}},
		`{"templates": [{"id": "a"}], "count": 1, "note": null}`: {ids: []string{"a"}},
		`{"b": [{"id": "b"}], "a": [{"id": "a"}]}`:               {ids: []string{"a", "b"}},
		`[{"id": "a"}]`:               {ids: []string{"a"}},
		`{"incidentTemplates": []}`:   {ids: []string{}},
		`{"incidentTemplates": null}`: {ids: []string{}},
		`{}`:                          {ids: []string{}},
		`{"templates": [7, {"id": 8, "stakeholderProperties": {"message": 9}}]}`: {ids: []string{"", ""}, odd: []services.Mismatch{
			{Path: "data.incidentTemplates[0]", Got: "number"}, {Path: "data.incidentTemplates[1].id", Got: "number"},
			{Path: "data.incidentTemplates[1].stakeholderProperties.message", Got: "number"},
		}},
		`{"count": 0}`: {},
		`"none"`:       {},
		`null`:         {},
	} {
		s, err := opener(incident.NewTemplates)(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"data": ` + data + `}`)), Request: req}, nil
		}))
		require.NoError(t, err)
		got, err := s.List(t.Context(), incident.ListTemplatesRequest{})
		if want.ids == nil {
			require.ErrorIs(t, err, services.ErrResponse, data)
			continue
		}
		require.NoError(t, err, data)
		ids := []string{}
		for _, template := range got.Value.Templates {
			ids = append(ids, template.ID)
		}
		assert.Equal(t, want.ids, ids, data)
		assert.Equal(t, want.odd, got.Meta.Mismatches, data)
	}
}

func TestAllThatATemplateLacksIsNamed(t *testing.T) {
	t.Parallel()
	s, err := opener(incident.NewTemplates)(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), incident.CreateTemplateRequest{})
	require.EqualError(t, err, "services: POST /v1/incident-templates: argument name is required; argument message is required; "+
		"argument priority is required; argument stakeholderProperties.message is required")
	_, err = s.Update(t.Context(), incident.UpdateTemplateRequest{})
	require.EqualError(t, err, "services: PUT /v1/incident-templates/{incidentTemplateId}: argument name is required; argument message is required; "+
		"argument priority is required; argument stakeholderProperties.message is required; argument incidentTemplateId is required")
}

// S8: whatever comes is an error, or a page that is written as one of the same length.
func FuzzAPageOfTemplatesIsReadAndWritten(f *testing.F) {
	for _, raw := range []string{`{"incidentTemplates":[{"id":"a"},7]}`, `{"b":[{}],"a":[null],"n":0}`, `[[]]`, `{}`, `{"n":0}`, `null`, `{"a":[`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var page, again incident.TemplatePage
		if json.Unmarshal([]byte(raw), &page) != nil {
			return
		}
		text, err := json.Marshal(page)
		require.NoError(t, err, raw)
		require.NoError(t, json.Unmarshal(text, &again), raw)
		require.Len(t, again.Templates, len(page.Templates), raw)
	})
}

func ExampleNewTemplates() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"incidentTemplates": [{"id": "413d", "name": "Outage", "priority": "P2"}]}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	for template, err := range incident.NewTemplates(client).All(context.Background(), incident.ListTemplatesRequest{}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(template.Name, template.Priority)
	}
	// Output: Outage P2
}
