package alert_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

const base = "https://api.opsgenie.com"

func open(rt http.RoundTripper) (*alert.Service, error) {
	client, err := services.New(&http.Client{Transport: rt}, base, wire.Codec{})
	return alert.New(client), err
}

// value returns what an answer holds.
func value[T any](got *services.Result[T], err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return got.Value, nil
}

// sends describes a request to the byte.
func sends(request, body string) apitest.Exchange {
	return apitest.Exchange{Send: request, Body: body, Inspect: func(req *http.Request, sent []byte) error {
		if got := req.Method + " " + req.URL.RequestURI(); got != request {
			return fmt.Errorf("sent %s, not %s", got, request)
		}
		if string(sent) != body {
			return fmt.Errorf("sent the body %s, not %s", sent, body)
		}
		return nil
	}}
}

// answers adds the answer to a request.
func answers(e apitest.Exchange, status int, fixture string) apitest.Exchange {
	e.Status, e.Fixture = status, "testdata/"+fixture+".json"
	return e
}

// accepted is the row of an operation that is answered 202.
func accepted(name, request, body string, call func(context.Context, *alert.Service) (*alert.Pending, error)) apitest.Row[*alert.Service] {
	return apitest.Row[*alert.Service]{
		Name:     name,
		Call:     func(ctx context.Context, s *alert.Service) (any, error) { return call(ctx, s) },
		Exchange: answers(sends(request, body), http.StatusAccepted, "close_accepted"),
		Check: func(t testing.TB, got any) {
			t.Helper()
			pending, ok := got.(*alert.Pending)
			assert.True(t, ok)
			assert.Equal(t, "5d1f0007-7a3c-4e19-9b60-2f8e61c40a07", pending.RequestID)
			assert.Equal(t, "Request will be processed", pending.Meta.Result)
		},
	}
}

// refused is the row of a request that is not sent.
func refused(name string, call func(context.Context, *alert.Service) (any, error)) apitest.Row[*alert.Service] {
	return apitest.Row[*alert.Service]{Name: name, Call: call, Err: services.ErrArgument}
}
