package escalation_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/escalation"
	"github.com/tripware/tripware/services/jsm/shape"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, slices.Concat(lists(), creations(), items(), updates(), refusals()))
}

const id = "dddddddd-0000-4000-8000-000000000001"

func ref() escalation.Ref { return escalation.Ref{TeamID: teamID, ID: id} }

func rules() []escalation.Rule {
	return []escalation.Rule{
		{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault, Delay: 5, Recipient: shape.ScheduleByID("bbbbbbbb-0000-4000-8000-000000000001")},
		{Condition: escalation.IfNotClosed, NotifyType: escalation.NotifyAll, Delay: 30, Recipient: shape.TeamByID(teamID)},
	}
}

const sentRules = `"rules":[{"condition":"if-not-acked","notifyType":"default","delay":5,"recipient":{"type":"schedule","id":"bbbbbbbb-0000-4000-8000-000000000001"}},` +
	`{"condition":"if-not-closed","notifyType":"all","delay":30,"recipient":{"type":"team","id":"` + teamID + `"}}]`

// demo is the escalation of the fixtures.
func demo() escalation.Escalation {
	return escalation.Escalation{
		ID: id, Name: "Demo escalation", Rules: rules(), Enabled: true,
		Repeat: escalation.Repeat{WaitInterval: 30, Count: services.Set(2), ResetRecipientStates: services.Set(true), CloseAlertAfterAll: services.Set(false)},
	}
}

func lists() []row {
	count := func(in escalation.ListRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) {
			all, err := apitest.Collect(s.All(ctx, in))
			return len(all), err
		}
	}
	return []row{
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx, escalation.ListRequest{TeamID: teamID, Page: shape.Page{Offset: 4, Limit: 2}}))
			},
			Exchange: exact("GET "+list+"?offset=4&size=2", "", 200, "escalation_list"), Want: []escalation.Escalation{demo()},
		},
		{ // The link of the fixture is absolute, and of another prefix: only its query counts.
			Name: "All", Call: count(escalation.ListRequest{TeamID: teamID}),
			Exchange: exact("GET "+list+"?size=100", "", 200, "escalation_list"),
			Then:     []apitest.Exchange{{Send: "GET " + prefix + list + "?offset=20&size=20", Answer: `{"values":[{"id":"b"}],"links":{"next":null}}`}},
			Want:     2,
		},
		{ // A team that the caller cannot see.
			Name: "All/none", Call: count(escalation.ListRequest{TeamID: teamID, Page: shape.Page{Limit: 7}}),
			Exchange: apitest.Exchange{Send: "GET " + prefix + list + "?size=7", Answer: `{"values":[]}`}, Want: 0,
		},
	}
}

// S9: a creation is not safe to retry.
func creations() []row {
	create := func(in escalation.CreateRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Create(ctx, in)) }
	}
	return []row{
		{
			Name: "Create",
			Call: create(escalation.CreateRequest{
				TeamID: teamID, Name: "n", Description: "d", Rules: rules(), Enabled: services.Set(false),
				Repeat: escalation.Repeat{WaitInterval: 30, Count: services.Set(20), ResetRecipientStates: services.Set(true), CloseAlertAfterAll: services.Set(false)},
			}),
			Exchange: exact("POST "+list, `{"name":"n","description":"d",`+sentRules+`,"enabled":false,`+
				`"repeat":{"waitInterval":30,"count":20,"resetRecipientStates":true,"closeAlertAfterAll":false}}`, 201, "escalation_get"),
			Repeat: services.RetryIfRefused, Want: demo(),
		},
		{
			Name:     "Create/only what is required",
			Call:     create(escalation.CreateRequest{TeamID: teamID, Name: "n", Rules: rules()}),
			Exchange: exact("POST "+list, `{"name":"n",`+sentRules+`}`, 201, "escalation_get"),
			Repeat:   services.RetryIfRefused, Want: demo(),
		},
	}
}

func items() []row {
	get := func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Get(ctx, ref())) }
	at := "GET " + prefix + list + "/" + id
	return []row{
		{Name: "Get", Call: get, Exchange: exact("GET "+list+"/"+id, "", 200, "escalation_get"), Want: demo()},
		{Name: "Get/not found", Call: get, Exchange: apitest.Exchange{Send: at, Status: 404, Answer: `{"errors":[{"title":"not found"}]}`}, Err: services.ErrNotFound},
		{ // S8: members of unexpected types do not fail the call.
			Name: "Get/members of other types",
			Call: func(ctx context.Context, s service) (any, error) {
				got, err := s.Get(ctx, ref())
				if err != nil {
					return nil, err
				}
				return []any{got.Value.Name, got.Meta.Mismatches}, nil
			},
			Exchange: apitest.Exchange{Send: at, Answer: `{"name":"n","rules":[{"delay":"soon","recipient":{"type":"team","id":null}}],"repeat":null}`},
			Want:     []any{"n", []services.Mismatch{{Path: "rules[0].delay", Got: "string"}}},
		},
		{
			Name:     "Delete",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Delete(ctx, ref())) },
			Exchange: exact("DELETE "+list+"/"+id, "", 204, ""), Want: services.None{},
		},
	}
}

// S10: what is absent, set to nothing, and cleared differ.
func updates() []row {
	update := func(in escalation.UpdateRequest) func(context.Context, service) (any, error) {
		in.Ref = ref()
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	sends := func(name, body string, in escalation.UpdateRequest) row {
		return row{Name: name, Call: update(in), Exchange: exact("PATCH "+list+"/"+id, body, 200, "escalation_get"), Repeat: services.SafeToRetry, Want: demo()}
	}
	return []row{
		sends("Update", `{"name":"n","description":"d",`+sentRules+`,"enabled":true,"repeat":{"waitInterval":0}}`, escalation.UpdateRequest{
			Name: services.Set("n"), Description: services.Set("d"), Rules: services.Set(rules()), Enabled: services.Set(true), Repeat: services.Set(escalation.Repeat{}),
		}),
		sends("Update/nothing", `{}`, escalation.UpdateRequest{}),
		sends("Update/to nothing", `{"description":"","rules":[],"enabled":false,"repeat":null}`, escalation.UpdateRequest{
			Description: services.Set(""), Rules: services.Set([]escalation.Rule{}), Enabled: services.Set(false), Repeat: services.Null[escalation.Repeat](),
		}),
	}
}

// S10: what the server would refuse is refused before sending, with the name of the member.
func refusals() []row {
	create := func(name, problem string, change func(*escalation.CreateRequest)) row {
		in := escalation.CreateRequest{TeamID: teamID, Name: "n", Rules: rules()}
		change(&in)
		return refused("Create/"+name, problem, func(ctx context.Context, s service) (any, error) { return s.Create(ctx, in) })
	}
	rule := func(name, problem string, change func(*escalation.Rule)) row {
		return create("a rule with "+name, "rules[1]."+problem, func(in *escalation.CreateRequest) { change(&in.Rules[1]) })
	}
	update := func(name, problem string, in escalation.UpdateRequest) row {
		return refused("Update/"+name, problem, func(ctx context.Context, s service) (any, error) { return s.Update(ctx, in) })
	}
	return []row{
		create("no team", "teamId is required", func(in *escalation.CreateRequest) { in.TeamID = "" }),
		create("no name", "name is required", func(in *escalation.CreateRequest) { in.Name = "" }),
		create("no rules", "rules is required", func(in *escalation.CreateRequest) { in.Rules = nil }),
		rule("no condition", "condition is required", func(r *escalation.Rule) { r.Condition = "" }),
		rule("no type", "notifyType is required", func(r *escalation.Rule) { r.NotifyType = "" }),
		rule("a negative delay", "delay must not be negative", func(r *escalation.Rule) { r.Delay = -1 }),
		rule("no recipient", "recipient is required", func(r *escalation.Rule) { r.Recipient = shape.Responder{} }),
		rule("nobody", "recipient must be of kind user, schedule, team", func(r *escalation.Rule) { r.Recipient = shape.Nobody() }),
		rule("an escalation", "recipient must be of kind user, schedule, team", func(r *escalation.Rule) { r.Recipient = shape.EscalationByID("e") }),
		rule("an e-mail address", "recipient is an e-mail address: write the Atlassian account id, such as 712020:… or 24 hexadecimal digits",
			func(r *escalation.Rule) { r.Recipient = shape.UserByID("ada@example.com") }),
		create("too many repetitions", "repeat.count must be at most 20", func(in *escalation.CreateRequest) { in.Repeat.Count = services.Set(21) }),
		update("a negative interval", "repeat.waitInterval must not be negative", escalation.UpdateRequest{Ref: ref(), Repeat: services.Set(escalation.Repeat{WaitInterval: -1})}),
		update("a negative count", "repeat.count must not be negative", escalation.UpdateRequest{Ref: ref(), Repeat: services.Set(escalation.Repeat{Count: services.Set(-1)})}),
		update("an empty rule", "rules[0].condition is required", escalation.UpdateRequest{Ref: ref(), Rules: services.Set([]escalation.Rule{{NotifyType: "all", Recipient: shape.TeamByID("t")}})}),
		update("no team", "teamId is required", escalation.Escalation{ID: id}.Request()),
		refused("List/no team", "teamId is required", func(ctx context.Context, s service) (any, error) { return s.List(ctx, escalation.ListRequest{}) }),
		refused("Get/no id", "id is required", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, escalation.Ref{TeamID: teamID}) }),
		refused("Delete/no id", "id is required", func(ctx context.Context, s service) (any, error) {
			return s.Delete(ctx, escalation.Ref{TeamID: teamID})
		}),
	}
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), escalation.CreateRequest{Rules: []escalation.Rule{rules()[0], {}}})
	require.EqualError(t, err, "services: POST /v1/teams/{teamId}/escalations: argument name is required; argument rules[1].condition is required; "+
		"argument rules[1].notifyType is required; argument rules[1].recipient is required; argument teamId is required")
}

// S7: an escalation is written back as it came, at every depth, but for what was changed; its id
// and team are in the path. A rule for the default of a team may lack the recipient's id, and the
// delay and the count may be below what is documented.
func TestAnEscalationIsWrittenBackAsItCame(t *testing.T) {
	t.Parallel()
	const rest = `"description":null,"note":{"by":["ada"]},"enabled":true,` +
		`"rules":[{"condition":"if-asleep","notifyType":7,"delay":0,"recipient":{"type":"oracle","level":9},"wake":true},` +
		`{"condition":"if-not-acked","notifyType":"all","delay":1.5,"recipient":{"type":"team","id":null}}],` +
		`"repeat":{"waitInterval":"ten","count":0,"closeAlertAfterAll":null,"jitter":2}`
	var read escalation.Escalation
	require.NoError(t, json.Unmarshal([]byte(`{"id":"e","name":"Nights",`+rest+`}`), &read))
	back, err := json.Marshal(read)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"e","name":"Nights",`+rest+`}`, string(back))

	in := read.Request()
	in.TeamID, in.Name = "t", services.Set("Days")
	_, err = apitest.Verify(t.Context(), open, row{
		Call: func(ctx context.Context, s service) (any, error) { return s.Update(ctx, in) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PATCH " + prefix + "/v1/teams/t/escalations/e", Body: `{"name":"Days",` + rest + `}`, Answer: `{"id":"e"}`},
	})
	require.NoError(t, err)
}
