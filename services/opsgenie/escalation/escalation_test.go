package escalation_test

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
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

var (
	atOnce = escalation.Rule{
		Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault,
		Delay: shape.For(0), Recipient: shape.To(shape.ScheduleByName("Storage on-call")),
	}
	later = escalation.Rule{
		Condition: escalation.IfNotClosed, NotifyType: escalation.NotifyAll,
		Delay: shape.For(2 * time.Hour), Recipient: shape.To(shape.TeamByID("t")),
	}
)

const sentRules = `"rules":[{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":0,"timeUnit":"minutes"},"recipient":{"type":"schedule","name":"Storage on-call"}},` +
	`{"condition":"if-not-closed","notifyType":"all","delay":{"timeAmount":2,"timeUnit":"hours"},"recipient":{"type":"team","id":"t"}}]`

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	ref := escalation.ByName("Nights/EU")
	const at = "/v2/escalations/Nights%2FEU?identifierType=name"
	rules := []escalation.Rule{atOnce, later}
	repeat := escalation.Repeat{WaitInterval: 90, Count: services.Set(2), ResetRecipientStates: services.Set(true), CloseAlertAfterAll: services.Set(true)}
	created := escalation.Summary{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"}
	apitest.Run(t, open, append(refusals(ref), []row{
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx))
			},
			Exchange: apitest.Exact("GET /v2/escalations", "", 200, "list"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				list, ok := got.([]escalation.Escalation)
				require.True(tb, ok)
				require.Len(tb, list, 1)
				checkEscalation(tb, list[0])
			},
		},
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, escalation.CreateRequest{Name: "n", Description: "d", Rules: rules, OwnerTeam: shape.OwnerTeam{Name: "Storage"},
					Repeat: repeat}))
			},
			Exchange: apitest.Exact("POST /v2/escalations", `{"name":"n","description":"d",`+sentRules+`,"ownerTeam":{"name":"Storage"},`+
				`"repeat":{"waitInterval":90,"count":2,"resetRecipientStates":true,"closeAlertAfterAll":true}}`, 201, "created"),
			Repeat: services.RetryIfRefused,
			Want:   created,
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, escalation.CreateRequest{Name: "n", Rules: rules})
			},
			Exchange: apitest.Exact("POST /v2/escalations", `{"name":"n",`+sentRules+`}`, 201, "created"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, escalation.ByID("e")))
			},
			Exchange: apitest.Exact("GET /v2/escalations/e?identifierType=id", "", 200, "get"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				e, ok := got.(escalation.Escalation)
				require.True(tb, ok)
				checkEscalation(tb, e)
			},
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Update(ctx, escalation.UpdateRequest{Ref: ref, Name: services.Set("n"), Description: services.Set(""), Rules: services.Set(rules),
					OwnerTeam: services.Set(shape.OwnerTeam{ID: "t"}), Repeat: services.Set(escalation.Repeat{})}))
			},
			Exchange: apitest.Exact("PATCH "+at, `{"name":"n","description":"",`+sentRules+`,"ownerTeam":{"id":"t"},`+
				`"repeat":{"waitInterval":0}}`, 200, "created"),
			Repeat: services.RetryIfRefused, // of another name
			Want:   created,
		},
		{
			Name: "Update/nothing",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, escalation.UpdateRequest{Ref: ref})
			},
			Exchange: apitest.Exact("PATCH "+at, `{}`, 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{ // S10
			Name: "Update/to nothing",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, escalation.UpdateRequest{Ref: escalation.ByID("e"), Description: services.Null[string](), Rules: services.Set([]escalation.Rule{}),
					OwnerTeam: services.Null[shape.OwnerTeam](), Repeat: services.Null[escalation.Repeat]()})
			},
			Exchange: apitest.Exact("PATCH /v2/escalations/e?identifierType=id", `{"description":null,"rules":[],"ownerTeam":null,"repeat":null}`, 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, ref)
			},
			Exchange: apitest.Exact("DELETE "+at, "", 200, "deleted"),
		},
	}...))
}

func refusals(ref escalation.Ref) []row {
	with := func(name string, change func(*escalation.Rule)) row {
		rule := later
		change(&rule)
		return refused("Create/a rule without "+name, func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, escalation.CreateRequest{Name: "n", Rules: []escalation.Rule{rule}})
		})
	}
	repeating := func(name string, repeat escalation.Repeat) row {
		return refused("Update/"+name, func(ctx context.Context, s service) (any, error) {
			return s.Update(ctx, escalation.UpdateRequest{Ref: ref, Repeat: services.Set(repeat)})
		})
	}
	return []row{
		refused("Create/no name", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, escalation.CreateRequest{Rules: []escalation.Rule{later}})
		}),
		refused("Create/no rules", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, escalation.CreateRequest{Name: "n"})
		}),
		with("a condition", func(r *escalation.Rule) { r.Condition = "" }),
		with("a type", func(r *escalation.Rule) { r.NotifyType = "" }),
		with("a delay", func(r *escalation.Rule) { r.Delay = shape.Duration{} }),
		with("a delay that can be", func(r *escalation.Rule) { r.Delay = shape.For(-time.Minute) }),
		with("a recipient", func(r *escalation.Rule) { r.Recipient = shape.Recipient{} }),
		repeating("a negative interval", escalation.Repeat{WaitInterval: -1}),
		repeating("a negative count", escalation.Repeat{Count: services.Set(-1)}),
		refused("Update/a team that is nobody", func(ctx context.Context, s service) (any, error) {
			return s.Update(ctx, escalation.UpdateRequest{Ref: ref, OwnerTeam: services.Set(shape.OwnerTeam{})})
		}),
		refused("Update/a rule without anything", func(ctx context.Context, s service) (any, error) {
			return s.Update(ctx, escalation.UpdateRequest{Ref: ref, Rules: services.Set([]escalation.Rule{{}})})
		}),
		refused("Get/no escalation", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, escalation.Ref{}) }),
		refused("Update/no escalation", func(ctx context.Context, s service) (any, error) {
			return s.Update(ctx, escalation.UpdateRequest{})
		}),
		refused("Delete/no escalation", func(ctx context.Context, s service) (any, error) {
			return s.Delete(ctx, escalation.Ref{})
		}),
	}
}

// checkEscalation looks at the escalation of the fixtures.
func checkEscalation(tb testing.TB, e escalation.Escalation) {
	tb.Helper()
	assert.Equal(tb, "58d2f1a6-c093-47be-a1d4-e86b30c7592f", e.ID)
	assert.Equal(tb, "Storage escalation", e.Name)
	assert.Equal(tb, shape.OwnerTeam{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"}, e.OwnerTeam)
	assert.Equal(tb, escalation.Repeat{WaitInterval: 30, Count: services.Set(2), ResetRecipientStates: services.Set(false), CloseAlertAfterAll: services.Set(false)}, e.Repeat)
	require.Len(tb, e.Rules, 2)
	for i, want := range []struct {
		rule escalation.Rule
		kind shape.Kind
		name string
	}{
		{rule: atOnce, kind: shape.KindSchedule, name: "Storage on-call"},
		{rule: later, kind: shape.KindTeam, name: "Storage"},
	} {
		got := e.Rules[i]
		assert.Equal(tb, want.kind, got.Recipient.Kind())
		assert.Equal(tb, want.name, got.Recipient.Name())
		got.Recipient = want.rule.Recipient
		assert.Equal(tb, want.rule, got)
	}
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), escalation.CreateRequest{Rules: []escalation.Rule{atOnce, {}}})
	for _, fault := range []string{
		"argument name is required", "argument rules[1].condition is required", "argument rules[1].notifyType is required",
		"argument rules[1].delay is required", "argument rules[1].recipient is required",
	} {
		require.ErrorContains(t, err, fault)
	}
	assert.NotContains(t, err.Error(), "rules[0]")
}

// S7, S8: an escalation is written back as it came, at every depth, but for what was changed.
func TestAnEscalationIsWrittenBackAsItCame(t *testing.T) {
	t.Parallel()
	const rest = `"description":null,"note":{"by":["ada"]},"ownerTeam":{"id":"t","color":"red"},` +
		`"rules":[{"condition":"if-asleep","notifyType":7,"delay":"soon","recipient":{"type":"oracle","level":9},"wake":true}],` +
		`"repeat":{"waitInterval":"ten","count":null,"closeAlertAfterAll":true,"jitter":2}`
	var read escalation.Escalation
	require.NoError(t, json.Unmarshal([]byte(`{"id":"e","name":"Nights",`+rest+`}`), &read))
	assert.Len(t, read.Repeat.Mismatches(), 1, "of its wait")
	back, err := json.Marshal(read)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"e","name":"Nights",`+rest+`}`, string(back))

	in := read.Request()
	in.Name = services.Set("Days")
	_, err = apitest.Verify(t.Context(), open, row{
		Name: "Update", Call: func(ctx context.Context, s service) (any, error) { return s.Update(ctx, in) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PATCH /v2/escalations/e?identifierType=id", Body: `{"name":"Days",` + rest + `}`, Answer: `{"data":{"id":"e"}}`},
	})
	require.NoError(t, err)

	read.Repeat.WaitInterval, read.Rules[0].Delay, read.Rules[0].NotifyType = 10, shape.For(time.Minute), escalation.NotifyAll
	back, err = json.Marshal(read)
	require.NoError(t, err)
	assert.Contains(t, string(back), `"waitInterval":10`)
	assert.Contains(t, string(back), `"delay":{"timeAmount":1,"timeUnit":"minutes"}`)
	assert.Contains(t, string(back), `"notifyType":"all"`)
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		fmt.Println(req.Method, req.URL.RequestURI(), string(body))
		answer := io.NopCloser(strings.NewReader(`{"result":"Created","data":{"id":"e-1","name":"Nights"}}`))
		return &http.Response{StatusCode: 201, Body: answer, Request: req}, err
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	got, err := escalation.New(client).Create(context.Background(), escalation.CreateRequest{
		Name: "Nights",
		Rules: []escalation.Rule{{
			Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault,
			Delay: shape.For(5 * time.Minute), Recipient: shape.To(shape.ScheduleByName("Nights")),
		}},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.ID)
	// Output:
	// POST /v2/escalations {"name":"Nights","rules":[{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":5,"timeUnit":"minutes"},"recipient":{"type":"schedule","name":"Nights"}}]}
	// e-1
}
