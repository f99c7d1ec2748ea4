package contract_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/customrole"
	"github.com/tripware/tripware/services/jsm/escalation"
	"github.com/tripware/tripware/services/jsm/events"
	"github.com/tripware/tripware/services/jsm/integration"
	"github.com/tripware/tripware/services/jsm/maintenance"
	"github.com/tripware/tripware/services/jsm/notification"
	"github.com/tripware/tripware/services/jsm/policy"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/team"
)

const account = "712020:4513b7ea-3b91-438f-b7e4-e3e54af9147c"

// jsmChosen returns the values for the requests of the operations of JSM Operations.
func jsmChosen(t *testing.T, all []operation) choices {
	t.Helper()
	c := choices{
		fields: jsmFieldChoices(),
		kinds:  map[reflect.Type][]reflect.Type{reflect.TypeFor[policy.Action](): {reflect.TypeFor[policy.Alert](), reflect.TypeFor[policy.Notification]()}},
		texts:  []naming{{"usernames", "ada@example.com"}, {"accountid", account}, {"userid", account}, {"users", account}},
	}
	c.gather(t, "jsm", all, jsmLeast(), jsmValues())
	for round := range 12 { // the policies of each round, since only those of teams notify
		for kind, action := range c.kinds[reflect.TypeFor[policy.Action]()] {
			b := builder{choices: c, full: true, round: round}
			b.choices.kinds = map[reflect.Type][]reflect.Type{reflect.TypeFor[policy.Action](): {action}}
			filled, err := b.request(reflect.TypeFor[policy.Policy]())
			require.NoError(t, err)
			p, _ := reflect.TypeAssert[policy.Policy](filled)
			c.addPolicy(p, kind == 0)
		}
	}
	return c
}

// addPolicy adds a policy of a team, and one of no team if there is such a kind.
func (c choices) addPolicy(p policy.Policy, global bool) {
	for _, operation := range []string{"Create.id", "Update.id"} {
		p.TeamID = id
		c.fields["TeamPolicies."+operation] = append(c.fields["TeamPolicies."+operation], p)
		if global {
			p.TeamID = ""
			c.fields["AlertPolicies."+operation] = append(c.fields["AlertPolicies."+operation], p)
		}
	}
}

// jsmLeast are what a request needs of types whose tags do not tell.
func jsmLeast() []any {
	on := services.Set(true)
	return []any{
		escalation.Rule{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault, Delay: 5, Recipient: shape.UserByID(account)},
		integration.Filter{Match: shape.FilterMatchAll},
		notification.UpdateRequest{ID: id, Name: "Rule", ActionType: notification.CreateAlert, Enabled: on},
		notification.UpdateStepRequest{RuleID: id, ID: id, Contact: notification.Contact{Method: shape.Email, To: "ada@example.com"}, Enabled: on},
	}
}

// jsmValues are those of types that no rule can fill.
func jsmValues() []any {
	conditions := []shape.Condition{
		{Field: shape.FieldMessage, Operation: shape.Contains, ExpectedValue: "disk"},
		{Field: shape.FieldExtraProperties, Key: "host", Not: true, Operation: shape.Equals, ExpectedValue: "db-1", Order: services.Set(1)},
	}
	return []any{
		start, file(), 1.5, json.RawMessage(`"kept"`), alert.AttachmentID("7"), integration.Fields{"suppressNotifications": json.RawMessage("false")},
		alert.ByID(id), schedule.ByID(id), team.ByID(id), team.RoleByID(id), customrole.ByID(id), customrole.ByName("Auditor"),
		events.ByID(id), events.ByTinyID("1791"), events.ByAlias("disk-07"),
		shape.TeamByID(id), shape.UserByID(account), shape.EscalationByID(id), shape.ScheduleByID(id),
		events.TeamByName("Storage"), events.UserByName("ada@example.com"), events.EscalationByName("Storage"), events.ScheduleByName("Nights"),
		events.TeamByID(id), events.UserByID(id), events.EscalationByID(id), events.ScheduleByID(id),
		shape.Daily(shape.DayHours{StartHour: 9, EndHour: 17, EndMin: 30}),
		shape.Weekly(shape.WeekHours{StartDay: shape.Friday, StartHour: 18, EndDay: shape.Monday, EndHour: 8}),
		shape.MatchAll(), shape.MatchAnyCondition(conditions...), shape.MatchAllConditions(conditions[0]),
		maintenance.Rule{State: maintenance.Disabled, Entity: maintenance.Entity{ID: id, Type: maintenance.Integration}},
		maintenance.Rule{State: maintenance.Enabled, Entity: maintenance.Entity{ID: id, Type: maintenance.Policy}},
		maintenance.Rule{State: maintenance.Disabled, Entity: maintenance.Entity{ID: id, Type: maintenance.Sync}},
		team.ToEscalation(id), team.ToSchedule(id), team.ToNone(),
		policy.Within("Europe/Berlin", policy.Hours{StartHour: 9, EndHour: 17, EndMinute: 30}),
	}
}

// jsmFieldChoices are the fields that not every value of their type fits. The first value is
// also that of the variant with what is required.
func jsmFieldChoices() map[string][]any {
	turns := []any{shape.UserByID(account), shape.TeamByID(id), shape.EscalationByID(id), shape.Nobody()}
	turnLists := []any{services.Set([]shape.Responder{shape.UserByID(account), shape.TeamByID(id), shape.EscalationByID(id), shape.Nobody()})}
	recipients := []any{shape.UserByID(account), shape.TeamByID(id), shape.ScheduleByID(id)}
	least := policy.Policy{ID: id, Name: "Storage", Enabled: services.Set(true), Action: policy.Alert{Message: "{{message}}"}}
	ofTeam := least
	ofTeam.TeamID = id
	return map[string][]any{
		"auditlog.ListRequest.Limit":                  {1000},
		"schedule.GetTimelineRequest.Expand":          {schedule.ExpandBase, schedule.ExpandForwarding, schedule.ExpandOverride},
		"schedule.ListRequest.Expand":                 {schedule.ExpandRotation},
		"contact.CreateRequest.Method":                {shape.Email, shape.SMS, shape.Voice},
		"contact.CreateRequest.To":                    {"ada@example.com", "49-1701234567", "49-301234567"},
		"team.Right.Right":                            {"edit-schedules", "delete-heartbeats"},
		"OnCall.ExportUserICS.id":                     {account},
		"AlertPolicies.Create.id":                     {least},
		"AlertPolicies.Update.id":                     {least},
		"TeamPolicies.Create.id":                      {ofTeam},
		"TeamPolicies.Update.id":                      {ofTeam},
		"alert.CreateRequest.VisibleTo":               {shape.TeamByID(id), shape.UserByID(account)},
		"events.CreateRequest.VisibleTo":              {events.TeamByID(id), events.TeamByName("Storage"), events.UserByName("ada@example.com")},
		"escalation.Rule.Recipient":                   recipients,
		"escalation.Repeat.WaitInterval":              {10},
		"schedule.NewRotation.Participants":           turns,
		"schedule.UpdateRotationRequest.Participants": turnLists,
		"schedule.CreateOverrideRequest.Responder":    {shape.UserByID(account), shape.Nobody()},
		"schedule.UpdateOverrideRequest.Responder":    {shape.UserByID(account), shape.Nobody()},
		"schedule.CreateOverrideRequest.EndDate":      {end},
		"schedule.UpdateOverrideRequest.EndDate":      {end},
		"schedule.NewRotation.EndDate":                {end},
		"schedule.UpdateRotationRequest.EndDate":      {services.Set(end)},
		"forwardingrule.CreateRequest.EndDate":        {end},
		"forwardingrule.UpdateRequest.EndDate":        {end},
		"maintenance.CreateRequest.End":               {end},
		"maintenance.UpdateRequest.End":               {services.Set(end)},
		"auditlog.ListRequest.EndTime":                {end},
	}
}
