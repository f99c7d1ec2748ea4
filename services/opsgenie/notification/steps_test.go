package notification_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/notification"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func TestEveryOperationOnStepsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const below = at + "/r-1/steps"
	const text = `{"contact":{"method":"sms","to":"1-5551234"},"sendAfter":{"timeAmount":5,"timeUnit":"minutes"},"enabled":true}`
	contact := notification.Contact{Method: shape.SMS, To: "1-5551234"}
	after := shape.For(5 * time.Minute)
	kept := notification.Step{ID: "s-1", Contact: contact, SendAfter: after, Enabled: services.Set(true), Parent: notification.Reference{ID: "r-1", Name: "New alert"}}
	apitest.Run(t, openSteps, []stepRow{
		{
			Name: "Create",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return apitest.Value(s.Create(ctx, notification.CreateStepRequest{User: user, RuleID: "r-1", Contact: contact, SendAfter: after, Enabled: services.Set(true)}))
			},
			Exchange: apitest.Exact("POST "+below, text, 201, "created"),
			Repeat:   services.RetryIfRefused,
			Want:     notification.Reference{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"},
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Create(ctx, notification.CreateStepRequest{User: user, RuleID: "r-1", Contact: contact})
			},
			Exchange: apitest.Exact("POST "+below, `{"contact":{"method":"sms","to":"1-5551234"},"enabled":true}`, 201, "created"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name: "Create/without a contact",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Create(ctx, notification.CreateStepRequest{User: user, RuleID: "r-1"})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return apitest.Value(s.Get(ctx, user, "r-1", "s/1"))
			},
			Exchange: apitest.Exact("GET "+below+"/s%2F1", "", 200, "step"),
			Want:     kept,
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return apitest.Value(s.List(ctx, user, "r-1"))
			},
			Exchange: apitest.Exact("GET "+below, "", 200, "steps"),
			Want:     []notification.Step{kept},
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Update(ctx, notification.UpdateStepRequest{User: user, RuleID: "r-1", ID: "s-1", Contact: services.Set(contact), SendAfter: services.Set(after), Enabled: services.Set(true)})
			},
			Exchange: apitest.Exact("PATCH "+below+"/s-1", text, 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Update/to be sent at once",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Update(ctx, notification.UpdateStepRequest{User: user, RuleID: "r-1", ID: "s-1", SendAfter: services.Set(shape.For(0))})
			},
			Exchange: apitest.Exact("PATCH "+below+"/s-1", `{"sendAfter":{"timeAmount":0,"timeUnit":"minutes"}}`, 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Update/to an empty contact",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Update(ctx, notification.UpdateStepRequest{User: user, RuleID: "r-1", ID: "s-1", Contact: services.Set(notification.Contact{})})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Delete(ctx, user, "r-1", "s-1")
			},
			Exchange: apitest.Exact("DELETE "+below+"/s-1", "", 200, "deleted"),
		},
		{
			Name: "Enable",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Enable(ctx, user, "r-1", "s-1")
			},
			Exchange: apitest.Exact("POST "+below+"/s-1/enable", "", 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Disable",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Disable(ctx, user, "r-1", "s-1")
			},
			Exchange: apitest.Exact("POST "+below+"/s-1/disable", "", 200, "created"),
			Repeat:   services.SafeToRetry,
		},
	})
}

// S7: Update sends what Get returned, without what the server sets.
func TestAStepThatWasReadIsChangedAndSent(t *testing.T) {
	t.Parallel()
	const at, rest = at + "/r-1/steps/s-1", `"contact":{"method":"fax","to":"a","more":1},"strange":{"x":null}`
	_, err := apitest.Verify(t.Context(), openSteps, stepRow{
		Name: "Update",
		Call: func(ctx context.Context, s stepService) (any, error) {
			got, err := s.Get(ctx, user, "r-1", "s-1")
			if err != nil {
				return nil, err
			}
			in := got.Value.Request()
			in.User, in.Enabled = user, services.Set(true)
			return s.Update(ctx, in)
		},
		Exchange: apitest.Exchange{Send: "GET " + at, Answer: `{"data":{"id":"s-1","_parent":{"id":"r-1"},"enabled":false,"sendAfter":null,` + rest + `}}`},
		Then:     []apitest.Exchange{{Send: "PATCH " + at, Body: `{"enabled":true,"sendAfter":null,` + rest + `}`, Answer: `{"data":{"id":"s-1"}}`}},
	})
	require.NoError(t, err)
}

func ExampleNewSteps() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent, err := io.ReadAll(req.Body)
		fmt.Println(string(sent))
		body := io.NopCloser(strings.NewReader(`{"data": {"id": "0c7e"}}`))
		return &http.Response{StatusCode: 201, Body: body, Request: req}, err
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	step, err := notification.NewSteps(client).Create(context.Background(), notification.CreateStepRequest{
		User: "ada@example.com", RuleID: "bd31", SendAfter: shape.For(5 * time.Minute),
		Contact: notification.Contact{Method: shape.Email, To: "ada@example.com"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(step.Value.ID)
	// Output:
	// {"contact":{"method":"email","to":"ada@example.com"},"sendAfter":{"timeAmount":5,"timeUnit":"minutes"},"enabled":true}
	// 0c7e
}
