package team_test

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
	"github.com/tripware/tripware/services/jsm/team"
	"github.com/tripware/tripware/services/jsm/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	prefix = "/jsm/ops/api/cccccccc-0000-4000-8000-000000000001"
	id     = "aaaaaaaa-0000-4000-8000-000000000001"
	at     = "/v1/teams/" + id
)

type (
	service = *team.Service
	roles   = *team.RoleService
	rules   = *team.RoutingRuleService
)

func dial(rt http.RoundTripper) (*services.Client, error) {
	return services.New(&http.Client{Transport: rt}, "https://api.atlassian.com"+prefix, wire.Codec{})
}

func open(rt http.RoundTripper) (service, error) {
	client, err := dial(rt)
	return team.New(client), err
}

func openRoles(rt http.RoundTripper) (roles, error) {
	client, err := dial(rt)
	return team.NewRoles(client), err
}

func openRules(rt http.RoundTripper) (rules, error) {
	client, err := dial(rt)
	return team.NewRoutingRules(client), err
}

// exact is [apitest.Exact] for a path below the prefix.
func exact(request, body string, status int, fixture string) apitest.Exchange {
	method, path, _ := strings.Cut(request, " ")
	return apitest.Exact(method+" "+prefix+path, body, status, fixture)
}

// answered is exact with the body of the response.
func answered(request, body string, status int, answer string) apitest.Exchange {
	e := exact(request, body, status, "")
	e.Answer = answer
	return e
}

// refused is the row of a request that is not sent, because of one problem, which the error
// names once.
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
