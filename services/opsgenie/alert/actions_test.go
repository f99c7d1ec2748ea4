package alert_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

type (
	row     = apitest.Row[*alert.Service]
	service = *alert.Service
	pending = *alert.Pending
)

func byAlias() alert.Ref { return alert.ByAlias("a/b") }

// writes are the rows of all that is answered 202.
func writes() []row {
	const at, as = "/v2/alerts/a%2Fb", "?identifierType=alias"
	until := time.Date(2026, 5, 26, 12, 0, 0, 0, time.FixedZone("", 2*60*60))
	return []row{
		accepted("Create", "POST /v2/alerts", `{"message":"Lag","alias":"db/lag","description":"d",`+
			`"responders":[{"type":"team","id":"t-1"},{"type":"user","username":"ada@example.com"},{"type":"escalation","name":"e"},{"type":"schedule","id":"s-1"}],`+
			`"visibleTo":[{"type":"team","name":"Storage"}],"actions":["Restart"],"tags":["db","prod"],"details":{"region":"eu"},`+
			`"entity":"db-1","source":"prometheus","priority":"P1","user":"ada","note":"n"}`,
			func(ctx context.Context, s service) (pending, error) {
				return s.Create(ctx, alert.CreateRequest{
					Message: "Lag", Alias: "db/lag", Description: "d",
					Responders: []shape.Responder{shape.TeamByID("t-1"), shape.UserByName("ada@example.com"), shape.EscalationByName("e"), shape.ScheduleByID("s-1")},
					VisibleTo:  []shape.Responder{shape.TeamByName("Storage")}, Actions: []string{"Restart"}, Tags: []string{"db", "prod"},
					Details: map[string]string{"region": "eu"}, Entity: "db-1", Source: "prometheus", Priority: shape.P1, User: "ada", Note: "n",
				})
			}),
		accepted("Create/only what is required", "POST /v2/alerts", `{"message":"Lag"}`,
			func(ctx context.Context, s service) (pending, error) {
				return s.Create(ctx, alert.CreateRequest{Message: "Lag"})
			}),
		accepted("Delete", "DELETE "+at+as+"&user=ada&source=cli", "", func(ctx context.Context, s service) (pending, error) {
			return s.Delete(ctx, alert.DeleteRequest{Ref: byAlias(), User: "ada", Source: "cli"})
		}),
		accepted("Acknowledge", "POST "+at+"/acknowledge"+as, `{"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Acknowledge(ctx, alert.AcknowledgeRequest{Ref: byAlias(), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("Unacknowledge", "POST "+at+"/unacknowledge"+as, `{"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Unacknowledge(ctx, alert.UnacknowledgeRequest{Ref: byAlias(), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("Close", "POST "+at+"/close"+as, `{"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Close(ctx, alert.CloseRequest{Ref: byAlias(), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("Close/by id, without more", "POST /v2/alerts/x-1/close?identifierType=id", `{}`, func(ctx context.Context, s service) (pending, error) {
			return s.Close(ctx, alert.CloseRequest{Ref: alert.ByID("x-1")})
		}),
		accepted("Close/by tiny id", "POST /v2/alerts/42/close?identifierType=tiny", `{}`, func(ctx context.Context, s service) (pending, error) {
			return s.Close(ctx, alert.CloseRequest{Ref: alert.ByTinyID("42")})
		}),
		accepted("Snooze", "POST "+at+"/snooze"+as, `{"endTime":"2026-05-26T12:00:00+02:00","user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Snooze(ctx, alert.SnoozeRequest{Ref: byAlias(), EndTime: until, User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("ExecuteAction", "POST "+at+"/actions/Restart%20replica"+as, `{"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.ExecuteAction(ctx, alert.ExecuteActionRequest{Ref: byAlias(), Action: "Restart replica", User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("Assign", "POST "+at+"/assign"+as, `{"owner":{"type":"user","username":"ada@example.com"},"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Assign(ctx, alert.AssignRequest{Ref: byAlias(), Owner: shape.UserByName("ada@example.com"), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("Escalate", "POST "+at+"/escalate"+as, `{"escalation":{"type":"escalation","id":"e-1"},"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Escalate(ctx, alert.EscalateRequest{Ref: byAlias(), Escalation: shape.EscalationByID("e-1"), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("AddResponder", "POST "+at+"/responders"+as, `{"responder":{"type":"schedule","name":"Nights"},"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddResponder(ctx, alert.AddResponderRequest{Ref: byAlias(), Responder: shape.ScheduleByName("Nights"), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("AddTeam", "POST "+at+"/teams"+as, `{"team":{"type":"team","name":"Storage"},"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddTeam(ctx, alert.AddTeamRequest{Ref: byAlias(), Team: shape.TeamByName("Storage"), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("AddTags", "POST "+at+"/tags"+as, `{"tags":["db","a,b"],"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddTags(ctx, alert.AddTagsRequest{Ref: byAlias(), Tags: []string{"db", "a,b"}, User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("RemoveTags", "DELETE "+at+"/tags"+as+"&tags=db%2Cprod&user=ada&source=cli&note=n", "", func(ctx context.Context, s service) (pending, error) {
			return s.RemoveTags(ctx, alert.RemoveTagsRequest{Ref: byAlias(), Tags: []string{"db", "prod"}, User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("AddDetails", "POST "+at+"/details"+as, `{"details":{"region":"eu"},"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddDetails(ctx, alert.AddDetailsRequest{Ref: byAlias(), Details: map[string]string{"region": "eu"}, User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("RemoveDetails", "DELETE "+at+"/details"+as+"&keys=region%2Czone&user=ada&source=cli&note=n", "", func(ctx context.Context, s service) (pending, error) {
			return s.RemoveDetails(ctx, alert.RemoveDetailsRequest{Ref: byAlias(), Keys: []string{"region", "zone"}, User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("UpdateMessage", "PUT "+at+"/message"+as, `{"message":"m"}`, func(ctx context.Context, s service) (pending, error) {
			return s.UpdateMessage(ctx, alert.UpdateMessageRequest{Ref: byAlias(), Message: "m"})
		}),
		accepted("UpdateDescription", "PUT "+at+"/description"+as, `{"description":"d"}`, func(ctx context.Context, s service) (pending, error) {
			return s.UpdateDescription(ctx, alert.UpdateDescriptionRequest{Ref: byAlias(), Description: "d"})
		}),
		accepted("UpdatePriority", "PUT "+at+"/priority"+as, `{"priority":"P2"}`, func(ctx context.Context, s service) (pending, error) {
			return s.UpdatePriority(ctx, alert.UpdatePriorityRequest{Ref: byAlias(), Priority: shape.P2})
		}),
		accepted("AddNote", "POST "+at+"/notes"+as, `{"note":"n","user":"ada","source":"cli"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddNote(ctx, alert.AddNoteRequest{Ref: byAlias(), Note: "n", User: "ada", Source: "cli"})
		}),
	}
}

// refusals are the rows of what is not sent.
func refusals() []row {
	return []row{
		refused("Create/no message", func(ctx context.Context, s service) (any, error) { return s.Create(ctx, alert.CreateRequest{}) }),
		refused("Create/nobody responds", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, alert.CreateRequest{Message: "m", Responders: []shape.Responder{{}}})
		}),
		refused("Create/visible to a team without a name", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, alert.CreateRequest{Message: "m", VisibleTo: []shape.Responder{shape.TeamByName("")}})
		}),
		refused("Close/no alert", func(ctx context.Context, s service) (any, error) { return s.Close(ctx, alert.CloseRequest{}) }),
		refused("Snooze/no end", func(ctx context.Context, s service) (any, error) {
			return s.Snooze(ctx, alert.SnoozeRequest{Ref: byAlias()})
		}),
		refused("ExecuteAction/no action", func(ctx context.Context, s service) (any, error) {
			return s.ExecuteAction(ctx, alert.ExecuteActionRequest{Ref: byAlias()})
		}),
		refused("Assign/no owner", func(ctx context.Context, s service) (any, error) {
			return s.Assign(ctx, alert.AssignRequest{Ref: byAlias()})
		}),
		refused("Assign/to a team", func(ctx context.Context, s service) (any, error) {
			return s.Assign(ctx, alert.AssignRequest{Ref: byAlias(), Owner: shape.TeamByID("t")})
		}),
		refused("Escalate/to a user", func(ctx context.Context, s service) (any, error) {
			return s.Escalate(ctx, alert.EscalateRequest{Ref: byAlias(), Escalation: shape.UserByID("u")})
		}),
		refused("AddResponder/nobody", func(ctx context.Context, s service) (any, error) {
			return s.AddResponder(ctx, alert.AddResponderRequest{Ref: byAlias()})
		}),
		refused("AddTeam/a user", func(ctx context.Context, s service) (any, error) {
			return s.AddTeam(ctx, alert.AddTeamRequest{Ref: byAlias(), Team: shape.UserByID("u")})
		}),
		refused("AddTags/none", func(ctx context.Context, s service) (any, error) {
			return s.AddTags(ctx, alert.AddTagsRequest{Ref: byAlias()})
		}),
		refused("RemoveTags/with a comma", func(ctx context.Context, s service) (any, error) {
			return s.RemoveTags(ctx, alert.RemoveTagsRequest{Ref: byAlias(), Tags: []string{"a,b"}})
		}),
		refused("RemoveDetails/none", func(ctx context.Context, s service) (any, error) {
			return s.RemoveDetails(ctx, alert.RemoveDetailsRequest{Ref: byAlias()})
		}),
		refused("AddDetails/none", func(ctx context.Context, s service) (any, error) {
			return s.AddDetails(ctx, alert.AddDetailsRequest{Ref: byAlias()})
		}),
		refused("UpdateMessage/empty", func(ctx context.Context, s service) (any, error) {
			return s.UpdateMessage(ctx, alert.UpdateMessageRequest{Ref: byAlias()})
		}),
		refused("UpdatePriority/empty", func(ctx context.Context, s service) (any, error) {
			return s.UpdatePriority(ctx, alert.UpdatePriorityRequest{Ref: byAlias()})
		}),
		refused("AddNote/empty", func(ctx context.Context, s service) (any, error) {
			return s.AddNote(ctx, alert.AddNoteRequest{Ref: byAlias()})
		}),
		refused("GetRequestStatus/no id", func(ctx context.Context, s service) (any, error) {
			return s.GetRequestStatus(ctx, alert.GetRequestStatusRequest{})
		}),
		refused("List/negative limit", func(ctx context.Context, s service) (any, error) { return s.List(ctx, alert.ListRequest{Limit: -1}) }),
		refused("Get/what is the counter", func(ctx context.Context, s service) (any, error) {
			return s.Get(ctx, alert.GetRequest{Ref: alert.ByAlias("count")})
		}),
		refused("GetAttachment/no id", func(ctx context.Context, s service) (any, error) {
			return s.GetAttachment(ctx, alert.GetAttachmentRequest{Ref: byAlias()})
		}),
		refused("AddAttachment/no file", func(ctx context.Context, s service) (any, error) {
			return s.AddAttachment(ctx, alert.AddAttachmentRequest{Ref: byAlias()})
		}),
	}
}
