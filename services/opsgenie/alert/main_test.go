package alert_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

const base = "https://api.opsgenie.com"

func open(rt http.RoundTripper) (*alert.Service, error) {
	client, err := services.New(&http.Client{Transport: rt}, base, wire.Codec{})
	return alert.New(client), err
}

// accepted is the row of an operation that the server answers with 202.
func accepted(name string, repeat services.Repeat, request, body string, call func(context.Context, *alert.Service) (*alert.Pending, error)) apitest.Row[*alert.Service] {
	return apitest.Row[*alert.Service]{
		Name:     name,
		Call:     func(ctx context.Context, s *alert.Service) (any, error) { return call(ctx, s) },
		Exchange: apitest.Exact(request, body, http.StatusAccepted, "close_accepted"),
		Repeat:   repeat,
		Check: func(tb testing.TB, got any) {
			tb.Helper()
			pending, ok := got.(*alert.Pending)
			assert.True(tb, ok)
			assert.Equal(tb, "5d1f0007-7a3c-4e19-9b60-2f8e61c40a07", pending.RequestID)
			assert.Equal(tb, "Request will be processed", pending.Meta.Result)
		},
	}
}

// refused is the row of a request that is not sent, because of one problem.
func refused(name, problem string, call func(context.Context, *alert.Service) (any, error)) apitest.Row[*alert.Service] {
	return apitest.Row[*alert.Service]{Name: name, Want: problem, Call: func(ctx context.Context, s *alert.Service) (any, error) {
		_, err := call(ctx, s)
		return problemOf(err)
	}}
}

// problemOf returns the field and the problem of a refused argument. The error must name the
// problem once.
func problemOf(err error) (any, error) {
	argument, ok := errors.AsType[*services.ArgumentError](err)
	if !ok || !errors.Is(err, services.ErrArgument) || strings.Count(err.Error(), "argument ") != 1 {
		return nil, fmt.Errorf("not refused for one reason: %w", err)
	}
	return argument.Field + " " + argument.Problem, nil
}
