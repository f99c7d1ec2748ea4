package forwardingrule_test

import (
	"context"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/forwardingrule"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	row     = apitest.Row[*forwardingrule.Service]
	service = *forwardingrule.Service
)

func dial(rt http.RoundTripper) (*services.Client, error) {
	return services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
}

func open(rt http.RoundTripper) (service, error) {
	client, err := dial(rt)
	return forwardingrule.New(client), err
}

// refused is the row of a request that is not sent.
func refused[S any](name string, call func(context.Context, S) (any, error)) apitest.Row[S] {
	return apitest.Row[S]{Name: name, Call: call, Err: services.ErrArgument}
}
