package account_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/account"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, []row{{
		Name: "Get",
		Call: func(ctx context.Context, s service) (any, error) {
			return apitest.Value(s.Get(ctx))
		},
		Exchange: apitest.Exact("GET /v2/account", "", 200, "get"),
		Want:     account.Account{Name: "acme", UserCount: 42, Plan: account.Plan{Name: "Enterprise", MaxUserCount: 1500, IsYearly: true}},
	}})
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"name": "acme", "userCount": 42, "plan": {"name": "Enterprise"}}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	got, err := account.New(client).Get(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.Name, got.Value.UserCount, got.Value.Plan.Name)
	// Output: acme 42 Enterprise
}
