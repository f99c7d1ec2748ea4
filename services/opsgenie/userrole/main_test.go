package userrole_test

import (
	"context"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/userrole"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	row = apitest.Row[*userrole.Service]
	api = *userrole.Service
)

func open(rt http.RoundTripper) (api, error) {
	client, err := services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
	return userrole.New(client), err
}

// sends is the row of an operation: what must go over the wire, what comes back,
// and what the answer must hold.
func sends[T any](name, request, body string, status int, fixture string, want any, call func(context.Context, api) (*services.Result[T], error)) row {
	return row{
		Name:     name,
		Call:     func(ctx context.Context, s api) (any, error) { return apitest.Value(call(ctx, s)) },
		Exchange: apitest.Exact(request, body, status, fixture),
		Want:     want,
	}
}

// refused is the row of a call that must not be sent.
func refused[T any](name string, call func(context.Context, api) (T, error)) row {
	return row{Name: name, Call: func(ctx context.Context, s api) (any, error) { return call(ctx, s) }, Err: services.ErrArgument}
}

// retried is the row of an operation of which the call says whether it is safe to retry.
func retried(repeat services.Repeat, r row) row {
	r.Repeat = repeat
	return r
}
