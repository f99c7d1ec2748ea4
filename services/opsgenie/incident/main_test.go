package incident_test

import (
	"fmt"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	row     = apitest.Row[*incident.Service]
	service = *incident.Service
)

func open(rt http.RoundTripper) (service, error) {
	client, err := services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{})
	return incident.New(client), err
}

// value returns what an answer holds.
func value[T any](got *services.Result[T], err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return got.Value, nil
}

// exchange describes a request to the byte, and its answer.
func exchange(request, body string, status int, fixture string) apitest.Exchange {
	return apitest.Exchange{Send: request, Body: body, Status: status, Fixture: "testdata/" + fixture + ".json", Inspect: func(req *http.Request, sent []byte) error {
		if got := req.Method + " " + req.URL.RequestURI(); got != request {
			return fmt.Errorf("sent %s, not %s", got, request)
		}
		if string(sent) != body {
			return fmt.Errorf("sent the body %s, not %s", sent, body)
		}
		return nil
	}}
}
