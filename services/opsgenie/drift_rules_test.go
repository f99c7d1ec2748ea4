package opsgenie_test

import (
	"context"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/heartbeat"
	"github.com/tripware/tripware/services/opsgenie/integration"
	"github.com/tripware/tripware/services/opsgenie/maintenance"
	"github.com/tripware/tripware/services/opsgenie/notification"
	"github.com/tripware/tripware/services/opsgenie/policy"
	"github.com/tripware/tripware/services/opsgenie/service"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
)

func notificationRules(c *opsgenie.Client) kind {
	const ada = "ada@example.com"
	step := func(method shape.ContactMethod, after time.Duration) notification.Step {
		return notification.Step{Contact: notification.Contact{Method: method, To: "1-555"}, SendAfter: shape.For(after), Enabled: services.Set(true)}
	}
	return typed[notification.Rule, notification.UpdateRequest]{
		create: func(ctx context.Context) (string, error) {
			in := notification.CreateRequest{User: ada, Name: "New", ActionType: notification.CreateAlert}
			return made(func(s notification.Summary) string { return s.ID })(c.NotificationRules.Create(ctx, in))
		},
		read: func(ctx context.Context, id string) (*services.Result[notification.Rule], error) {
			return c.NotificationRules.Get(ctx, ada, id)
		},
		base: func(id string, _ notification.Rule) notification.UpdateRequest {
			return notification.UpdateRequest{User: ada, ID: id}
		},
		back: func(_ string, read notification.Rule) notification.UpdateRequest {
			in := read.Request()
			in.User = ada
			return in
		},
		update: func(ctx context.Context, in notification.UpdateRequest) error {
			return done(c.NotificationRules.Update(ctx, in))
		},
		stages: []func(*notification.UpdateRequest){
			func(in *notification.UpdateRequest) {
				in.Name, in.Criteria, in.TimeRestriction = services.Set("Newer"), services.Set(p1), services.Set(days)
				in.Steps = services.Set([]notification.Step{step(shape.SMS, time.Minute), step(shape.Voice, time.Hour)})
				in.Repeat, in.Enabled = services.Set(notification.Repetition{LoopAfter: 5, Enabled: services.Set(true)}), services.Set(true)
			},
			func(in *notification.UpdateRequest) {
				in.Name, in.Criteria, in.TimeRestriction = services.Set("Newest"), services.Set(tags), services.Set(weeks)
				in.Steps = services.Set([]notification.Step{step(shape.Email, 2*time.Minute)})
				in.Repeat, in.Enabled = services.Set(notification.Repetition{LoopAfter: 7, Enabled: services.Set(false)}), services.Set(false)
			},
			func(in *notification.UpdateRequest) {
				in.TimeRestriction, in.Repeat = services.Null[shape.TimeRestriction](), services.Null[notification.Repetition]()
				in.Criteria = services.Set(shape.MatchAll())
			},
		},
	}.kind()
}

func heartbeats(c *opsgenie.Client) kind {
	return typed[heartbeat.Heartbeat, heartbeat.UpdateRequest]{
		create: func(ctx context.Context) (string, error) {
			in := heartbeat.CreateRequest{Name: "backup", Interval: 10, IntervalUnit: heartbeat.Minutes}
			return made(func(h heartbeat.Heartbeat) string { return h.Name })(c.Heartbeats.Create(ctx, in))
		},
		read: func(ctx context.Context, id string) (*services.Result[heartbeat.Heartbeat], error) {
			return c.Heartbeats.Get(ctx, id)
		},
		base: func(id string, _ heartbeat.Heartbeat) heartbeat.UpdateRequest {
			return heartbeat.UpdateRequest{Name: id}
		},
		back:   func(_ string, read heartbeat.Heartbeat) heartbeat.UpdateRequest { return read.Request() },
		update: func(ctx context.Context, in heartbeat.UpdateRequest) error { return done(c.Heartbeats.Update(ctx, in)) },
		stages: []func(*heartbeat.UpdateRequest){
			func(in *heartbeat.UpdateRequest) {
				in.Description, in.Interval, in.IntervalUnit = services.Set("d"), services.Set(2), services.Set(heartbeat.Hours)
				in.Enabled, in.OwnerTeam = services.Set(true), services.Set(shape.OwnerTeam{Name: "Storage"})
				in.AlertMessage, in.AlertTags, in.AlertPriority = services.Set("m"), services.Set([]string{"a"}), services.Set(shape.P1)
			},
			func(in *heartbeat.UpdateRequest) {
				in.Description, in.Interval, in.IntervalUnit = services.Set("other"), services.Set(3), services.Set(heartbeat.Days)
				in.Enabled, in.OwnerTeam = services.Set(false), services.Set(shape.OwnerTeam{Name: "Web"})
				in.AlertMessage, in.AlertTags, in.AlertPriority = services.Set("n"), services.Set([]string{"b", "c"}), services.Set(shape.P2)
			},
			func(in *heartbeat.UpdateRequest) {
				in.Description, in.AlertTags, in.OwnerTeam = services.Set(""), services.Set([]string{}), services.Null[shape.OwnerTeam]()
			},
		},
	}.kind()
}

func businessServices(c *opsgenie.Client) kind {
	return typed[service.Entity, service.UpdateRequest]{
		create: func(ctx context.Context) (string, error) {
			storage, err := c.Teams.Get(ctx, team.ByName("Storage"))
			if err != nil {
				return "", err
			}
			in := service.CreateRequest{Name: "New", TeamID: storage.Value.ID}
			return made(func(s service.Summary) string { return s.ID })(c.Services.Create(ctx, in))
		},
		read: func(ctx context.Context, id string) (*services.Result[service.Entity], error) {
			return c.Services.Get(ctx, id)
		},
		base:   func(id string, _ service.Entity) service.UpdateRequest { return service.UpdateRequest{ID: id} },
		back:   func(_ string, read service.Entity) service.UpdateRequest { return read.Request() },
		update: func(ctx context.Context, in service.UpdateRequest) error { return done(c.Services.Update(ctx, in)) },
		stages: []func(*service.UpdateRequest){
			func(in *service.UpdateRequest) {
				in.Name, in.Description = services.Set("Newer"), services.Set("d")
				in.Visibility, in.Tags = services.Set(service.OpsgenieUsers), services.Set([]string{"a"})
			},
			func(in *service.UpdateRequest) {
				in.Description, in.Visibility, in.Tags = services.Set("other"), services.Set(service.TeamMembers), services.Set([]string{"b", "c"})
			},
			func(in *service.UpdateRequest) { in.Description, in.Tags = services.Set(""), services.Set([]string{}) },
		},
	}.kind()
}

func policies(c *opsgenie.Client) kind {
	return typed[policy.Policy, policy.Policy]{
		create: func(ctx context.Context) (string, error) {
			in := policy.Policy{Name: "New", Action: policy.Alert{Message: "{{message}}"}}
			return made(func(s policy.Summary) string { return s.ID })(c.Policies.Create(ctx, in))
		},
		read: func(ctx context.Context, id string) (*services.Result[policy.Policy], error) {
			return c.Policies.Get(ctx, policy.Ref{ID: id})
		},
		base:   func(_ string, read policy.Policy) policy.Policy { return read },
		back:   func(_ string, read policy.Policy) policy.Policy { return read },
		update: func(ctx context.Context, in policy.Policy) error { return done(c.Policies.Update(ctx, in)) },
		stages: []func(*policy.Policy){
			func(in *policy.Policy) {
				in.Name, in.Description, in.Enabled = "Newer", services.Set("d"), services.Set(true)
				in.Filter, in.TimeRestrictions = services.Set(p1), services.Set(days)
				in.Action = policy.Alert{Message: "m", Tags: services.Set([]string{"a"}), Priority: services.Set(shape.P1), Continue: services.Set(true)}
			},
			func(in *policy.Policy) {
				in.Description, in.Enabled = services.Set("other"), services.Set(false)
				in.Filter, in.TimeRestrictions = services.Set(tags), services.Set(weeks)
				in.Action = policy.Alert{Message: "n", Tags: services.Set([]string{"b"}), Priority: services.Set(shape.P2), Continue: services.Set(false)}
			},
			func(in *policy.Policy) {
				in.Description, in.Filter, in.TimeRestrictions = services.Set(""), services.Set(shape.MatchAll()), services.Null[shape.TimeRestriction]()
				in.Action = policy.Alert{Message: "n", Tags: services.Set([]string{})}
			},
		},
	}.kind()
}

func integrations(c *opsgenie.Client) kind {
	set := func(in *integration.Integration, members map[string]any) {
		for name, value := range members {
			if err := in.Fields.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	return typed[integration.Integration, integration.Integration]{
		create: func(ctx context.Context) (string, error) {
			in := integration.Integration{Type: integration.TypeAPI, Name: "New"}
			return made(func(s integration.Summary) string { return s.ID })(c.Integrations.Create(ctx, in))
		},
		read: func(ctx context.Context, id string) (*services.Result[integration.Integration], error) {
			return c.Integrations.Get(ctx, id)
		},
		base: func(id string, read integration.Integration) integration.Integration { read.ID = id; return read },
		back: func(id string, read integration.Integration) integration.Integration { read.ID = id; return read },
		update: func(ctx context.Context, in integration.Integration) error {
			return done(c.Integrations.Update(ctx, in))
		},
		stages: []func(*integration.Integration){
			func(in *integration.Integration) {
				in.Name, in.Enabled = "Newer", services.Set(true)
				set(in, map[string]any{"suppressNotifications": true, "tags": []string{"a"}, "extraProperties": map[string]string{"a": "b"}})
			},
			func(in *integration.Integration) {
				in.Enabled = services.Set(false)
				set(in, map[string]any{"suppressNotifications": false, "tags": []string{"b"}, "extraProperties": map[string]string{"c": "d"}})
			},
			func(in *integration.Integration) {
				set(in, map[string]any{"tags": []string{}, "extraProperties": map[string]string{}})
			},
		},
	}.kind()
}

func maintenances(c *opsgenie.Client) kind {
	rule := func(id string, state maintenance.State) []maintenance.Rule {
		return []maintenance.Rule{{State: state, Entity: maintenance.Entity{ID: id, Type: maintenance.Policy}}}
	}
	return typed[maintenance.Maintenance, maintenance.UpdateRequest]{
		create: func(ctx context.Context) (string, error) {
			in := maintenance.CreateRequest{Time: maintenance.Between(hour(1), hour(2)), Rules: rule("p-1", maintenance.Disabled)}
			return made(func(m maintenance.Maintenance) string { return m.ID })(c.Maintenance.Create(ctx, in))
		},
		read: func(ctx context.Context, id string) (*services.Result[maintenance.Maintenance], error) {
			return c.Maintenance.Get(ctx, id)
		},
		base: func(_ string, read maintenance.Maintenance) maintenance.UpdateRequest { return read.Request() },
		back: func(_ string, read maintenance.Maintenance) maintenance.UpdateRequest { return read.Request() },
		update: func(ctx context.Context, in maintenance.UpdateRequest) error {
			return done(c.Maintenance.Update(ctx, in))
		},
		stages: []func(*maintenance.UpdateRequest){
			func(in *maintenance.UpdateRequest) {
				in.Description, in.Time, in.Rules = services.Set("d"), maintenance.Between(hour(3), hour(4)), rule("p-2", maintenance.Enabled)
			},
			func(in *maintenance.UpdateRequest) {
				in.Description, in.Time, in.Rules = services.Set("other"), maintenance.Between(hour(5), hour(6)), rule("p-3", maintenance.Disabled)
			},
			func(in *maintenance.UpdateRequest) { in.Description = services.Set("") },
		},
	}.kind()
}
