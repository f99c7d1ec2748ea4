package integration_test

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
	"github.com/tripware/tripware/services/jsm/integration"
	"github.com/tripware/tripware/services/jsm/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The prefix is that of a cloud id: paging links come without it.
const (
	prefix = "/jsm/ops/api/cccccccc-0000-4000-8000-000000000001"
	base   = "https://api.atlassian.com" + prefix
	id     = "ffffffff-0000-4000-8000-000000000001"
	team   = "aaaaaaaa-0000-4000-8000-000000000001"
)

type (
	row           = apitest.Row[service]
	service       = *integration.Service
	actionRow     = apitest.Row[actionService]
	actionService = *integration.ActionService
	filterRow     = apitest.Row[filterService]
	filterService = *integration.FilterService
)

func open(rt http.RoundTripper) (service, error) {
	client, err := core(rt)
	return integration.New(client), err
}

func openActions(rt http.RoundTripper) (actionService, error) {
	client, err := core(rt)
	return integration.NewActions(client), err
}

func openFilters(rt http.RoundTripper) (filterService, error) {
	client, err := core(rt)
	return integration.NewFilters(client), err
}

func core(rt http.RoundTripper) (*services.Client, error) {
	return services.New(&http.Client{Transport: rt}, base, wire.Codec{})
}

// exact is [apitest.Exact] for a path below the prefix.
func exact(request, body string, status int, fixture string) apitest.Exchange {
	method, path, _ := strings.Cut(request, " ")
	return apitest.Exact(method+" "+prefix+path, body, status, fixture)
}

// refused is the row of a request that is not sent, because of the problems.
func refused[S any](name, problems string, call func(context.Context, S) (any, error)) apitest.Row[S] {
	return apitest.Row[S]{Name: name, Want: problems, Call: func(ctx context.Context, s S) (any, error) {
		_, err := call(ctx, s)
		return problemsOf(err)
	}}
}

// problemsOf returns the fields of refused arguments with their problems, each once.
func problemsOf(err error) (any, error) {
	refusal, ok := errors.AsType[*services.Error](err)
	if !ok || !errors.Is(err, services.ErrArgument) {
		return nil, fmt.Errorf("not refused: %w", err)
	}
	return strings.ReplaceAll(strings.ReplaceAll(refusal.Err.Error(), "services: ", ""), "argument ", ""), nil
}
