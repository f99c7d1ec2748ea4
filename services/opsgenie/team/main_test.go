package team_test

import (
	"context"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	row        = apitest.Row[*team.Service]
	service    = *team.Service
	membersRow = apitest.Row[*team.MemberService]
	members    = *team.MemberService
	rolesRow   = apitest.Row[*team.RoleService]
	roles      = *team.RoleService
	rulesRow   = apitest.Row[*team.RoutingRuleService]
	rules      = *team.RoutingRuleService
)

func dial(rt http.RoundTripper) (*services.Client, error) {
	return services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
}

func open(rt http.RoundTripper) (service, error) {
	client, err := dial(rt)
	return team.New(client), err
}

func openMembers(rt http.RoundTripper) (members, error) {
	client, err := dial(rt)
	return team.NewMembers(client), err
}

func openRoles(rt http.RoundTripper) (roles, error) {
	client, err := dial(rt)
	return team.NewRoles(client), err
}

func openRules(rt http.RoundTripper) (rules, error) {
	client, err := dial(rt)
	return team.NewRoutingRules(client), err
}

// refused is the row of a request that is not sent.
func refused[S any](name string, call func(context.Context, S) (any, error)) apitest.Row[S] {
	return apitest.Row[S]{Name: name, Call: call, Err: services.ErrArgument}
}
