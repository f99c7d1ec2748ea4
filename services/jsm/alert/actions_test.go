package alert_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/shape"
)

const at = "/v1/alerts/" + id

// writes are the changes that the server accepts and processes later. S9: each says whether it
// is safe to retry.
func writes() []row {
	ref := alert.ByID(id)
	on := func(name, path, body string, repeat services.Repeat, call func(context.Context, service) (*alert.Pending, error)) row {
		return accepted(name, repeat, path, body, call)
	}
	const again, refusedOnly = services.SafeToRetry, services.RetryIfRefused
	return []row{
		on("Delete", "DELETE "+at, "", services.ByMethod, func(ctx context.Context, s service) (*alert.Pending, error) { return s.Delete(ctx, ref) }),
		on("Acknowledge", "POST "+at+"/acknowledge", "", again, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.Acknowledge(ctx, ref)
		}),
		on("Unacknowledge", "POST "+at+"/unacknowledge", "", again, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.Unacknowledge(ctx, ref)
		}),
		on("Close", "POST "+at+"/close", "", again, func(ctx context.Context, s service) (*alert.Pending, error) { return s.Close(ctx, ref) }),
		on("Assign", "POST "+at+"/assign", `{"accountId":"712020:aaaaaaaa-0000-4000-8000-000000000001"}`, again,
			func(ctx context.Context, s service) (*alert.Pending, error) {
				return s.Assign(ctx, alert.AssignRequest{Ref: ref, AccountID: "712020:aaaaaaaa-0000-4000-8000-000000000001"})
			}),
		on("AddResponder", "POST "+at+"/responders", `{"type":"team","id":"t-1"}`, again, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.AddResponder(ctx, alert.AddResponderRequest{Ref: ref, Responder: shape.TeamByID("t-1")})
		}),
		on("Escalate", "POST "+at+"/escalate", `{"escalationId":"e-1"}`, refusedOnly, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.Escalate(ctx, alert.EscalateRequest{Ref: ref, EscalationID: "e-1"})
		}),
		on("ExecuteAction", "POST "+at+"/action", `{"actionName":"Restart"}`, refusedOnly, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.ExecuteAction(ctx, alert.ExecuteActionRequest{Ref: ref, Action: "Restart"})
		}),
		on("Snooze", "POST "+at+"/snooze", `{"endTime":"2026-11-28T08:00:00+01:00"}`, again, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.Snooze(ctx, alert.SnoozeRequest{Ref: ref, EndTime: time.Date(2026, 11, 28, 8, 0, 0, 0, time.FixedZone("", 3600))})
		}),
		on("AddTags", "POST "+at+"/tags", `{"tags":["a","b"]}`, again, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.AddTags(ctx, alert.AddTagsRequest{Ref: ref, Tags: []string{"a", "b"}})
		}),
		on("RemoveTags", "DELETE "+at+"/tags", `{"tags":["a","b"]}`, services.ByMethod, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.RemoveTags(ctx, alert.RemoveTagsRequest{Ref: ref, Tags: []string{"a", "b"}})
		}),
		on("AddDetails", "POST "+at+"/extra-properties", `{"extraProperties":{"region":"eu"}}`, again, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.AddDetails(ctx, alert.AddDetailsRequest{Ref: ref, Details: map[string]string{"region": "eu"}})
		}),
		on("RemoveDetails", "DELETE "+at+"/extra-properties", `{"keys":["region"]}`, services.ByMethod, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.RemoveDetails(ctx, alert.RemoveDetailsRequest{Ref: ref, Keys: []string{"region"}})
		}),
		on("UpdateMessage", "PATCH "+at+"/message", `{"message":"m"}`, again, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.UpdateMessage(ctx, alert.UpdateMessageRequest{Ref: ref, Message: "m"})
		}),
		on("UpdateDescription", "PATCH "+at+"/description", `{"description":"d"}`, again, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.UpdateDescription(ctx, alert.UpdateDescriptionRequest{Ref: ref, Description: "d"})
		}),
		on("UpdatePriority", "PATCH "+at+"/priority", `{"priority":"P1"}`, again, func(ctx context.Context, s service) (*alert.Pending, error) {
			return s.UpdatePriority(ctx, alert.UpdatePriorityRequest{Ref: ref, Priority: shape.P1})
		}),
	}
}

// creations are accepted with 200, without the id of the alert.
func creations() []row {
	creation := func(name string, repeat services.Repeat, body string, in alert.CreateRequest) row {
		r := accepted(name, repeat, "POST /v1/alerts", body, func(ctx context.Context, s service) (*alert.Pending, error) { return s.Create(ctx, in) })
		r.Exchange = exact("POST /v1/alerts", body, http.StatusOK, "alert_create_accepted")
		return r
	}
	return []row{
		creation("Create", services.SafeToRetry,
			`{"message":"m","alias":"a","description":"d","responders":[{"type":"team","id":"t"},{"type":"user","id":"712020:u"},{"type":"schedule","id":"s"}],`+
				`"visibleTo":[{"type":"user","id":"aaaaaaaaaaaaaaaaaaaaaaaa"}],"actions":["x"],"tags":["y"],"extraProperties":{"k":"v"},"entity":"e","source":"s","priority":"P2","note":"n"}`,
			alert.CreateRequest{
				Message: "m", Alias: "a", Description: "d",
				Responders: []shape.Responder{shape.TeamByID("t"), shape.UserByID("712020:u"), shape.ScheduleByID("s")},
				VisibleTo:  []shape.Responder{shape.UserByID("aaaaaaaaaaaaaaaaaaaaaaaa")},
				Actions:    []string{"x"}, Tags: []string{"y"}, Details: map[string]string{"k": "v"}, Entity: "e", Source: "s", Priority: shape.P2, Note: "n",
			}),
		creation("Create/without an alias", services.RetryIfRefused, `{"message":"m"}`, alert.CreateRequest{Message: "m"}),
	}
}

// S10: what the server would refuse is refused before sending, with the name of the member and
// the cure.
func refusals() []row {
	create := func(in alert.CreateRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return s.Create(ctx, in) }
	}
	get := func(id string) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return s.Get(ctx, alert.ByID(id)) }
	}
	assign := func(user string) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) {
			return s.Assign(ctx, alert.AssignRequest{Ref: alert.ByID(id), AccountID: user})
		}
	}
	const form = ": write the Atlassian account id, such as 712020:… or 24 hexadecimal digits"
	return []row{
		refused("Create/no message", "message is required", create(alert.CreateRequest{})),
		refused("Create/no responder", "responders[1] has no id", create(alert.CreateRequest{Message: "m", Responders: []shape.Responder{shape.TeamByID("t"), {}}})),
		refused("Create/an e-mail address", "responders[0] is an e-mail address"+form, create(alert.CreateRequest{Message: "m", Responders: []shape.Responder{shape.UserByID("ada@example.com")}})),
		refused("Create/nobody", "responders[0] must be of kind team, user, escalation, schedule", create(alert.CreateRequest{Message: "m", Responders: []shape.Responder{shape.Nobody()}})),
		refused("Create/visible to a schedule", "visibleTo[0] must be of kind team, user", create(alert.CreateRequest{Message: "m", VisibleTo: []shape.Responder{shape.ScheduleByID("s")}})),
		refused("Get/no id", "id is required", get("")),
		refused("Get/a tiny id", "id is a tiny id, which the API does not take: write the id of the alert", get("42")),
		refused("Get/the path of aliases", "id leads to another resource of the API: write the id of an alert", get("alias")),
		refused("Get/the path of policies", "id leads to another resource of the API: write the id of an alert", get("policies")),
		refused("Assign/nobody", "accountId is required", assign("")),
		refused("Assign/an e-mail address", "accountId is an e-mail address"+form, assign("ada@example.com")),
		refused("Assign/a UUID", "accountId is a UUID, as users of Opsgenie have"+form, assign("aaaaaaaa-0000-4000-8000-000000000001")),
		refused("GetByAlias/no alias", "alias is required", func(ctx context.Context, s service) (any, error) { return s.GetByAlias(ctx, "") }),
		refused("RemoveTags/no tags", "tags is required", func(ctx context.Context, s service) (any, error) {
			return s.RemoveTags(ctx, alert.RemoveTagsRequest{Ref: alert.ByID(id)})
		}),
		refused("AddNote/no note", "note is required", func(ctx context.Context, s service) (any, error) {
			return s.AddNote(ctx, alert.AddNoteRequest{Ref: alert.ByID(id)})
		}),
		refused("AddAttachment/no file", "file is required", func(ctx context.Context, s service) (any, error) {
			return s.AddAttachment(ctx, alert.AddAttachmentRequest{Ref: alert.ByID(id)})
		}),
		refused("GetRequestStatus/no id", "requestId is required", func(ctx context.Context, s service) (any, error) { return s.GetRequestStatus(ctx, "") }),
	}
}

// S9: an alert without an alias gets one that is stable over the attempts of its creation.
func TestAnAliasMakesACreationSafeToRetry(t *testing.T) {
	t.Parallel()
	aliases := &aliasServer{}
	client, err := services.New(&http.Client{Transport: aliases}, base, codec)
	assert.NoError(t, err)
	s := alert.New(client, alert.WithAutoAlias())
	for range 2 {
		_, err = s.Create(t.Context(), alert.CreateRequest{Message: "m"})
		assert.NoError(t, err)
	}
	assert.Len(t, aliases.seen, 2)
	assert.Len(t, aliases.seen[0], 36)
	assert.NotEqual(t, aliases.seen[0], aliases.seen[1])
}
