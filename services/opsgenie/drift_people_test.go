package opsgenie_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/user"
)

// furnish makes what the resources of a plan refer to.
func furnish(tb testing.TB, c *opsgenie.Client) {
	tb.Helper()
	ctx := tb.Context()
	for _, name := range []string{"Storage", "Web"} {
		_, err := c.Teams.Create(ctx, team.CreateRequest{Name: name})
		require.NoError(tb, err)
	}
	for _, name := range []string{"ada@example.com", "bob@example.com"} {
		_, err := c.Users.Create(ctx, user.CreateRequest{Username: name, FullName: name, Role: user.Role{Name: "User"}})
		require.NoError(tb, err)
	}
	_, err := c.Schedules.Create(ctx, schedule.CreateRequest{Name: "Nights"})
	require.NoError(tb, err)
}

func kinds() map[string]func(*opsgenie.Client) kind {
	return map[string]func(*opsgenie.Client) kind{
		"team": teams, "user": users, "schedule": schedules, "rotation": rotations, "override": overrides, "escalation": escalations,
		"routing rule": routingRules, "notification rule": notificationRules, "heartbeat": heartbeats, "service": businessServices,
		"policy": policies, "integration": integrations, "maintenance": maintenances,
	}
}

// made returns the id of what was created.
func made[T any](id func(T) string) func(*services.Result[T], error) (string, error) {
	return func(got *services.Result[T], err error) (string, error) {
		if err != nil {
			return "", err
		}
		return id(got.Value), nil
	}
}

// done drops the response to an update.
func done[T any](_ *services.Result[T], err error) error { return err }

func who(name string) shape.Recipient { return shape.To(shape.UserByName(name + "@example.com")) }

func hour(n int) time.Time { return time.Date(2026, 6, 1, n, 0, 0, 0, time.UTC) }

func turns(kind schedule.RotationType, names ...string) []schedule.NewRotation {
	return []schedule.NewRotation{{Name: "Primary", Type: kind, StartDate: hour(8), Length: 1, Participants: []shape.Recipient{who(names[0])}}}
}

var (
	days  = shape.Daily(shape.DayHours{StartHour: 8, EndHour: 18})
	weeks = shape.Weekly(shape.WeekHours{StartDay: shape.Monday, StartHour: 8, EndDay: shape.Friday, EndHour: 18, EndMin: 30})
	p1    = shape.MatchAllConditions(shape.Condition{Field: shape.FieldPriority, Operation: shape.Equals, ExpectedValue: "P1"})
	tags  = shape.MatchAnyCondition(shape.Condition{Field: shape.FieldTags, Operation: shape.Contains, ExpectedValue: "db", Not: true})
)

func teams(c *opsgenie.Client) kind {
	return typed[team.Team, team.UpdateRequest]{
		create: func(ctx context.Context) (string, error) {
			return made(func(s team.Summary) string { return s.ID })(c.Teams.Create(ctx, team.CreateRequest{Name: "New"}))
		},
		read: func(ctx context.Context, id string) (*services.Result[team.Team], error) {
			return c.Teams.Get(ctx, team.ByID(id))
		},
		base:   func(id string, _ team.Team) team.UpdateRequest { return team.UpdateRequest{ID: id} },
		back:   func(_ string, read team.Team) team.UpdateRequest { return read.Request() },
		update: func(ctx context.Context, in team.UpdateRequest) error { return done(c.Teams.Update(ctx, in)) },
		stages: []func(*team.UpdateRequest){
			func(in *team.UpdateRequest) {
				in.Name, in.Description = services.Set("Newer"), services.Set("d")
				in.Members = services.Set([]team.Member{{User: shape.User{Username: "ada@example.com"}, Role: team.MemberAdmin}})
			},
			func(in *team.UpdateRequest) {
				in.Name, in.Description = services.Set("Newest"), services.Set("other")
				in.Members = services.Set([]team.Member{{User: shape.User{Username: "bob@example.com"}, Role: team.MemberUser}})
			},
			func(in *team.UpdateRequest) {
				in.Description, in.Members = services.Set(""), services.Set([]team.Member{})
			},
		},
	}.kind()
}

func users(c *opsgenie.Client) kind {
	return typed[user.User, user.UpdateRequest]{
		create: func(ctx context.Context) (string, error) {
			in := user.CreateRequest{Username: "new@example.com", FullName: "New", Role: user.Role{Name: "User"}}
			return made(func(s user.Summary) string { return s.ID })(c.Users.Create(ctx, in))
		},
		read: func(ctx context.Context, id string) (*services.Result[user.User], error) {
			return c.Users.Get(ctx, user.GetRequest{Ref: user.ByID(id)})
		},
		base:   func(id string, _ user.User) user.UpdateRequest { return user.UpdateRequest{Ref: user.ByID(id)} },
		back:   func(_ string, read user.User) user.UpdateRequest { return read.Request() },
		update: func(ctx context.Context, in user.UpdateRequest) error { return done(c.Users.Update(ctx, in)) },
		stages: []func(*user.UpdateRequest){
			func(in *user.UpdateRequest) {
				in.Username, in.FullName, in.Role = services.Set("newer@example.com"), services.Set("Newer"), services.Set(user.Role{Name: "Admin"})
				in.SkypeUsername, in.TimeZone, in.Locale = services.Set("s"), services.Set("Europe/Paris"), services.Set("fr_FR")
				in.Address = services.Set(user.Address{Country: "FR", City: "Paris", Line: "1", ZipCode: "75001"})
				in.Tags, in.Details = services.Set([]string{"a", "b"}), services.Set(map[string][]string{"desk": {"4B"}})
			},
			func(in *user.UpdateRequest) {
				in.FullName, in.Role, in.SkypeUsername = services.Set("Newest"), services.Set(user.Role{Name: "User"}), services.Set("t")
				in.TimeZone, in.Locale = services.Set("Europe/London"), services.Set("en_GB")
				in.Address = services.Set(user.Address{Country: "UK"})
				in.Tags, in.Details = services.Set([]string{"c"}), services.Set(map[string][]string{"floor": {"1", "2"}})
			},
			func(in *user.UpdateRequest) {
				in.SkypeUsername, in.Tags, in.Details = services.Null[string](), services.Set([]string{}), services.Set(map[string][]string{})
				in.Address = services.Null[user.Address]()
			},
		},
	}.kind()
}

func schedules(c *opsgenie.Client) kind {
	return typed[schedule.Schedule, schedule.UpdateRequest]{
		create: func(ctx context.Context) (string, error) {
			return made(func(s schedule.Summary) string { return s.ID })(c.Schedules.Create(ctx, schedule.CreateRequest{Name: "New"}))
		},
		read: func(ctx context.Context, id string) (*services.Result[schedule.Schedule], error) {
			return c.Schedules.Get(ctx, schedule.ByID(id))
		},
		base: func(id string, _ schedule.Schedule) schedule.UpdateRequest {
			return schedule.UpdateRequest{Ref: schedule.ByID(id)}
		},
		back:   func(_ string, read schedule.Schedule) schedule.UpdateRequest { return read.Request() },
		update: func(ctx context.Context, in schedule.UpdateRequest) error { return done(c.Schedules.Update(ctx, in)) },
		stages: []func(*schedule.UpdateRequest){
			func(in *schedule.UpdateRequest) {
				in.Name, in.Description, in.Timezone = services.Set("Newer"), services.Set("d"), services.Set("Europe/Paris")
				in.Enabled, in.OwnerTeam = services.Set(true), services.Set(shape.OwnerTeam{Name: "Storage"})
				in.Rotations = services.Set(turns(schedule.Weekly, "ada"))
			},
			func(in *schedule.UpdateRequest) {
				in.Description, in.Timezone, in.Enabled = services.Set("other"), services.Set("UTC"), services.Set(false)
				in.OwnerTeam, in.Rotations = services.Set(shape.OwnerTeam{Name: "Web"}), services.Set(turns(schedule.Daily, "bob"))
			},
			func(in *schedule.UpdateRequest) {
				in.Description, in.OwnerTeam = services.Set(""), services.Null[shape.OwnerTeam]()
			},
		},
	}.kind()
}

func rotations(c *opsgenie.Client) kind {
	nights := schedule.ByName("Nights")
	return typed[schedule.Rotation, schedule.UpdateRotationRequest]{
		create: func(ctx context.Context) (string, error) {
			in := schedule.CreateRotationRequest{Ref: nights, NewRotation: turns(schedule.Weekly, "ada")[0]}
			return made(func(s schedule.RotationSummary) string { return s.ID })(c.ScheduleRotations.Create(ctx, in))
		},
		read: func(ctx context.Context, id string) (*services.Result[schedule.Rotation], error) {
			return c.ScheduleRotations.Get(ctx, nights, id)
		},
		base: func(id string, _ schedule.Rotation) schedule.UpdateRotationRequest {
			return schedule.UpdateRotationRequest{Ref: nights, ID: id}
		},
		back: func(_ string, read schedule.Rotation) schedule.UpdateRotationRequest { return read.Request() },
		update: func(ctx context.Context, in schedule.UpdateRotationRequest) error {
			return done(c.ScheduleRotations.Update(ctx, in))
		},
		stages: []func(*schedule.UpdateRotationRequest){
			func(in *schedule.UpdateRotationRequest) {
				in.Name, in.StartDate, in.EndDate = services.Set("Days"), services.Set(hour(9)), services.Set(hour(20))
				in.Type, in.Length, in.TimeRestriction = services.Set(schedule.Hourly), services.Set(2), services.Set(days)
				in.Participants = services.Set([]shape.Recipient{who("bob"), shape.ToNone()})
			},
			func(in *schedule.UpdateRotationRequest) {
				in.Name, in.StartDate, in.EndDate = services.Set("Weeks"), services.Set(hour(10)), services.Set(hour(23))
				in.Type, in.Length, in.TimeRestriction = services.Set(schedule.Daily), services.Set(1), services.Set(weeks)
				in.Participants = services.Set([]shape.Recipient{shape.To(shape.TeamByName("Web"))})
			},
			func(in *schedule.UpdateRotationRequest) {
				in.EndDate, in.TimeRestriction = services.Null[time.Time](), services.Null[shape.TimeRestriction]()
			},
		},
	}.kind()
}

func overrides(c *opsgenie.Client) kind {
	nights := schedule.ByName("Nights")
	return typed[schedule.Override, schedule.UpdateOverrideRequest]{
		create: func(ctx context.Context) (string, error) {
			for _, name := range []string{"Primary", "Second"} {
				turn := turns(schedule.Weekly, "ada")[0]
				turn.Name = name
				if _, err := c.ScheduleRotations.Create(ctx, schedule.CreateRotationRequest{Ref: nights, NewRotation: turn}); err != nil {
					return "", err
				}
			}
			in := schedule.CreateOverrideRequest{Ref: nights, User: who("ada"), StartDate: hour(8), EndDate: hour(9)}
			return made(func(s schedule.OverrideSummary) string { return s.Alias })(c.ScheduleOverrides.Create(ctx, in))
		},
		read: func(ctx context.Context, id string) (*services.Result[schedule.Override], error) {
			return c.ScheduleOverrides.Get(ctx, nights, id)
		},
		base: func(_ string, read schedule.Override) schedule.UpdateOverrideRequest { return read.Request() },
		back: func(_ string, read schedule.Override) schedule.UpdateOverrideRequest { return read.Request() },
		update: func(ctx context.Context, in schedule.UpdateOverrideRequest) error {
			return done(c.ScheduleOverrides.Update(ctx, in))
		},
		stages: []func(*schedule.UpdateOverrideRequest){
			func(in *schedule.UpdateOverrideRequest) {
				in.User, in.StartDate, in.EndDate = who("bob"), hour(9), hour(12)
				in.Rotations = services.Set([]schedule.OverriddenRotation{{Name: "Primary"}})
			},
			func(in *schedule.UpdateOverrideRequest) {
				in.User, in.StartDate, in.EndDate = shape.ToNone(), hour(10), hour(13)
				in.Rotations = services.Set([]schedule.OverriddenRotation{{Name: "Second"}})
			},
			func(in *schedule.UpdateOverrideRequest) { in.Rotations = services.Set([]schedule.OverriddenRotation{}) },
		},
	}.kind()
}

func escalations(c *opsgenie.Client) kind {
	rule := func(after time.Duration, to shape.Recipient) escalation.Rule {
		return escalation.Rule{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault, Delay: shape.For(after), Recipient: to}
	}
	return typed[escalation.Escalation, escalation.UpdateRequest]{
		create: func(ctx context.Context) (string, error) {
			in := escalation.CreateRequest{Name: "New", Rules: []escalation.Rule{rule(0, who("ada"))}}
			return made(func(s escalation.Summary) string { return s.ID })(c.Escalations.Create(ctx, in))
		},
		read: func(ctx context.Context, id string) (*services.Result[escalation.Escalation], error) {
			return c.Escalations.Get(ctx, escalation.ByID(id))
		},
		base: func(id string, _ escalation.Escalation) escalation.UpdateRequest {
			return escalation.UpdateRequest{Ref: escalation.ByID(id)}
		},
		back: func(_ string, read escalation.Escalation) escalation.UpdateRequest { return read.Request() },
		update: func(ctx context.Context, in escalation.UpdateRequest) error {
			return done(c.Escalations.Update(ctx, in))
		},
		stages: []func(*escalation.UpdateRequest){
			func(in *escalation.UpdateRequest) {
				in.Name, in.Description, in.OwnerTeam = services.Set("Newer"), services.Set("d"), services.Set(shape.OwnerTeam{Name: "Storage"})
				in.Rules = services.Set([]escalation.Rule{rule(0, who("bob")), rule(time.Hour, shape.To(shape.ScheduleByName("Nights")))})
				in.Repeat = services.Set(escalation.Repeat{WaitInterval: 10, Count: services.Set(3), ResetRecipientStates: services.Set(true), CloseAlertAfterAll: services.Set(true)})
			},
			func(in *escalation.UpdateRequest) {
				in.Description, in.OwnerTeam = services.Set("other"), services.Set(shape.OwnerTeam{Name: "Web"})
				in.Rules = services.Set([]escalation.Rule{rule(90*time.Minute, shape.To(shape.TeamByName("Web")))})
				in.Repeat = services.Set(escalation.Repeat{WaitInterval: 20, Count: services.Set(1), ResetRecipientStates: services.Set(false), CloseAlertAfterAll: services.Set(false)})
			},
			func(in *escalation.UpdateRequest) {
				in.Description, in.OwnerTeam, in.Repeat = services.Set(""), services.Null[shape.OwnerTeam](), services.Null[escalation.Repeat]()
			},
		},
	}.kind()
}

func routingRules(c *opsgenie.Client) kind {
	storage := team.ByName("Storage")
	back := func(_ string, read team.RoutingRule) team.UpdateRoutingRuleRequest {
		in := read.Request()
		in.Ref = storage
		return in
	}
	return typed[team.RoutingRule, team.UpdateRoutingRuleRequest]{
		create: func(ctx context.Context) (string, error) {
			in := team.CreateRoutingRuleRequest{Ref: storage, Notify: shape.ToNone()}
			return made(func(s team.Summary) string { return s.ID })(c.TeamRoutingRules.Create(ctx, in))
		},
		read: func(ctx context.Context, id string) (*services.Result[team.RoutingRule], error) {
			return c.TeamRoutingRules.Get(ctx, storage, id)
		},
		base: func(id string, _ team.RoutingRule) team.UpdateRoutingRuleRequest {
			return team.UpdateRoutingRuleRequest{Ref: storage, ID: id}
		},
		back: back,
		update: func(ctx context.Context, in team.UpdateRoutingRuleRequest) error {
			return done(c.TeamRoutingRules.Update(ctx, in))
		},
		stages: []func(*team.UpdateRoutingRuleRequest){
			func(in *team.UpdateRoutingRuleRequest) {
				in.Name, in.Timezone, in.Criteria = services.Set("Newer"), services.Set("Europe/Paris"), services.Set(p1)
				in.TimeRestriction, in.Notify = services.Set(days), services.Set(shape.To(shape.ScheduleByName("Nights")))
			},
			func(in *team.UpdateRoutingRuleRequest) {
				in.Name, in.Timezone, in.Criteria = services.Set("Newest"), services.Set("UTC"), services.Set(tags)
				in.TimeRestriction, in.Notify = services.Set(weeks), services.Set(shape.ToNone())
			},
			func(in *team.UpdateRoutingRuleRequest) {
				in.Criteria, in.TimeRestriction = services.Set(shape.MatchAll()), services.Null[shape.TimeRestriction]()
			},
		},
	}.kind()
}
