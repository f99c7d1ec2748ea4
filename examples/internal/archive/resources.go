package archive

import (
	"context"

	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/integration"
	"github.com/tripware/tripware/services/opsgenie/policy"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/user"
)

// A Team is the content of a team's file.
type Team struct {
	Team         team.Team          `json:"team"` // with its members
	Roles        []team.Role        `json:"roles"`
	RoutingRules []team.RoutingRule `json:"routingRules"`
}

func (r reader) listTeams(ctx context.Context) ([]team.Team, error) {
	return Value(r.Teams.List(ctx))
}

func (r reader) team(ctx context.Context, row team.Team) (t Team, err error) {
	ref := team.ByID(row.ID)
	if t.Team, err = Value(r.Teams.Get(ctx, ref)); err != nil {
		return t, err
	}
	if t.Roles, err = Value(r.TeamRoles.List(ctx, ref)); err != nil {
		return t, err
	}
	t.RoutingRules, err = Value(r.TeamRoutingRules.List(ctx, ref))
	return t, err
}

func (r reader) listUsers(ctx context.Context) (all []user.User, err error) {
	for each, err := range r.Users.All(ctx, user.ListRequest{}) {
		if err != nil {
			return nil, err
		}
		all = append(all, each)
	}
	return all, nil
}

// user reads a user and the user's contacts. It leaves out the notification rules,
// which would take ten or more requests for each user.
func (r reader) user(ctx context.Context, row user.User) (user.User, error) {
	return Value(r.Users.Get(ctx, user.GetRequest{Ref: user.ByID(row.ID), Expand: []user.Expand{user.ExpandContact}}))
}

// A Schedule is the content of a schedule's file.
type Schedule struct {
	Schedule  schedule.Schedule   `json:"schedule"` // with its rotations
	Overrides []schedule.Override `json:"overrides"`
}

func (r reader) listSchedules(ctx context.Context) ([]schedule.Schedule, error) {
	return Value(r.Schedules.List(ctx, schedule.ListRequest{}))
}

func (r reader) schedule(ctx context.Context, row schedule.Schedule) (s Schedule, err error) {
	ref := schedule.ByID(row.ID)
	if s.Schedule, err = Value(r.Schedules.Get(ctx, ref)); err != nil {
		return s, err
	}
	s.Overrides, err = Value(r.ScheduleOverrides.List(ctx, ref))
	return s, err
}

func (r reader) listEscalations(ctx context.Context) ([]escalation.Escalation, error) {
	return Value(r.Escalations.List(ctx))
}

func (r reader) escalation(ctx context.Context, row escalation.Escalation) (escalation.Escalation, error) {
	return Value(r.Escalations.Get(ctx, escalation.ByID(row.ID)))
}

// A Policy is the content of a policy's file.
type Policy struct {
	Order  int           `json:"order"` // its position among policies of its kind
	Policy policy.Policy `json:"policy"`
}

// A policyRow is a policy of a list, and the team whose list it was.
type policyRow struct {
	policy.Summary

	team string // empty for the account's
}

// listPolicies lists the policies of the account and of each team.
func (r reader) listPolicies(ctx context.Context) (all []policyRow, err error) {
	teams, err := r.listTeams(ctx)
	if err != nil {
		return nil, err
	}
	add := func(team string, rows []policy.Summary) {
		for _, row := range rows {
			all = append(all, policyRow{row, team})
		}
	}
	rows, err := Value(r.Policies.ListAlert(ctx, ""))
	if err != nil {
		return nil, err
	}
	add("", rows)
	for _, t := range teams {
		if rows, err = Value(r.Policies.ListAlert(ctx, t.ID)); err != nil {
			return nil, err
		}
		add(t.ID, rows)
		if rows, err = Value(r.Policies.ListNotification(ctx, t.ID)); err != nil {
			return nil, err
		}
		add(t.ID, rows)
	}
	return all, nil
}

func (r reader) policy(ctx context.Context, row policyRow) (Policy, error) {
	p, err := Value(r.Policies.Get(ctx, policy.Ref{ID: row.ID, TeamID: row.team}))
	return Policy{Order: row.Order, Policy: p}, err
}

// An Integration is the content of an integration's file.
type Integration struct {
	Integration integration.Integration `json:"integration"`
	Actions     integration.Actions     `json:"actions"`
}

func (r reader) listIntegrations(ctx context.Context) ([]integration.Summary, error) {
	return Value(r.Integrations.List(ctx, integration.ListRequest{}))
}

func (r reader) integration(ctx context.Context, row integration.Summary) (i Integration, err error) {
	if i.Integration, err = Value(r.Integrations.Get(ctx, row.ID)); err != nil {
		return i, err
	}
	i.Actions, err = Value(r.IntegrationActions.List(ctx, row.ID))
	return i, err
}
