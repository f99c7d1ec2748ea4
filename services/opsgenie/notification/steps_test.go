package notification_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

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
	contact := notification.Contact{Method: notification.SMS, To: "1-5551234"}
	after := shape.For(5 * time.Minute)
	kept := notification.Step{ID: "s-1", Contact: contact, SendAfter: after, Enabled: true, Parent: notification.Parent{ID: "r-1", Name: "New alert"}}
	apitest.Run(t, openSteps, []stepRow{
		{
			Name: "Create",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return apitest.Value(s.Create(ctx, notification.CreateStepRequest{User: user, RuleID: "r-1", Contact: contact, SendAfter: after, Enabled: true}))
			},
			Exchange: apitest.Exact("POST "+below, text, 201, "created"),
			Want:     notification.StepSummary{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"},
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Create(ctx, notification.CreateStepRequest{User: user, RuleID: "r-1", Contact: contact})
			},
			Exchange: apitest.Exact("POST "+below, `{"contact":{"method":"sms","to":"1-5551234"},"enabled":false}`, 201, "created"),
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
				return apitest.Value(s.Get(ctx, notification.GetStepRequest{User: user, RuleID: "r-1", ID: "s/1"}))
			},
			Exchange: apitest.Exact("GET "+below+"/s%2F1", "", 200, "step"),
			Want:     kept,
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return apitest.Value(s.List(ctx, notification.ListStepsRequest{User: user, RuleID: "r-1"}))
			},
			Exchange: apitest.Exact("GET "+below, "", 200, "steps"),
			Want:     []notification.Step{kept},
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Update(ctx, notification.UpdateStepRequest{User: user, RuleID: "r-1", ID: "s-1", Contact: &contact, SendAfter: after, Enabled: new(true)})
			},
			Exchange: apitest.Exact("PATCH "+below+"/s-1", text, 200, "created"),
		},
		{
			Name: "Update/to be sent at once",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Update(ctx, notification.UpdateStepRequest{User: user, RuleID: "r-1", ID: "s-1", SendAfter: shape.For(0)})
			},
			Exchange: apitest.Exact("PATCH "+below+"/s-1", `{"sendAfter":{"timeAmount":0,"timeUnit":"minutes"}}`, 200, "created"),
		},
		{
			Name: "Update/to an empty contact",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Update(ctx, notification.UpdateStepRequest{User: user, RuleID: "r-1", ID: "s-1", Contact: &notification.Contact{}})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Delete(ctx, notification.DeleteStepRequest{User: user, RuleID: "r-1", ID: "s-1"})
			},
			Exchange: apitest.Exact("DELETE "+below+"/s-1", "", 200, "deleted"),
		},
		{
			Name: "Enable",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Enable(ctx, notification.EnableStepRequest{User: user, RuleID: "r-1", ID: "s-1"})
			},
			Exchange: apitest.Exact("POST "+below+"/s-1/enable", "", 200, "created"),
		},
		{
			Name: "Disable",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return s.Disable(ctx, notification.DisableStepRequest{User: user, RuleID: "r-1", ID: "s-1"})
			},
			Exchange: apitest.Exact("POST "+below+"/s-1/disable", "", 200, "created"),
		},
	})
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
		User: "ada@example.com", RuleID: "bd31", SendAfter: shape.For(5 * time.Minute), Enabled: true,
		Contact: notification.Contact{Method: notification.Email, To: "ada@example.com"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(step.Value.ID)
	// Output:
	// {"contact":{"method":"email","to":"ada@example.com"},"sendAfter":{"timeAmount":5,"timeUnit":"minutes"},"enabled":true}
	// 0c7e
}
