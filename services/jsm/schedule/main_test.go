package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The prefix is that of a cloud id: paging links come without it. The ids are those of the
// fixtures.
const (
	prefix     = "/jsm/ops/api/cccccccc-0000-4000-8000-000000000001"
	base       = "https://api.atlassian.com" + prefix
	scheduleID = "bbbbbbbb-0000-4000-8000-000000000001"
	rotationID = "cccccccc-0000-4000-8000-000000000001"
	teamID     = "aaaaaaaa-0000-4000-8000-000000000001"
	adaID      = "712020:11111111-1111-4111-8111-111111111111"
	graceID    = "712020:22222222-2222-4222-8222-222222222222"
)

const (
	schedulesAt = "/v1/schedules"
	at          = schedulesAt + "/" + scheduleID
)

type (
	row          = apitest.Row[*schedule.Service]
	service      = *schedule.Service
	rotationsRow = apitest.Row[*schedule.RotationService]
	rotations    = *schedule.RotationService
	overridesRow = apitest.Row[*schedule.OverrideService]
	overrides    = *schedule.OverrideService
	onCallsRow   = apitest.Row[*schedule.OnCallService]
	onCalls      = *schedule.OnCallService
)

// opening returns how a service is made above a round tripper.
func opening[S any](open func(*services.Client) S) apitest.Open[S] {
	return func(rt http.RoundTripper) (S, error) {
		client, err := services.New(&http.Client{Transport: rt}, base, wire.Codec{})
		return open(client), err
	}
}

// exact is [apitest.Exact] for a path below the prefix.
func exact(request, body string, status int, fixture string) apitest.Exchange {
	method, path, _ := strings.Cut(request, " ")
	return apitest.Exact(method+" "+prefix+path, body, status, fixture)
}

// says is exact with the body of the response instead of a fixture.
func says(request, body string, status int, answer string) apitest.Exchange {
	e := exact(request, body, status, "")
	e.Answer = answer
	return e
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

// unscoped is the row of a deletion that the server refuses for want of a scope, which is not the
// 403 that one would expect.
func unscoped[S any](name, request string, call func(context.Context, S) error) apitest.Row[S] {
	return apitest.Row[S]{
		Name:     name,
		Exchange: says(request, "", 401, `{"code":401,"message":"Unauthorized; scope does not match"}`),
		Want:     []string{"read:ops-config:jira-service-management", "delete:ops-config:jira-service-management"},
		Call: func(ctx context.Context, s S) (any, error) {
			err := call(ctx, s)
			lacking, ok := errors.AsType[*wire.ScopeError](err)
			if !ok || !errors.Is(err, services.ErrUnauthorised) {
				return nil, fmt.Errorf("not a lack of scopes: %w", err)
			}
			return lacking.Scopes, nil
		},
	}
}

func when(text string) shape.Time {
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return shape.Time{Time: parsed}
}
