package main

import (
	"context"
	"slices"

	"github.com/tripware/tripware/examples/internal/archive"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
)

// rules restores the routing rules of a team in sequence, because their order matters.
func (r *restorer) rules(ctx context.Context, line *archive.Line, saved archive.Team) error {
	id, _ := r.here.find(shape.KindTeam, saved.Team.Name)
	var there []team.RoutingRule
	if id != "" { // a dry run does not create the team
		var err error
		if there, err = archive.Value(r.client.TeamRoutingRules.List(ctx, team.ByID(id))); err != nil {
			return err
		}
	}
	byPlace := func(a, b team.RoutingRule) int { return a.Order - b.Order }
	for _, rule := range slices.SortedFunc(slices.Values(saved.RoutingRules), byPlace) {
		notify, err := r.recipient(rule.Notify)
		if err != nil {
			r.show.Note("rule %s of team %s left out: %v", rule.Name, saved.Team.Name, err)
			line.Add(skipped)
			continue
		}
		rule.Notify = notify
		i := slices.IndexFunc(there, func(t team.RoutingRule) bool { return sameRule(t, rule) })
		switch {
		case r.dry:
			r.planned(line, i >= 0 || rule.IsDefault, "rule %s of team %s", rule.Name, saved.Team.Name)
			continue
		case i >= 0:
			err = r.updateRule(ctx, id, there[i].ID, rule)
		default:
			err = r.createRule(ctx, id, rule)
		}
		if err != nil {
			return err
		}
		line.Add(word(i >= 0))
	}
	return nil
}

// sameRule reports whether a rule that is there is the one that was saved. A team
// has one default rule; a rule without a name is known by its place.
func sameRule(there, saved team.RoutingRule) bool {
	if there.IsDefault || saved.IsDefault {
		return there.IsDefault && saved.IsDefault
	}
	return there.Name == saved.Name && (saved.Name != "" || there.Order == saved.Order)
}

func (r *restorer) createRule(ctx context.Context, teamID string, saved team.RoutingRule) error {
	_, err := r.client.TeamRoutingRules.Create(ctx, team.CreateRoutingRuleRequest{
		Ref: team.ByID(teamID), Name: saved.Name, Order: services.Set(saved.Order), Criteria: saved.Criteria,
		TimeRestriction: saved.TimeRestriction, Notify: saved.Notify, Timezone: saved.Timezone,
	})
	return err
}

// updateRule changes a rule; of the default one only whom it notifies, for it
// fits all alerts at all times.
func (r *restorer) updateRule(ctx context.Context, teamID, id string, saved team.RoutingRule) error {
	in := team.UpdateRoutingRuleRequest{Ref: team.ByID(teamID), ID: id, Notify: services.Set(saved.Notify), Timezone: given(saved.Timezone)}
	if !saved.IsDefault {
		in.Name, in.Criteria = given(saved.Name), given(saved.Criteria)
		in.TimeRestriction = given(saved.TimeRestriction)
	}
	_, err := r.client.TeamRoutingRules.Update(ctx, in)
	return err
}
