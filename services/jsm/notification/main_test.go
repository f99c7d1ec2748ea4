package notification_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/notification"
	"github.com/tripware/tripware/services/jsm/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The prefix is that of a cloud id: paging links come without it.
const prefix = "/jsm/ops/api/cccccccc-0000-4000-8000-000000000001"

type (
	row         = apitest.Row[service]
	service     = *notification.Service
	stepRow     = apitest.Row[stepService]
	stepService = *notification.StepService
)

func open(rt http.RoundTripper) (service, error) {
	client, err := services.New(&http.Client{Transport: rt}, "https://api.atlassian.com"+prefix, wire.Codec{})
	return notification.New(client), err
}

func openSteps(rt http.RoundTripper) (stepService, error) {
	client, err := services.New(&http.Client{Transport: rt}, "https://api.atlassian.com"+prefix, wire.Codec{})
	return notification.NewSteps(client), err
}

// exact is [apitest.Exact] for a path below the prefix.
func exact(request, body string, status int, fixture string) apitest.Exchange {
	method, path, _ := strings.Cut(request, " ")
	return apitest.Exact(method+" "+prefix+path, body, status, fixture)
}

// refused is the row of a request that is not sent, because of one problem.
func refused[S any](name, problem string, call func(context.Context, S) (any, error)) apitest.Row[S] {
	return apitest.Row[S]{Name: name, Want: problem, Call: func(ctx context.Context, s S) (any, error) {
		_, err := call(ctx, s)
		argument, ok := errors.AsType[*services.ArgumentError](err)
		if !ok || !errors.Is(err, services.ErrArgument) || strings.Count(err.Error(), "argument ") != 1 {
			return nil, fmt.Errorf("not refused for one reason: %w", err)
		}
		return argument.Field + " " + argument.Problem, nil
	}}
}
