package opsgenie_test

import (
	"context"
	"fmt"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/forwardingrule"
	"github.com/tripware/tripware/services/opsgenie/notification"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/user"
	"github.com/tripware/tripware/services/opsgenie/userrole"
)

func reachBySMS(ctx context.Context, client *opsgenie.Client) error {
	contacts, err := client.Contacts.List(ctx, "ada@example.com")
	if err != nil {
		return err
	}
	for _, c := range contacts.Value {
		if c.Method == shape.SMS && !c.Status.Enabled {
			if _, err := client.Contacts.Enable(ctx, "ada@example.com", c.ID); err != nil {
				return err
			}
			fmt.Println(c.To, "was off:", c.Status.DisabledReason)
		}
	}
	return nil
}

func Example_contacts() {
	run(reachBySMS,
		`200 {"data": [{"id": "c-1", "method": "sms", "to": "1-5551234567", "status": {"enabled": false, "disabledReason": "by its owner"}}]}`,
		`200 {"data": {"id": "c-1"}}`)
	// Output:
	// GET /v2/users/ada@example.com/contacts
	// POST /v2/users/ada@example.com/contacts/c-1/enable
	// 1-5551234567 was off: by its owner
}

func allowLogs(ctx context.Context, client *opsgenie.Client) error {
	created, err := client.UserRoles.Create(ctx, userrole.CreateRequest{
		Name: "Auditor", Extends: userrole.BaseObserver, GrantedRights: []string{"logs-page-access"},
	})
	if err != nil {
		return err
	}
	_, err = client.UserRoles.Update(ctx, userrole.UpdateRequest{
		Ref: userrole.ByID(created.Value.ID), GrantedRights: services.Set([]string{}), // an empty list is sent
	})
	return err
}

func Example_userRoles() {
	run(allowLogs,
		`201 {"data": {"id": "r-1", "name": "Auditor"}}`,
		`200 {"data": {"id": "r-1", "name": "Auditor"}}`)
	// Output:
	// POST /v2/roles
	//   {"name":"Auditor","extendedRole":"observer","grantedRights":["logs-page-access"]}
	// PUT /v2/roles/r-1?identifierType=id
	//   {"grantedRights":[]}
}

func holiday(ctx context.Context, client *opsgenie.Client) error {
	from := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	_, err := client.ForwardingRules.Create(ctx, forwardingrule.CreateRequest{
		FromUser:  shape.User{Username: "ada@example.com"},
		ToUser:    shape.User{Username: "grace@example.com"},
		StartDate: from,
		EndDate:   from.AddDate(0, 0, 14),
		Alias:     "ada-summer",
	})
	if err != nil {
		return err
	}
	rule, err := client.ForwardingRules.Get(ctx, forwardingrule.ByAlias("ada-summer"))
	if err != nil {
		return err
	}
	fmt.Println(rule.Value.ToUser.Username, "until", rule.Value.EndDate.Format(time.DateOnly))
	return nil
}

func Example_forwardingRules() {
	run(holiday,
		`201 {"data": {"id": "f-1", "alias": "ada-summer"}}`,
		`200 {"data": {"id": "f-1", "fromUser": {"username": "ada@example.com"}, "toUser": {"username": "grace@example.com"}, "endDate": "2026-07-15T00:00:00Z"}}`)
	// Output:
	// POST /v2/forwarding-rules
	//   {"fromUser":{"username":"ada@example.com"},"toUser":{"username":"grace@example.com"},"startDate":"2026-07-01T00:00:00Z","endDate":"2026-07-15T00:00:00Z","alias":"ada-summer"}
	// GET /v2/forwarding-rules/ada-summer?identifierType=alias
	// grace@example.com until 2026-07-15
}

func ringAfterFiveMinutes(ctx context.Context, client *opsgenie.Client) error {
	rule, err := client.NotificationRules.Create(ctx, notification.CreateRequest{
		User: "ada@example.com", Name: "At night", ActionType: notification.CreateAlert,
		Criteria:        shape.MatchAll(),
		TimeRestriction: shape.Daily(shape.DayHours{StartHour: 22, EndHour: 6}),
		Order:           services.Set(0), // the first
	})
	if err != nil {
		return err
	}
	_, err = client.NotificationRuleSteps.Create(ctx, notification.CreateStepRequest{
		User: "ada@example.com", RuleID: rule.Value.ID,
		Contact:   notification.Contact{Method: shape.Voice, To: "1-5551234567"},
		SendAfter: shape.For(5 * time.Minute),
	})
	return err
}

func Example_notificationRules() {
	run(ringAfterFiveMinutes,
		`201 {"data": {"id": "n-1", "name": "At night", "actionType": "create-alert", "order": 0, "enabled": true}}`,
		`201 {"data": {"id": "s-1"}}`)
	// Output:
	// POST /v2/users/ada@example.com/notification-rules
	//   {"name":"At night","actionType":"create-alert","criteria":{"type":"match-all"},"timeRestriction":{"type":"time-of-day","restriction":{"startHour":22,"startMin":0,"endHour":6,"endMin":0}},"order":0,"enabled":true}
	// POST /v2/users/ada@example.com/notification-rules/n-1/steps
	//   {"contact":{"method":"voice","to":"1-5551234567"},"sendAfter":{"timeAmount":5,"timeUnit":"minutes"},"enabled":true}
}

func staff(ctx context.Context, client *opsgenie.Client) error {
	storage := team.ByName("Storage")
	_, err := client.TeamRoles.Create(ctx, team.CreateRoleRequest{
		Ref: storage, Name: "Lead", Rights: []team.Right{{Right: "manage-members", Granted: true}},
	})
	if err != nil {
		return err
	}
	_, err = client.TeamMembers.Add(ctx, team.AddMemberRequest{
		Ref: storage, User: shape.User{Username: "ada@example.com"}, Role: "Lead",
	})
	if err != nil {
		return err
	}
	_, err = client.TeamRoutingRules.Create(ctx, team.CreateRoutingRuleRequest{
		Ref: storage, Name: "Urgent", Order: services.Set(0), Timezone: "Europe/Berlin",
		Criteria: shape.MatchAllConditions(shape.Condition{
			Field: shape.FieldPriority, Operation: shape.Equals, ExpectedValue: string(shape.P1),
		}),
		Notify: shape.To(shape.EscalationByName("Storage escalation")), // or shape.ToNone()
	})
	return err
}

func Example_teams() {
	run(staff,
		`201 {"data": {"id": "r-1", "name": "Lead"}}`,
		`201 {"data": {"id": "t-1", "name": "Storage"}}`,
		`201 {"data": {"id": "rule-1", "name": "Urgent"}}`)
	// Output:
	// POST /v2/teams/Storage/roles?teamIdentifierType=name
	//   {"name":"Lead","rights":[{"right":"manage-members","granted":true}]}
	// POST /v2/teams/Storage/members?teamIdentifierType=name
	//   {"user":{"username":"ada@example.com"},"role":"Lead"}
	// POST /v2/teams/Storage/routing-rules?teamIdentifierType=name
	//   {"name":"Urgent","order":0,"criteria":{"type":"match-all-conditions","conditions":[{"field":"priority","operation":"equals","expectedValue":"P1"}]},"notify":{"type":"escalation","name":"Storage escalation"},"timezone":"Europe/Berlin"}
}

func invite(ctx context.Context, client *opsgenie.Client) error {
	created, err := client.Users.Create(ctx, user.CreateRequest{
		Username: "grace@example.com", FullName: "Grace H.", Role: user.Role{Name: "User"}, InvitationDisabled: services.Set(true),
	})
	if err != nil {
		return err
	}
	_, err = client.Users.Update(ctx, user.UpdateRequest{Ref: user.ByID(created.Value.ID), Tags: services.Set([]string{"night"})})
	if err != nil {
		return err
	}
	for u, err := range client.Users.All(ctx, user.ListRequest{Query: "verified: false", Sort: user.SortFullName}) {
		if err != nil {
			return err
		}
		fmt.Println(u.FullName, u.Role.Name)
	}
	return nil
}

func Example_users() {
	run(invite,
		`201 {"data": {"id": "u-2", "name": "Grace H."}}`,
		`200 {"data": {"id": "u-2", "name": "Grace H."}}`,
		`200 {"totalCount": 1, "data": [{"id": "u-2", "username": "grace@example.com", "fullName": "Grace H.", "role": {"name": "User"}}]}`)
	// Output:
	// POST /v2/users
	//   {"username":"grace@example.com","fullName":"Grace H.","role":{"name":"User"},"invitationDisabled":true}
	// PATCH /v2/users/u-2
	//   {"tags":["night"]}
	// GET /v2/users?query=verified%3A+false&sort=fullName
	// Grace H. User
}
