package integration_test

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/integration"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	row     = apitest.Row[*integration.Service]
	service = *integration.Service

	actionRow     = apitest.Row[*integration.ActionService]
	actionService = *integration.ActionService
)

func open(rt http.RoundTripper) (service, error) {
	client, err := services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
	return integration.New(client), err
}

func openActions(rt http.RoundTripper) (actionService, error) {
	client, err := services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
	return integration.NewActions(client), err
}
