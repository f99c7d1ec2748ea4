package alert_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The prefix is that of a cloud id: paging links come without it.
const (
	prefix = "/jsm/ops/api/cccccccc-0000-4000-8000-000000000001"
	base   = "https://api.atlassian.com" + prefix
	id     = "eeeeeeee-0000-4000-8000-000000000001-1764230400123"
)

type (
	row     = apitest.Row[service]
	service = *alert.Service
)

func open(rt http.RoundTripper) (service, error) {
	client, err := services.New(&http.Client{Transport: rt}, base, wire.Codec{})
	return alert.New(client), err
}

// exact is [apitest.Exact] for a path below the prefix.
func exact(request, body string, status int, fixture string) apitest.Exchange {
	method, path, _ := strings.Cut(request, " ")
	return apitest.Exact(method+" "+prefix+path, body, status, fixture)
}

// accepted is the row of an operation that the server accepts.
func accepted(name string, repeat services.Repeat, request, body string, call func(context.Context, service) (*alert.Pending, error)) row {
	return row{
		Name:     name,
		Call:     func(ctx context.Context, s service) (any, error) { return call(ctx, s) },
		Exchange: exact(request, body, http.StatusAccepted, "alert_write_accepted"),
		Repeat:   repeat,
		Check: func(tb testing.TB, got any) {
			tb.Helper()
			pending, ok := got.(*alert.Pending)
			assert.True(tb, ok)
			assert.Equal(tb, "12345678-0000-4000-8000-000000000001", pending.RequestID)
			assert.Equal(tb, "Request will be processed", pending.Meta.Result)
		},
	}
}

// refused is the row of a request that is not sent, because of one problem.
func refused(name, problem string, call func(context.Context, service) (any, error)) row {
	return row{Name: name, Want: problem, Call: func(ctx context.Context, s service) (any, error) {
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
