package policyv1_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/policyv1"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const (
	at         = "/v1/policies"
	modifyText = `{"type":"modify","name":"Tag","policyDescription":"d","enabled":true,"filter":{"type":"match-all"},` +
		`"timeRestrictions":{"type":"time-of-day","restriction":{"startHour":0,"startMin":0,"endHour":6,"endMin":0}},` +
		`"message":"{{message}}","alias":"a","description":"x","entity":"e","source":"s","priority":"P2","actions":["Restart"],` +
		`"recipients":[{"type":"all"},{"type":"group","name":"Admins"}],"tags":["eu"],"details":{"k":"v"},"ignoreOriginalAlertActions":true,` +
		`"ignoreOriginalDetails":true,"ignoreOriginalRecipients":true,"ignoreOriginalTags":false,"ignoreOriginalTeams":true,"continue":true}`
)

func modify() policyv1.Policy {
	return policyv1.Policy{
		Name: "Tag", Description: services.Set("d"), Enabled: services.Set(true), Filter: services.Set(shape.MatchAll()),
		TimeRestrictions: services.Set(shape.Daily(shape.DayHours{EndHour: 6})),
		Action: policyv1.Modify{
			Message: services.Set("{{message}}"), Alias: services.Set("a"), Description: services.Set("x"), Entity: services.Set("e"),
			Source: services.Set("s"), Priority: services.Set(shape.P2), Actions: services.Set([]string{"Restart"}),
			Recipients: services.Set([]shape.Recipient{shape.ToAll(), shape.ToGroupByName("Admins")}),
			Tags:       services.Set([]string{"eu"}), Details: services.Set(map[string]string{"k": "v"}),
			IgnoreOriginalAlertActions: services.Set(true), IgnoreOriginalDetails: services.Set(true), IgnoreOriginalRecipients: services.Set(true),
			IgnoreOriginalTags: services.Set(false), IgnoreOriginalTeams: services.Set(true), Continue: services.Set(true),
		},
	}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, []row{
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, modify()))
			},
			Exchange: apitest.Exact("POST "+at, modifyText, 201, "created"),
			Repeat:   services.RetryIfRefused,
			Want:     policyv1.Summary{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"},
		},
		{
			Name: "Create/without anything",
			Call: func(ctx context.Context, s service) (any, error) { return s.Create(ctx, policyv1.Policy{}) },
			Err:  services.ErrArgument,
		},
		{
			Name: "Get/without an id",
			Call: func(ctx context.Context, s service) (any, error) { return s.Get(ctx, "") },
			Err:  services.ErrArgument,
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, "a/b"))
			},
			Exchange: apitest.Exact("GET "+at+"/a%2Fb", "", 200, "get"),
			Want: policyv1.Policy{
				ID: "p-1", Type: policyv1.KindModify, Name: "Tag", Description: services.Set("d"), Enabled: services.Set(true),
				Filter: services.Set(shape.MatchAll()),
				Action: policyv1.Modify{
					Message: services.Set("{{message}}"), IgnoreOriginalTags: services.Set(false),
					Recipients: services.Set([]shape.Recipient{shape.ToAll(), shape.ToGroupByName("Admins")}),
				},
			},
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				p := modify()
				p.ID = "p-1"
				return s.Update(ctx, p)
			},
			Exchange: apitest.Exact("PUT "+at+"/p-1", `{"id":"p-1",`+modifyText[1:], 200, "created"),
		},
		{
			Name: "Update/without an id",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, modify())
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, "p-1")
			},
			Exchange: apitest.Exact("DELETE "+at+"/p-1", "", 200, "deleted"),
		},
		{
			Name: "Enable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Enable(ctx, "p-1")
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/enable", "", 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Disable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Disable(ctx, "p-1")
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/disable", "", 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "ChangeOrder",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ChangeOrder(ctx, policyv1.ChangeOrderRequest{ID: "p-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/change-order", `{"targetIndex":0}`, 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "ChangeOrder/to nowhere",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ChangeOrder(ctx, policyv1.ChangeOrderRequest{ID: "p-1", TargetIndex: -1})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx))
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "list"),
			Want:     []policyv1.Summary{{ID: "p-1", Name: "Tag", Type: policyv1.KindModify, Order: 2, Enabled: true}},
		},
	})
}

// S7: each type has its own members, and is written as it was read, at every depth.
func TestAPolicyIsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	hour := services.Set(shape.For(time.Hour))
	for text, action := range map[string]policyv1.Action{
		modifyText: modify().Action,
		`{"type":"auto-close","name":"n","duration":{"timeAmount":1,"timeUnit":"hours"}}`: policyv1.AutoClose{Duration: hour},
		`{"type":"notification-delay","name":"n","delayOption":"next-time","untilHour":0,"untilMinute":30}`: policyv1.Delay{
			Option: services.Set(policyv1.NextTime), UntilHour: services.Set(0), UntilMinute: services.Set(30),
		},
		`{"type":"notification-deduplication","name":"n","deduplicationActionType":"value-based","count":2}`: policyv1.Deduplicate{
			By: services.Set(policyv1.ValueBased), Count: services.Set(2),
		},
		`{"type":"notification-suppress","name":"n"}`: policyv1.Suppress{},
		`{"type":"notification-renotify","name":"n"}`: policyv1.Renotify{},
		`{"type":"auto-restart-notifications","name":"n","duration":{"timeAmount":1,"timeUnit":"hours"},"maxRepeatCount":0}`: policyv1.AutoRestart{Duration: hour},
	} {
		var p policyv1.Policy
		require.NoError(t, json.Unmarshal([]byte(text), &p))
		assert.Equal(t, action, p.Action)
		p.Type = "" // that of the action is sent
		sent, err := json.Marshal(p)
		require.NoError(t, err)
		assert.Equal(t, text, string(sent))
	}
	for _, text := range []string{
		`{}`, `{"type":7}`, `{"type":"oracle","depth":9007199254740993}`, `{"type":"modify","message":7,"tags":null,"recipients":[{"type":"x","y":1}]}`,
		`{"type":"auto-restart-notifications","duration":null,"more":{"n":1},"enabled":null,"filter":{"x":[]},"policyDescription":""}`,
		`{"type":"notification-suppress","message":"m","timeRestrictions":{"type":"some","deep":{"x":1}}}`,
	} {
		var p policyv1.Policy
		require.NoError(t, json.Unmarshal([]byte(text), &p))
		sent, err := json.Marshal(p)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(sent))
	}
	require.Error(t, json.Unmarshal([]byte(`[]`), new(policyv1.Policy)))
}

// S7: Update takes what Get returned, changed, also of a type that is not known.
func TestWhatGetReturnedIsChangedAndSent(t *testing.T) {
	t.Parallel()
	for _, more := range []string{`"type":"modify","message":"m"`, `"type":"oracle","depth":1`} {
		_, err := apitest.Verify(t.Context(), open, row{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				got, err := s.Get(ctx, "p-1")
				if err != nil {
					return nil, err
				}
				got.Value.Name = "new"
				return s.Update(ctx, got.Value)
			},
			Exchange: apitest.Exchange{Send: "GET " + at + "/p-1", Answer: `{"data":{"id":"p-1","name":"n","strange":{"x":1},` + more + `}}`},
			Then: []apitest.Exchange{{
				Send: "PUT " + at + "/p-1", Body: `{"id":"p-1","name":"new","strange":{"x":1},` + more + `}`, Answer: `{"result":"Updated"}`,
			}},
		})
		require.NoError(t, err)
	}
}

func TestAPolicyWithoutARequiredMemberIsRefused(t *testing.T) {
	t.Parallel()
	s, err := open(http.NewFileTransport(http.Dir("none")))
	require.NoError(t, err)
	for want, action := range map[string]policyv1.Action{
		"action is required": nil,
		"action is of type *policyv1.Modify: pass a value, not a pointer": (*policyv1.Modify)(nil),
		"recipients[0] has neither":                                       policyv1.Modify{Recipients: services.Set([]shape.Recipient{{}})},
		"duration must not be negative":                                   policyv1.AutoClose{Duration: services.Set(shape.For(-1))},
		"duration is set to nothing":                                      policyv1.AutoRestart{Duration: services.Set(shape.Duration{})},
		"untilHour must not be negative":                                  policyv1.Delay{UntilHour: services.Set(-1)},
		"untilMinute must not be negative":                                policyv1.Delay{UntilMinute: services.Set(-1)},
		"count must not be negative":                                      policyv1.Deduplicate{Count: services.Set(-1)},
		"maxRepeatCount must not be negative":                             policyv1.AutoRestart{MaxRepeatCount: -1},
	} {
		_, err := s.Create(t.Context(), policyv1.Policy{Action: action})
		require.ErrorIs(t, err, services.ErrArgument)
		for _, problem := range []string{want, "name is required"} {
			assert.Equal(t, 1, strings.Count(err.Error(), problem), "%s: %s", problem, err)
		}
	}
	_, err = s.Create(t.Context(), policyv1.Policy{Type: policyv1.KindModify, Name: "n"})
	require.ErrorContains(t, err, "action is required")
	_, err = s.Create(t.Context(), policyv1.Policy{
		Name: "n", Action: policyv1.Suppress{}, Filter: services.Set(shape.Filter{}), TimeRestrictions: services.Set(shape.Weekly()),
	})
	require.ErrorContains(t, err, "filter is set to nothing")
	require.ErrorContains(t, err, "timeRestrictions.restrictions is required")
	_, err = json.Marshal(policyv1.Policy{Action: &policyv1.Modify{}})
	require.ErrorContains(t, err, "policyv1: write policy: action is a *policyv1.Modify")
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": [{"id": "p-1", "type": "modify"}]}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	list, err := policyv1.New(client).List(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(list.Value[0].Type)
	// Output: modify
}
