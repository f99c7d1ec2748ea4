package integration_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/integration"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/wire"
	"github.com/tripware/tripware/transport"
)

// serving returns a client of a server that prints what it gets and always sends a body.
func serving(body string) *services.Client {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent := []byte("nothing")
		var err error
		if req.Body != nil {
			sent, err = io.ReadAll(req.Body)
		}
		fmt.Println(req.Method, string(sent))
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body)), Request: req}, err
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.atlassian.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	return client
}

func ExampleNew() {
	s := integration.New(serving(`{"id":"ffff","type":"API","enabled":true}`)) // the field Integrations of a jsm.Client
	properties, err := integration.FieldsOf(map[string]any{"allowWriteAccess": true})
	if err != nil {
		panic(err)
	}
	created, err := s.Create(context.Background(), integration.CreateRequest{
		Name: "Checkout", Type: integration.TypeAPI, Enabled: services.Set(true), Properties: properties,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(created.Value.ID, created.Value.Enabled)
	// Output:
	// POST {"name":"Checkout","type":"API","enabled":true,"typeSpecificProperties":{"allowWriteAccess":true}}
	// ffff true
}

func ExampleNewActions() {
	s := integration.NewActions(serving(`{"id":"7010000001","name":"New","enabled":true}`)) // the field IntegrationActions of a jsm.Client
	read, err := s.Get(context.Background(), integration.ActionRef{IntegrationID: "ffff", ID: "7010000001"})
	if err != nil {
		panic(err)
	}
	change := integration.ActionUpdateRequest{ID: read.Value.ID, Enabled: services.Set(false)}
	if _, err := s.Update(context.Background(), "ffff", change); err != nil {
		panic(err)
	}
	// Output:
	// GET nothing
	// PATCH {"enabled":false}
}

func ExampleNewFilters() {
	s := integration.NewFilters(serving(`{"conditionMatchType":"match-all"}`)) // the field IntegrationFilters of a jsm.Client
	change := integration.FilterUpdateRequest{
		Match: services.Set(shape.FilterMatchAllConditions),
		Conditions: services.Set([]integration.Condition{
			{Field: shape.FieldPriority, Operation: shape.Equals, ExpectedValue: "P1"},
		}),
	}
	if _, err := s.Update(context.Background(), "ffff", change); err != nil {
		panic(err)
	}
	// Output:
	// PATCH {"conditionMatchType":"match-all-conditions","conditions":[{"field":"priority","operation":"equals","expectedValue":"P1"}]}
}
