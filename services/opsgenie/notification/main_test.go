package notification_test

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/notification"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	row         = apitest.Row[*notification.Service]
	service     = *notification.Service
	stepRow     = apitest.Row[*notification.StepService]
	stepService = *notification.StepService
)

func open(rt http.RoundTripper) (service, error) {
	client, err := services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
	return notification.New(client), err
}

func openSteps(rt http.RoundTripper) (stepService, error) {
	client, err := services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
	return notification.NewSteps(client), err
}
