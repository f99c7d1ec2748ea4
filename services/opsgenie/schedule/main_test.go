package schedule_test

import (
	"context"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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

func dial(rt http.RoundTripper) (*services.Client, error) {
	return services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
}

func open(rt http.RoundTripper) (service, error) {
	client, err := dial(rt)
	return schedule.New(client), err
}

func openRotations(rt http.RoundTripper) (rotations, error) {
	client, err := dial(rt)
	return schedule.NewRotations(client), err
}

func openOverrides(rt http.RoundTripper) (overrides, error) {
	client, err := dial(rt)
	return schedule.NewOverrides(client), err
}

func openOnCalls(rt http.RoundTripper) (onCalls, error) {
	client, err := dial(rt)
	return schedule.NewOnCall(client), err
}

// refused is the row of a request that is not sent.
func refused[S any](name string, call func(context.Context, S) (any, error)) apitest.Row[S] {
	return apitest.Row[S]{Name: name, Call: call, Err: services.ErrArgument}
}
