package forwardingrule_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/forwardingrule"
	"github.com/tripware/tripware/services/jsm/shape"
)

const (
	at    = "/v1/forwarding-rules"
	id    = "11111111-0000-4000-8000-000000000001"
	ada   = "712020:11111111-1111-4111-8111-111111111111"
	grace = "712020:22222222-2222-4222-8222-222222222222"
	sent  = `{"fromUserId":"` + ada + `","toUserId":"` + grace + `","startDate":"2026-12-24T09:00:00+01:00","endDate":"2026-12-27T09:00:00+01:00"}`
)

var (
	start = time.Date(2026, 12, 24, 9, 0, 0, 0, time.FixedZone("", 60*60))
	end   = start.AddDate(0, 0, 3)
)

// S9: each operation says whether it is safe to retry.
func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	away := forwardingrule.ForwardingRule{ID: id, FromUserID: ada, ToUserID: grace, StartDate: shape.Time{Time: start.UTC()}, EndDate: shape.Time{Time: end.UTC()}}
	apitest.Run(t, open, append(refusals(),
		row{ // Times come with a zone of either form.
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.List(ctx, forwardingrule.ListRequest{Page: shape.Page{Offset: 2, Limit: 2}, ShowAll: true})
			},
			Exchange: exact("GET "+at+"?offset=2&size=2&showAll=true", "", 200, "forwarding_rule_list"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				page, ok := got.(*services.Result[[]forwardingrule.ForwardingRule])
				require.True(tb, ok)
				require.Len(tb, page.Value, 1)
				assert.True(tb, page.Value[0].StartDate.Equal(start))
				assert.True(tb, page.Value[0].EndDate.Equal(end))
				assert.Empty(tb, page.Meta.Mismatches)
			},
		},
		row{
			Name: "All",
			Call: func(ctx context.Context, s service) (any, error) {
				all, err := apitest.Collect(s.All(ctx, forwardingrule.ListRequest{}))
				return len(all), err
			},
			Exchange: exact("GET "+at+"?size=100", "", 200, "forwarding_rule_list"), Want: 1,
		},
		row{
			Name: "List/the plan",
			Call: func(ctx context.Context, s service) (any, error) { return s.List(ctx, forwardingrule.ListRequest{}) },
			Exchange: apitest.Exchange{
				Send: "GET " + prefix + at, Status: 402, Answer: `{"errors":[{"title":"upgrade your pricing plan"}]}`,
			},
			Err: services.ErrPlan,
		},
		row{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, forwardingrule.CreateRequest{FromUserID: ada, ToUserID: grace, StartDate: start, EndDate: end}))
			},
			Exchange: exact("POST "+at, sent, 201, "forwarding_rule"), Repeat: services.RetryIfRefused, Want: away,
		},
		row{
			Name:     "Get",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Get(ctx, id)) },
			Exchange: exact("GET "+at+"/"+id, "", 200, "forwarding_rule"), Want: away,
		},
		row{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Update(ctx, forwardingrule.UpdateRequest{ID: id, FromUserID: ada, ToUserID: grace, StartDate: start, EndDate: end}))
			},
			Exchange: exact("PUT "+at+"/"+id, sent, 200, "forwarding_rule"), Want: away,
		},
		row{ // S7
			Name: "Update/as it was read",
			Call: func(ctx context.Context, s service) (any, error) {
				read, err := s.Get(ctx, "f-1")
				if err != nil {
					return nil, err
				}
				return s.Update(ctx, read.Value.Request())
			},
			Exchange: apitest.Exchange{Send: "GET " + prefix + at + "/f-1", Answer: `{"id":"f-1","fromUserId":["a"],"toUserId":"g","startDate":7,` +
				`"endDate":"2026-12-27T08:00:00+0100","calls":null}`},
			Then: []apitest.Exchange{{Send: "PUT " + prefix + at + "/f-1", Answer: `{"id":"f-1"}`, Body: `{"fromUserId":["a"],"toUserId":"g","startDate":7,` +
				`"endDate":"2026-12-27T08:00:00+01:00","calls":null}`}},
		},
		row{
			Name:     "Delete",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Delete(ctx, "f/1")) },
			Exchange: exact("DELETE "+at+"/f%2F1", "", 204, ""), Want: services.None{},
		},
	))
}

func refusals() []row {
	const form = ": write the Atlassian account id, such as 712020:… or 24 hexadecimal digits"
	create := func(in forwardingrule.CreateRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return s.Create(ctx, in) }
	}
	update := func(in forwardingrule.UpdateRequest) func(context.Context, service) (any, error) {
		in.ID = id
		return func(ctx context.Context, s service) (any, error) { return s.Update(ctx, in) }
	}
	return []row{
		refused("Create/from nobody", "fromUserId is required", create(forwardingrule.CreateRequest{ToUserID: grace, StartDate: start, EndDate: end})),
		refused("Create/to nobody", "toUserId is required", create(forwardingrule.CreateRequest{FromUserID: ada, StartDate: start, EndDate: end})),
		refused("Create/an e-mail address", "fromUserId is an e-mail address"+form,
			create(forwardingrule.CreateRequest{FromUserID: "ada@example.com", ToUserID: grace, StartDate: start, EndDate: end})),
		refused("Create/a UUID", "toUserId is a UUID, as users of Opsgenie have"+form,
			create(forwardingrule.CreateRequest{FromUserID: ada, ToUserID: id, StartDate: start, EndDate: end})),
		refused("Create/no start", "startDate is required", create(forwardingrule.CreateRequest{FromUserID: ada, ToUserID: grace, EndDate: end})),
		refused("Create/no end", "endDate is required", create(forwardingrule.CreateRequest{FromUserID: ada, ToUserID: grace, StartDate: start})),
		refused("Create/an end before the start", "endDate must not be before startDate",
			create(forwardingrule.CreateRequest{FromUserID: ada, ToUserID: grace, StartDate: end, EndDate: start})),
		refused("Update/from nobody", "fromUserId is required", update(forwardingrule.UpdateRequest{ToUserID: grace, StartDate: start, EndDate: end})),
		refused("Update/to nobody", "toUserId is required", update(forwardingrule.UpdateRequest{FromUserID: ada, StartDate: start, EndDate: end})),
		refused("Update/no start", "startDate is required", update(forwardingrule.UpdateRequest{FromUserID: ada, ToUserID: grace, EndDate: end})),
		refused("Update/an end before the start", "endDate must not be before startDate",
			update(forwardingrule.UpdateRequest{FromUserID: ada, ToUserID: grace, StartDate: end, EndDate: start})),
		refused("Delete/no id", "id is required", func(ctx context.Context, s service) (any, error) { return s.Delete(ctx, "") }),
	}
}

// S7, S8
func TestWhatWasReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	apitest.Lossless(t, &struct{ Rules service }{}, 15, forwardingrule.ForwardingRule{})
}
