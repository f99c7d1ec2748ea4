package notification_test

import (
	"context"
	"testing"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/notification"
	"github.com/tripware/tripware/services/jsm/shape"
)

func TestEveryOperationOnStepsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const below = at + "/r%2F1/steps"
	const sent = `{"contact":{"method":"email","to":"user@example.com"},"sendAfter":5,"enabled":false}`
	list := notification.ListStepsRequest{RuleID: "r/1", Page: shape.Page{Offset: 2, Limit: 2}}
	create := func(in notification.CreateStepRequest) func(context.Context, stepService) (any, error) {
		in.RuleID = "r/1"
		return func(ctx context.Context, s stepService) (any, error) { return apitest.Value(s.Create(ctx, in)) }
	}
	update := func(in notification.UpdateStepRequest) func(context.Context, stepService) (any, error) {
		in.RuleID, in.ID = "r/1", "s/1"
		return func(ctx context.Context, s stepService) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	apitest.Run(t, openSteps, []stepRow{
		{
			Name: "Create", Call: create(notification.CreateStepRequest{Contact: mail(), SendAfter: services.Set(5), Enabled: services.Set(false)}),
			Exchange: exact("POST "+below, sent, 201, "notification_step"), Repeat: services.RetryIfRefused, Want: step(),
		},
		{ // S10: a new step is enabled unless it says otherwise.
			Name: "Create/only what is required", Call: create(notification.CreateStepRequest{Contact: mail()}),
			Exchange: exact("POST "+below, `{"contact":{"method":"email","to":"user@example.com"},"enabled":true}`, 201, "notification_step"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return apitest.Value(s.Get(ctx, "r/1", "s/1"))
			},
			Exchange: exact("GET "+below+"/s%2F1", "", 200, "notification_step"), Want: step(),
		},
		{
			Name:     "List",
			Call:     func(ctx context.Context, s stepService) (any, error) { return apitest.Value(s.List(ctx, list)) },
			Exchange: exact("GET "+below+"?offset=2&size=2", "", 200, "notification_steps"), Want: []notification.Step{step()},
		},
		{
			Name: "All",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return apitest.Collect(s.All(ctx, notification.ListStepsRequest{RuleID: "r/1"}))
			},
			Exchange: apitest.Exchange{Send: "GET " + prefix + below + "?size=100", Answer: `{"values":[{"id":"a"}],"links":{"next":"/v1/notification-rules/r/steps?offset=1&size=1"}}`},
			Then:     []apitest.Exchange{{Send: "GET " + prefix + below + "?offset=1&size=1", Answer: `{"values":[],"links":{}}`}},
		},
		{
			Name: "Update", Call: update(notification.UpdateStepRequest{Contact: mail(), SendAfter: services.Set(5), Enabled: services.Set(false)}),
			Exchange: exact("PATCH "+below+"/s%2F1", sent, 200, "notification_step"), Repeat: services.SafeToRetry, Want: step(),
		},
		{ // S7: Update sends what Get returned, without what the server sets.
			Name: "Update/as it was read",
			Call: func(ctx context.Context, s stepService) (any, error) {
				got, err := s.Get(ctx, "r/1", "s/1")
				if err != nil {
					return nil, err
				}
				in := got.Value.Request()
				in.RuleID = "r/1"
				return s.Update(ctx, in)
			},
			Exchange: apitest.Exchange{Send: "GET " + prefix + below + "/s%2F1", Answer: `{"id":"s/1","contact":"none","sendAfter":null,"enabled":"yes","more":1}`},
			Then: []apitest.Exchange{{
				Send: "PATCH " + prefix + below + "/s%2F1", Body: `{"contact":"none","sendAfter":null,"enabled":"yes","more":1}`, Answer: `{"id":"s/1"}`,
			}},
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s stepService) (any, error) {
				return apitest.Value(s.Delete(ctx, "r/1", "s/1"))
			},
			Exchange: exact("DELETE "+below+"/s%2F1", "", 204, ""), Want: services.None{},
		},
		refused("Create/no address", "contact.to is required", create(notification.CreateStepRequest{Contact: notification.Contact{Method: shape.Voice}})),
		refused("Create/before the event", "sendAfter must not be negative", create(notification.CreateStepRequest{Contact: mail(), SendAfter: services.Set(-1)})),
		refused("Get/of no rule", "ruleId is required", func(ctx context.Context, s stepService) (any, error) { return s.Get(ctx, "", "s") }),
		refused("Get/no id", "id is required", func(ctx context.Context, s stepService) (any, error) { return s.Get(ctx, "r", "") }),
		refused("Update/no method", "contact.method is required",
			update(notification.UpdateStepRequest{Contact: notification.Contact{To: "a"}, Enabled: services.Set(true)})),
		refused("Update/before the event", "sendAfter must not be negative",
			update(notification.UpdateStepRequest{Contact: mail(), SendAfter: services.Set(-1), Enabled: services.Set(true)})),
		refused("Update/neither enabled nor disabled", "enabled is required", update(notification.UpdateStepRequest{Contact: mail()})),
	})
}
