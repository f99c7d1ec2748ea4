package archive

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/contact"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/integration"
	"github.com/tripware/tripware/services/opsgenie/policy"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/user"
)

// A Demo is the account of a company with about thirty people, for demonstrations.
type Demo struct {
	Client *opsgenie.Client
	Teams  []string // the names of its teams, of which the first ten are on call
	People []string // the given names of its users
}

// NewDemo returns a demonstration account that client will create.
func NewDemo(client *opsgenie.Client) *Demo {
	return &Demo{
		Client: client,
		Teams: strings.Fields("Storage Network Payments Search Identity Checkout Mobile Platform Data Billing " +
			"Support Security"),
		People: strings.Fields("ada alan barbara claude dennis donald edsger frances grace hedy ivan jean john joan " +
			"ken kathleen leslie lynn margaret marvin niklaus peter radia richard robin shafi stephen tim tony vint"),
	}
}

// Fill creates the whole demonstration account.
func Fill(ctx context.Context, d *Demo) error {
	for _, part := range []func(context.Context) error{
		d.makePeople, d.makeTeams, d.makeSchedules, d.makeRoutingRules, d.makePolicies, d.makeIntegrations,
	} {
		if err := part(ctx); err != nil {
			return fmt.Errorf("archive: fill demonstration account: %w", err)
		}
	}
	return nil
}

func (d *Demo) person(n int) string { return d.People[n%len(d.People)] + "@example.com" }

// onCall are the teams that have a schedule and an escalation.
func (d *Demo) onCall() []string { return d.Teams[:min(10, len(d.Teams))] }

// FillPeople creates only its users and escalations.
func FillPeople(ctx context.Context, d *Demo) error { return d.makePeople(ctx) }

// makePeople makes the users, and the escalations to them, which need no team.
func (d *Demo) makePeople(ctx context.Context) error {
	for i, name := range d.People {
		role := user.Role{Name: "user"}
		if i == 0 {
			role.Name = "admin"
		}
		_, err := d.Client.Users.Create(ctx, user.CreateRequest{
			Username: d.person(i), FullName: strings.ToUpper(name[:1]) + name[1:], Role: role, TimeZone: "Europe/London",
		})
		if err != nil {
			return err
		}
		if i%3 > 0 {
			continue
		}
		number := fmt.Sprintf("44-20794600%02d", i)
		if _, err := d.Client.Contacts.Create(ctx, contact.CreateRequest{User: d.person(i), Method: shape.SMS, To: number}); err != nil {
			return err
		}
	}
	return d.makeEscalations(ctx)
}

func (d *Demo) makeEscalations(ctx context.Context) error {
	for i, name := range d.onCall() {
		rule := func(after time.Duration, who int) escalation.Rule {
			return escalation.Rule{
				Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault,
				Delay: shape.For(after), Recipient: shape.To(shape.UserByName(d.person(who))),
			}
		}
		_, err := d.Client.Escalations.Create(ctx, escalation.CreateRequest{
			Name: name + " escalation", Rules: []escalation.Rule{rule(0, 3*i), rule(10*time.Minute, 3*i+1)},
			Repeat: escalation.Repeat{WaitInterval: 30, Count: services.Set(2)},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// makeTeams makes the teams, with three members each and a role for the first.
func (d *Demo) makeTeams(ctx context.Context) error {
	for i, name := range d.Teams {
		_, err := d.Client.Teams.Create(ctx, team.CreateRequest{Name: name, Description: "Who runs " + strings.ToLower(name)})
		if err != nil {
			return err
		}
		_, err = d.Client.TeamRoles.Create(ctx, team.CreateRoleRequest{
			Ref: team.ByName(name), Name: "lead", Rights: []team.Right{{Right: "manage-members", Granted: true}},
		})
		if err != nil {
			return err
		}
		for j, role := range []string{"lead", team.MemberAdmin, team.MemberUser} {
			_, err = d.Client.TeamMembers.Add(ctx, team.AddMemberRequest{
				Ref: team.ByName(name), User: shape.User{Username: d.person(3*i + j)}, Role: role,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// makeSchedules makes a schedule for each team that is on call.
func (d *Demo) makeSchedules(ctx context.Context) error {
	start := time.Date(2026, time.January, 5, 8, 0, 0, 0, time.UTC)
	for i, name := range d.onCall() {
		who := func(n int) shape.Recipient { return shape.To(shape.UserByName(d.person(3*i + n))) }
		_, err := d.Client.Schedules.Create(ctx, schedule.CreateRequest{
			Name: name + " on call", Timezone: "Europe/London", Enabled: services.Set(true), OwnerTeam: shape.OwnerTeam{Name: name},
			Rotations: []schedule.NewRotation{
				{
					Name: "days", StartDate: start, Type: schedule.Weekly, Length: 1,
					Participants:    []shape.Recipient{who(0), who(1), who(2)},
					TimeRestriction: shape.Daily(shape.DayHours{StartHour: 8, EndHour: 20}),
				},
				{
					Name: "nights", StartDate: start, Type: schedule.Daily, Length: 1,
					Participants: []shape.Recipient{who(2), shape.ToNone(), shape.To(shape.EscalationByName(name + " escalation"))},
				},
			},
		})
		if err != nil {
			return err
		}
	}
	_, err := d.Client.ScheduleOverrides.Create(ctx, schedule.CreateOverrideRequest{
		Ref: schedule.ByName(d.Teams[0] + " on call"), Alias: "swap", User: shape.To(shape.UserByName(d.person(1))),
		StartDate: start, EndDate: start.Add(12 * time.Hour),
	})
	return err
}

// makeRoutingRules sends what is urgent to the escalation of a team, and all else
// to who is on call.
func (d *Demo) makeRoutingRules(ctx context.Context) error {
	for _, name := range d.onCall() {
		ref := team.ByName(name)
		urgent := shape.MatchAllConditions(shape.Condition{Field: shape.FieldPriority, Operation: shape.Equals, ExpectedValue: "P1"})
		_, err := d.Client.TeamRoutingRules.Create(ctx, team.CreateRoutingRuleRequest{
			Ref: ref, Name: "urgent", Order: services.Set(0), Criteria: urgent,
			Notify: shape.To(shape.EscalationByName(name + " escalation")),
		})
		if err != nil {
			return err
		}
		rules, err := Value(d.Client.TeamRoutingRules.List(ctx, ref))
		if err != nil {
			return err
		}
		for _, rule := range rules {
			if !rule.IsDefault {
				continue
			}
			onCall := shape.To(shape.ScheduleByName(name + " on call"))
			in := team.UpdateRoutingRuleRequest{Ref: ref, ID: rule.ID, Notify: services.Set(onCall)}
			if _, err := d.Client.TeamRoutingRules.Update(ctx, in); err != nil {
				return err
			}
		}
	}
	return nil
}

// makePolicies makes an alert policy of the account, and for some teams an alert
// policy and a notification policy each.
func (d *Demo) makePolicies(ctx context.Context) error {
	tagging := func(teamID, name string) policy.Policy {
		return policy.Policy{
			Name: name, TeamID: teamID, Enabled: services.Set(true), Filter: services.Set(shape.MatchAll()),
			Action: policy.Alert{Message: "{{message}}", Tags: services.Set([]string{"policy"}), Continue: services.Set(true)},
		}
	}
	teams, err := Value(d.Client.Teams.List(ctx))
	policies := []policy.Policy{tagging("", "Tag everything")}
	if err != nil {
		return err
	}
	for _, t := range teams[:min(3, len(teams))] {
		closing := policy.Policy{
			Name: "Close in the end", TeamID: t.ID, Enabled: services.Set(true), Filter: services.Set(shape.MatchAll()),
			Action: policy.Notification{AutoClose: services.Set(policy.AutoClose{Duration: shape.For(72 * time.Hour)})},
		}
		policies = append(policies, tagging(t.ID, "Tag what is "+t.Name+"'s"), closing)
	}
	for _, p := range policies {
		if _, err := d.Client.Policies.Create(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// makeIntegrations makes a few integrations, with an action each.
func (d *Demo) makeIntegrations(ctx context.Context) error {
	for _, name := range d.Teams[:min(4, len(d.Teams))] {
		in, err := integration.API(name+" API", integration.Incoming{
			AllowReadAccess: services.Set(true), Tags: services.Set([]string{"api"}),
		})
		if err != nil {
			return err
		}
		made, err := Value(d.Client.Integrations.Create(ctx, in))
		if err != nil {
			return err
		}
		all := integration.Filter{Match: shape.FilterMatchAll}
		create := integration.CreateAlert("Create an alert", all, "{{message}}", "{{alias}}")
		_, err = d.Client.IntegrationActions.Create(ctx, made.ID, create)
		if err != nil {
			return err
		}
	}
	return nil
}
