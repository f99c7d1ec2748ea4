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
		`"actions":["Restart"],"alias":"a","continue":true,"description":"x","details":{"k":"v"},"entity":"e",` +
		`"ignoreOriginalAlertActions":true,"ignoreOriginalDetails":true,"ignoreOriginalRecipients":true,"ignoreOriginalTags":false,"ignoreOriginalTeams":true,` +
		`"message":"{{message}}","priority":"P2","recipients":[{"type":"all"},{"type":"group","name":"Admins"}],"source":"s","tags":["eu"]}`
)

func modify() policyv1.Policy {
	return policyv1.Policy{
		Name: "Tag", Description: "d", Enabled: true, Filter: shape.MatchAll(), TimeRestrictions: shape.Daily(shape.DayHours{EndHour: 6}),
		Action: policyv1.Modify{
			Message: "{{message}}", Alias: "a", Description: "x", Entity: "e", Source: "s", Priority: shape.P2, Actions: []string{"Restart"},
			Recipients: []shape.Recipient{shape.ToAll(), shape.ToGroupByName("Admins")}, Tags: []string{"eu"}, Details: map[string]string{"k": "v"},
			IgnoreOriginalAlertActions: new(true), IgnoreOriginalDetails: new(true), IgnoreOriginalRecipients: new(true),
			IgnoreOriginalTags: new(false), IgnoreOriginalTeams: new(true), Continue: new(true),
		},
	}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, []row{
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, policyv1.CreateRequest{Policy: modify()}))
			},
			Exchange: apitest.Exact("POST "+at, modifyText, 201, "created"),
			Want:     policyv1.Summary{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"},
		},
		{
			Name: "Create/without anything",
			Call: func(ctx context.Context, s service) (any, error) { return s.Create(ctx, policyv1.CreateRequest{}) },
			Err:  services.ErrArgument,
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, policyv1.GetRequest{ID: "a/b"}))
			},
			Exchange: apitest.Exact("GET "+at+"/a%2Fb", "", 200, "get"),
			Want: policyv1.Policy{
				ID: "p-1", Name: "Tag", Description: "d", Enabled: true, Filter: shape.MatchAll(),
				Action: policyv1.Modify{
					Message: "{{message}}", Recipients: []shape.Recipient{shape.ToAll(), shape.ToGroupByName("Admins")}, IgnoreOriginalTags: new(false),
				},
			},
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, policyv1.UpdateRequest{ID: "p-1", Policy: modify()})
			},
			Exchange: apitest.Exact("PUT "+at+"/p-1", modifyText, 200, "created"),
		},
		{
			Name: "Update/without an id",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, policyv1.UpdateRequest{Policy: modify()})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, policyv1.DeleteRequest{ID: "p-1"})
			},
			Exchange: apitest.Exact("DELETE "+at+"/p-1", "", 200, "deleted"),
		},
		{
			Name: "Enable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Enable(ctx, policyv1.EnableRequest{ID: "p-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/enable", "", 200, "created"),
		},
		{
			Name: "Disable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Disable(ctx, policyv1.DisableRequest{ID: "p-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/disable", "", 200, "created"),
		},
		{
			Name: "ChangeOrder",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ChangeOrder(ctx, policyv1.ChangeOrderRequest{ID: "p-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/change-order", `{"targetIndex":0}`, 200, "created"),
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
				return apitest.Value(s.List(ctx, policyv1.ListRequest{}))
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "list"),
			Want:     []policyv1.Summary{{ID: "p-1", Name: "Tag", Type: policyv1.KindModify, Order: 2, Enabled: true}},
		},
	})
}

// S2: each kind is written with its own fields and read again; an unknown one is
// sent back as it came.
func TestEachKindSurvivesTheWayBack(t *testing.T) {
	t.Parallel()
	hour := shape.For(time.Hour)
	for text, action := range map[string]policyv1.Action{
		`{"type":"auto-close","name":"n","enabled":false,"duration":{"timeAmount":1,"timeUnit":"hours"}}`:                                    policyv1.AutoClose{Duration: hour},
		`{"type":"notification-delay","name":"n","enabled":false,"delayOption":"next-time","untilHour":0,"untilMinute":30}`:                  policyv1.Delay{Option: policyv1.NextTime, UntilHour: new(0), UntilMinute: new(30)},
		`{"type":"notification-deduplication","name":"n","enabled":false,"count":2,"deduplicationActionType":"value-based"}`:                 policyv1.Deduplicate{By: policyv1.ValueBased, Count: 2},
		`{"type":"notification-suppress","name":"n","enabled":false}`:                                                                        policyv1.Suppress{},
		`{"type":"notification-renotify","name":"n","enabled":false}`:                                                                        policyv1.Renotify{},
		`{"type":"auto-restart-notifications","name":"n","enabled":false,"duration":{"timeAmount":1,"timeUnit":"hours"},"maxRepeatCount":0}`: policyv1.AutoRestart{Duration: hour},
	} {
		p := policyv1.Policy{Name: "n", Action: action}
		require.NoError(t, policyv1.UpdateRequest{ID: "x", Policy: p}.Check())
		sent, err := json.Marshal(p)
		require.NoError(t, err)
		assert.Equal(t, text, string(sent))
		var back policyv1.Policy
		require.NoError(t, json.Unmarshal(sent, &back))
		assert.Equal(t, p, back)
	}
	unknown := `{"type":"oracle","depth":9007199254740993}`
	var p policyv1.Policy
	require.NoError(t, json.Unmarshal([]byte(unknown), &p))
	assert.Equal(t, policyv1.Kind("oracle"), p.Action.Kind())
	require.NoError(t, policyv1.CreateRequest{Policy: p}.Check())
	sent, err := json.Marshal(p)
	require.NoError(t, err)
	assert.Equal(t, unknown, string(sent))
	for _, wrong := range []string{`[]`, `{"type":"modify","message":7}`} {
		require.ErrorContains(t, json.Unmarshal([]byte(wrong), &p), "policyv1: read policy", wrong)
	}
	_, err = json.Marshal(policyv1.Policy{})
	require.ErrorContains(t, err, "it has no action")
}

func TestWhatIsImpossibleIsRefused(t *testing.T) {
	t.Parallel()
	for want, action := range map[string]policyv1.Action{
		"not to a pointer":                    (*policyv1.Modify)(nil),
		"recipients[0] has neither":           policyv1.Modify{Recipients: []shape.Recipient{{}}},
		"duration must not be negative":       policyv1.AutoClose{Duration: shape.For(-1)},
		"untilHour must not be negative":      policyv1.Delay{UntilHour: new(-1)},
		"untilMinute must not be negative":    policyv1.Delay{UntilMinute: new(-1)},
		"count must not be negative":          policyv1.Deduplicate{Count: -1},
		"maxRepeatCount must not be negative": policyv1.AutoRestart{MaxRepeatCount: -1},
	} {
		err := policyv1.CreateRequest{Policy: policyv1.Policy{Name: "n", Action: action}}.Check()
		require.ErrorIs(t, err, services.ErrArgument)
		require.ErrorContains(t, err, want)
	}
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
	list, err := policyv1.New(client).List(context.Background(), policyv1.ListRequest{})
	if err != nil {
		panic(err)
	}
	fmt.Println(list.Value[0].Type)
	// Output: modify
}
