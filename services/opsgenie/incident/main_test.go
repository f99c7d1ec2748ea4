package incident_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	row     = apitest.Row[service]
	service = *incident.Service
)

func dial(rt http.RoundTripper) (*services.Client, error) {
	return services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
}

// opener returns a function that makes a service of the kind that its constructor makes.
func opener[S any](constructor func(*services.Client) S) apitest.Open[S] {
	return func(rt http.RoundTripper) (S, error) {
		client, err := dial(rt)
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

func when(text string) shape.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return shape.Time{Time: at}
}
