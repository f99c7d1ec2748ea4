package alert_test

import (
	"context"
	"strings"
	"time"

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

// writes are the rows of operations that the server answers with 202.
func writes() []row {
	const at, as = "/v2/alerts/a%2Fb", "?identifierType=alias"
	until := time.Date(2026, 5, 26, 12, 0, 0, 0, time.FixedZone("", 2*60*60))
	return []row{
		accepted("Create", services.SafeToRetry, "POST /v2/alerts", `{"message":"Lag","alias":"db/lag","description":"d",`+
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
		accepted("Create/only what is required", services.RetryIfRefused, "POST /v2/alerts", `{"message":"Lag"}`,
			func(ctx context.Context, s service) (pending, error) {
				return s.Create(ctx, alert.CreateRequest{Message: "Lag"})
			}),
		accepted("Delete", services.ByMethod, "DELETE "+at+as+"&user=ada&source=cli", "", func(ctx context.Context, s service) (pending, error) {
			return s.Delete(ctx, alert.DeleteRequest{Ref: byAlias(), User: "ada", Source: "cli"})
		}),
		accepted("Acknowledge", services.RetryIfRefused, "POST "+at+"/acknowledge"+as, `{"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Acknowledge(ctx, alert.ActionRequest{Ref: byAlias(), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("Unacknowledge", services.RetryIfRefused, "POST "+at+"/unacknowledge"+as, `{"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Unacknowledge(ctx, alert.ActionRequest{Ref: byAlias(), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("Close", services.RetryIfRefused, "POST "+at+"/close"+as, `{"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Close(ctx, alert.ActionRequest{Ref: byAlias(), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("Close/by id, without more", services.SafeToRetry, "POST /v2/alerts/x-1/close?identifierType=id", `{}`, func(ctx context.Context, s service) (pending, error) {
			return s.Close(ctx, alert.ActionRequest{Ref: alert.ByID("x-1")})
		}),
		accepted("Close/by tiny id", services.SafeToRetry, "POST /v2/alerts/42/close?identifierType=tiny", `{}`, func(ctx context.Context, s service) (pending, error) {
			return s.Close(ctx, alert.ActionRequest{Ref: alert.ByTinyID("42")})
		}),
		accepted("Snooze", services.RetryIfRefused, "POST "+at+"/snooze"+as, `{"endTime":"2026-05-26T12:00:00+02:00","user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Snooze(ctx, alert.SnoozeRequest{Ref: byAlias(), EndTime: until, User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("ExecuteAction", services.RetryIfRefused, "POST "+at+"/actions/Restart%20replica"+as, `{"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.ExecuteAction(ctx, alert.ExecuteActionRequest{Ref: byAlias(), Action: "Restart replica", User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("Assign", services.RetryIfRefused, "POST "+at+"/assign"+as, `{"owner":{"type":"user","username":"ada@example.com"},"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Assign(ctx, alert.AssignRequest{Ref: byAlias(), Owner: shape.UserByName("ada@example.com"), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("Escalate", services.RetryIfRefused, "POST "+at+"/escalate"+as, `{"escalation":{"type":"escalation","id":"e-1"},"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Escalate(ctx, alert.EscalateRequest{Ref: byAlias(), Escalation: shape.EscalationByID("e-1"), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("AddResponder", services.RetryIfRefused, "POST "+at+"/responders"+as, `{"responder":{"type":"schedule","name":"Nights"},"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddResponder(ctx, alert.AddResponderRequest{Ref: byAlias(), Responder: shape.ScheduleByName("Nights"), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("AddTeam", services.RetryIfRefused, "POST "+at+"/teams"+as, `{"team":{"type":"team","name":"Storage"},"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddTeam(ctx, alert.AddTeamRequest{Ref: byAlias(), Team: shape.TeamByName("Storage"), User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("AddTags", services.RetryIfRefused, "POST "+at+"/tags"+as, `{"tags":["db","a,b"],"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddTags(ctx, alert.AddTagsRequest{Ref: byAlias(), Tags: []string{"db", "a,b"}, User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("RemoveTags", services.RetryIfRefused, "DELETE "+at+"/tags"+as+"&tags=db%2Cprod&user=ada&source=cli&note=n", "", func(ctx context.Context, s service) (pending, error) {
			return s.RemoveTags(ctx, alert.RemoveTagsRequest{Ref: byAlias(), Tags: []string{"db", "prod"}, User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("AddDetails", services.RetryIfRefused, "POST "+at+"/details"+as, `{"details":{"region":"eu"},"user":"ada","source":"cli","note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddDetails(ctx, alert.AddDetailsRequest{Ref: byAlias(), Details: map[string]string{"region": "eu"}, User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("RemoveDetails", services.RetryIfRefused, "DELETE "+at+"/details"+as+"&keys=region%2Czone&user=ada&source=cli&note=n", "", func(ctx context.Context, s service) (pending, error) {
			return s.RemoveDetails(ctx, alert.RemoveDetailsRequest{Ref: byAlias(), Keys: []string{"region", "zone"}, User: "ada", Source: "cli", Note: "n"})
		}),
		accepted("UpdateMessage", services.ByMethod, "PUT "+at+"/message"+as, `{"message":"m"}`, func(ctx context.Context, s service) (pending, error) {
			return s.UpdateMessage(ctx, alert.UpdateMessageRequest{Ref: byAlias(), Message: "m"})
		}),
		accepted("UpdateDescription", services.ByMethod, "PUT "+at+"/description"+as, `{"description":"d"}`, func(ctx context.Context, s service) (pending, error) {
			return s.UpdateDescription(ctx, alert.UpdateDescriptionRequest{Ref: byAlias(), Description: "d"})
		}),
		accepted("UpdatePriority", services.ByMethod, "PUT "+at+"/priority"+as, `{"priority":"P2"}`, func(ctx context.Context, s service) (pending, error) {
			return s.UpdatePriority(ctx, alert.UpdatePriorityRequest{Ref: byAlias(), Priority: shape.P2})
		}),
		accepted("AddNote", services.RetryIfRefused, "POST "+at+"/notes"+as, `{"note":"n","user":"ada","source":"cli"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddNote(ctx, alert.AddNoteRequest{Ref: byAlias(), Note: "n", User: "ada", Source: "cli"})
		}),
	}
}

// unnoted are the rows of actions that are safe to retry because they have no note.
func unnoted() []row {
	x := alert.ByID("x")
	return []row{
		accepted("Acknowledge/without a note", services.SafeToRetry, "POST /v2/alerts/x/acknowledge?identifierType=id", `{}`, func(ctx context.Context, s service) (pending, error) {
			return s.Acknowledge(ctx, alert.ActionRequest{Ref: x})
		}),
		accepted("Unacknowledge/without a note", services.SafeToRetry, "POST /v2/alerts/x/unacknowledge?identifierType=id", `{}`, func(ctx context.Context, s service) (pending, error) {
			return s.Unacknowledge(ctx, alert.ActionRequest{Ref: x})
		}),
		accepted("Snooze/without a note", services.SafeToRetry, "POST /v2/alerts/x/snooze?identifierType=id", `{"endTime":"2026-05-26T12:00:00Z"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Snooze(ctx, alert.SnoozeRequest{Ref: x, EndTime: time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)})
		}),
		accepted("Assign/without a note", services.SafeToRetry, "POST /v2/alerts/x/assign?identifierType=id", `{"owner":{"type":"user","id":"u"}}`, func(ctx context.Context, s service) (pending, error) {
			return s.Assign(ctx, alert.AssignRequest{Ref: x, Owner: shape.UserByID("u")})
		}),
		accepted("AddResponder/without a note", services.SafeToRetry, "POST /v2/alerts/x/responders?identifierType=id", `{"responder":{"type":"team","id":"t"}}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddResponder(ctx, alert.AddResponderRequest{Ref: x, Responder: shape.TeamByID("t")})
		}),
		accepted("AddTeam/without a note", services.SafeToRetry, "POST /v2/alerts/x/teams?identifierType=id", `{"team":{"type":"team","id":"t"}}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddTeam(ctx, alert.AddTeamRequest{Ref: x, Team: shape.TeamByID("t")})
		}),
		accepted("AddTags/without a note", services.SafeToRetry, "POST /v2/alerts/x/tags?identifierType=id", `{"tags":["a"]}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddTags(ctx, alert.AddTagsRequest{Ref: x, Tags: []string{"a"}})
		}),
		accepted("RemoveTags/without a note", services.SafeToRetry, "DELETE /v2/alerts/x/tags?identifierType=id&tags=a", ``, func(ctx context.Context, s service) (pending, error) {
			return s.RemoveTags(ctx, alert.RemoveTagsRequest{Ref: x, Tags: []string{"a"}})
		}),
		accepted("AddDetails/without a note", services.SafeToRetry, "POST /v2/alerts/x/details?identifierType=id", `{"details":{"a":"b"}}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddDetails(ctx, alert.AddDetailsRequest{Ref: x, Details: map[string]string{"a": "b"}})
		}),
		accepted("RemoveDetails/without a note", services.SafeToRetry, "DELETE /v2/alerts/x/details?identifierType=id&keys=a", ``, func(ctx context.Context, s service) (pending, error) {
			return s.RemoveDetails(ctx, alert.RemoveDetailsRequest{Ref: x, Keys: []string{"a"}})
		}),
	}
}

const shadowed = "leads to another resource of the API: refer to the alert by its id"

// refusals are the rows of requests that are not sent.
func refusals() []row {
	return []row{
		refused("Create/no message", "message is required", func(ctx context.Context, s service) (any, error) { return s.Create(ctx, alert.CreateRequest{}) }),
		refused("Create/nobody responds", "responders[0] has neither id nor name", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, alert.CreateRequest{Message: "m", Responders: []shape.Responder{{}}})
		}),
		refused("Create/visible to a team without a name", "visibleTo[0] has neither id nor name", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, alert.CreateRequest{Message: "m", VisibleTo: []shape.Responder{shape.TeamByName("")}})
		}),
		refused("Create/visible to a schedule", "visibleTo[1] must be a team or a user", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, alert.CreateRequest{Message: "m", VisibleTo: []shape.Responder{shape.TeamByID("t"), shape.ScheduleByID("s")}})
		}),
		refused("Close/no alert", "identifier is required", func(ctx context.Context, s service) (any, error) { return s.Close(ctx, alert.ActionRequest{}) }),
		refused("Snooze/no end", "endTime is required", func(ctx context.Context, s service) (any, error) {
			return s.Snooze(ctx, alert.SnoozeRequest{Ref: byAlias()})
		}),
		refused("ExecuteAction/no action", "actionName is required", func(ctx context.Context, s service) (any, error) {
			return s.ExecuteAction(ctx, alert.ExecuteActionRequest{Ref: byAlias()})
		}),
		refused("Assign/no owner", "owner is required", func(ctx context.Context, s service) (any, error) {
			return s.Assign(ctx, alert.AssignRequest{Ref: byAlias()})
		}),
		refused("Assign/to a team", "owner must be of kind user", func(ctx context.Context, s service) (any, error) {
			return s.Assign(ctx, alert.AssignRequest{Ref: byAlias(), Owner: shape.TeamByID("t")})
		}),
		refused("Escalate/to a user", "escalation must be of kind escalation", func(ctx context.Context, s service) (any, error) {
			return s.Escalate(ctx, alert.EscalateRequest{Ref: byAlias(), Escalation: shape.UserByID("u")})
		}),
		refused("AddResponder/nobody", "responder is required", func(ctx context.Context, s service) (any, error) {
			return s.AddResponder(ctx, alert.AddResponderRequest{Ref: byAlias()})
		}),
		refused("AddTeam/a user", "team must be of kind team", func(ctx context.Context, s service) (any, error) {
			return s.AddTeam(ctx, alert.AddTeamRequest{Ref: byAlias(), Team: shape.UserByID("u")})
		}),
		refused("AddTags/none", "tags is required", func(ctx context.Context, s service) (any, error) {
			return s.AddTags(ctx, alert.AddTagsRequest{Ref: byAlias()})
		}),
		refused("RemoveTags/with a comma", "tags has an element with a comma, which separates elements on the wire", func(ctx context.Context, s service) (any, error) {
			return s.RemoveTags(ctx, alert.RemoveTagsRequest{Ref: byAlias(), Tags: []string{"a,b"}})
		}),
		refused("RemoveDetails/none", "keys is required", func(ctx context.Context, s service) (any, error) {
			return s.RemoveDetails(ctx, alert.RemoveDetailsRequest{Ref: byAlias()})
		}),
		refused("AddDetails/none", "details is required", func(ctx context.Context, s service) (any, error) {
			return s.AddDetails(ctx, alert.AddDetailsRequest{Ref: byAlias()})
		}),
		refused("UpdateMessage/empty", "message is required", func(ctx context.Context, s service) (any, error) {
			return s.UpdateMessage(ctx, alert.UpdateMessageRequest{Ref: byAlias()})
		}),
		refused("UpdatePriority/empty", "priority is required", func(ctx context.Context, s service) (any, error) {
			return s.UpdatePriority(ctx, alert.UpdatePriorityRequest{Ref: byAlias()})
		}),
		refused("AddNote/empty", "note is required", func(ctx context.Context, s service) (any, error) {
			return s.AddNote(ctx, alert.AddNoteRequest{Ref: byAlias()})
		}),
		refused("GetRequestStatus/no id", "requestId is required", func(ctx context.Context, s service) (any, error) {
			return s.GetRequestStatus(ctx, "")
		}),
		refused("List/negative limit", "limit must be at least 0", func(ctx context.Context, s service) (any, error) { return s.List(ctx, alert.ListRequest{Limit: -1}) }),
		refused("Get/the counter", "identifier "+shadowed, func(ctx context.Context, s service) (any, error) {
			return s.Get(ctx, alert.ByAlias("count"))
		}),
		refused("Get/no alert", "identifier is required", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, alert.Ref{}) }),
		refused("ListLogs/of a saved search", "identifier "+shadowed, func(ctx context.Context, s service) (any, error) {
			return s.ListLogs(ctx, alert.EntriesRequest{Ref: alert.ByAlias("saved-searches")})
		}),
		refused("ListAttachments/of a saved search", "identifier "+shadowed, func(ctx context.Context, s service) (any, error) {
			return s.ListAttachments(ctx, alert.ByAlias("saved-searches"))
		}),
		refused("RemoveTags/of a saved search", "identifier "+shadowed, func(ctx context.Context, s service) (any, error) {
			return s.RemoveTags(ctx, alert.RemoveTagsRequest{Ref: alert.ByAlias("saved-searches"), Tags: []string{"a"}})
		}),
		refused("RemoveDetails/of a saved search", "identifier "+shadowed, func(ctx context.Context, s service) (any, error) {
			return s.RemoveDetails(ctx, alert.RemoveDetailsRequest{Ref: alert.ByAlias("saved-searches"), Keys: []string{"a"}})
		}),
		refused("List/by a saved search without a name", "searchIdentifier is required", func(ctx context.Context, s service) (any, error) {
			return s.List(ctx, alert.ListRequest{SearchRef: alert.SearchByName("")})
		}),
		refused("Count/by a saved search without an id", "searchIdentifier is required", func(ctx context.Context, s service) (any, error) {
			return s.Count(ctx, alert.CountRequest{SearchRef: alert.SearchByID("")})
		}),
		refused("GetAttachment/no id", "attachmentId is required", func(ctx context.Context, s service) (any, error) {
			return s.GetAttachment(ctx, byAlias(), "")
		}),
		refused("AddAttachment/no file", "file is required", func(ctx context.Context, s service) (any, error) {
			return s.AddAttachment(ctx, alert.AddAttachmentRequest{Ref: byAlias()})
		}),
		refused("AddAttachment/no content", "file has neither Content nor Open", func(ctx context.Context, s service) (any, error) {
			return s.AddAttachment(ctx, alert.AddAttachmentRequest{Ref: byAlias(), File: services.File{Name: "a"}})
		}),
		refused("AddAttachment/of another size", "file has 3 bytes, but its size is given as 4", func(ctx context.Context, s service) (any, error) {
			return s.AddAttachment(ctx, alert.AddAttachmentRequest{Ref: byAlias(), File: services.File{Name: "a", Content: strings.NewReader("abc"), Size: 4}})
		}),
	}
}
