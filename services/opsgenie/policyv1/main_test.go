package policyv1_test

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/policyv1"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	row     = apitest.Row[*policyv1.Service]
	service = *policyv1.Service
)

func open(rt http.RoundTripper) (service, error) {
	client, err := services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
	return policyv1.New(client), err
}
