package service_test

import (
	"context"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/service"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	written = services.Result[service.Summary]
	nothing = services.Result[services.None]
)

// opener returns a function that makes a service of the kind that its constructor makes.
func opener[S any](constructor func(*services.Client) S) apitest.Open[S] {
	return func(rt http.RoundTripper) (S, error) {
		client, err := services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
		return constructor(client), err
	}
}

// sends is the row of an operation: the request that must be sent, the response, and the
// value that must be returned.
func sends[S, T any](name, request, body string, status int, fixture string, want any,
	call func(context.Context, S) (*services.Result[T], error),
) apitest.Row[S] {
	return apitest.Row[S]{
		Name:     name,
		Call:     func(ctx context.Context, s S) (any, error) { return apitest.Value(call(ctx, s)) },
		Exchange: apitest.Exact(request, body, status, fixture),
		Want:     want,
	}
}

// that returns a row of an operation whose route says something about retries.
func that[S any](repeat services.Repeat, r apitest.Row[S]) apitest.Row[S] {
	r.Repeat = repeat
	return r
}

// refused is the row of a call that must not be sent.
func refused[S, T any](name string, call func(context.Context, S) (T, error)) apitest.Row[S] {
	return apitest.Row[S]{Name: name, Call: func(ctx context.Context, s S) (any, error) { return call(ctx, s) }, Err: services.ErrArgument}
}

const partID = "413dc40c-c7fc-4d67-8105-dde732c30ad3"

// outage are the properties of an incident that the fixtures and incidentText have.
func outage() shape.IncidentProperties {
	return shape.IncidentProperties{
		Message: "Checkout is failing", Description: "Payments do not go through", Tags: []string{"shop"}, Details: map[string]string{"runbook": "502"},
		Priority:     shape.P2,
		Stakeholders: shape.Stakeholders{Enable: services.Set(true), Message: "Checkout is down", Description: "We are on it"},
	}
}

const incidentText = `"incidentProperties":{"message":"Checkout is failing","description":"Payments do not go through","tags":["shop"],` +
	`"details":{"runbook":"502"},"priority":"P2","stakeholderProperties":{"enable":true,"message":"Checkout is down","description":"We are on it"}}`

// least are the properties that are required, as leastText.
func least() shape.IncidentProperties {
	return shape.IncidentProperties{Message: "m", Priority: shape.P1, Stakeholders: shape.Stakeholders{Message: "s"}}
}

const leastText = `"incidentProperties":{"message":"m","priority":"P1","stakeholderProperties":{"message":"s"}}`
