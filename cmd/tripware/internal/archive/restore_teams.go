package archive

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// teams restores each team, then its roles, then the members that have these roles.
func (r *restorer) teams(ctx context.Context, line *Line) error {
	return r.each(ctx, line, r.saved[teams], func(ctx context.Context, row Row) error {
		what := "teams/" + row.Name
		res, _ := kindNamed(teams)
		d := body(row.Node)
		r.dropped(what, "member", r.translate(d, res.refs, nil))
		id, exists := r.here.find(teams, row.Name)
		members, _ := d["members"].([]any)
		own := maps.Clone(d)
		delete(own, "members")
		made, err := r.put(ctx, line, what, exists, func(ctx context.Context) (json.RawMessage, error) {
			if exists {
				delete(own, "name")
				return r.send(ctx, "PATCH /v2/teams/{above}", own, "", id)
			}
			return r.send(ctx, "POST /v2/teams", own, "")
		})
		if err != nil {
			return err
		}
		if !exists {
			id = made
			r.here.add(teams, row.Name, id)
		}
		if r.DryRun {
			return nil
		}
		if err := r.roles(ctx, what, id, row); err != nil || len(members) == 0 {
			return err
		}
		_, err = r.send(ctx, "PATCH /v2/teams/{above}", document{"members": members}, "", id)
		return err
	})
}

// roles restores the roles that a team has besides those that every team has.
func (r *restorer) roles(ctx context.Context, what, id string, team Row) error {
	res := part(teams, roles)
	there := map[string]string{}
	for row, err := range r.read.rows(ctx, res, []string{id}, "") {
		if err != nil {
			return err
		}
		there[res.titleOf(row)] = res.idOf(row)
	}
	for _, role := range team.Parts[roles] {
		name := res.titleOf(role.Value())
		if strings.EqualFold(name, "user") || strings.EqualFold(name, "admin") {
			continue
		}
		var err error
		if old := there[name]; old != "" {
			_, err = r.send(ctx, "PATCH /v2/teams/{above}/roles/{id}", body(role), "", id, old)
		} else {
			_, err = r.send(ctx, "POST /v2/teams/{above}/roles", body(role), "", id)
		}
		if err != nil {
			m, goesOn := missingOf(err)
			if !goesOn {
				return err
			}
			r.weakened("%s: role %s: the server refuses it: %s", what, name, m.Reason)
		}
	}
	return nil
}

// routingRules restores the rules of each team one after the other, because their order matters.
func (r *restorer) routingRules(ctx context.Context, line *Line) error {
	return r.each(ctx, line, r.saved[teams], func(ctx context.Context, row Row) error {
		id, found := r.here.find(teams, row.Name)
		if !found {
			return nil // the team was skipped, and its rules with it
		}
		res := part(teams, routingRules)
		var there []document
		if id != "" { // a dry run does not create the team
			for row, err := range r.read.rows(ctx, res, []string{id}, "") {
				if err != nil {
					return err
				}
				there = append(there, parse(row))
			}
		}
		rules := slices.Clone(row.Parts[routingRules])
		slices.SortStableFunc(rules, func(a, b Node) int { return orderOf(parse(a.Value())) - orderOf(parse(b.Value())) })
		for _, rule := range rules {
			what := "teams/" + row.Name + ": routing rule " + res.titleOf(rule.Value())
			if err := r.refused(line, what, r.routingRule(ctx, line, what, id, rule, there)); err != nil {
				return err
			}
		}
		return nil
	})
}

func orderOf(d document) int {
	n, _ := d["order"].(json.Number)
	at, _ := n.Int64()
	return int(at)
}

// routingRule restores one rule. The default rule fits all alerts at all times; only its
// recipient can be changed.
func (r *restorer) routingRule(ctx context.Context, line *Line, what, team string, rule Node, there []document) error {
	d := body(rule, "isDefault")
	isDefault := string(member(rule.Value(), "isDefault")) == "true"
	if lost := r.translate(d, []ref{{"notify", ""}}, nil); len(lost) > 0 {
		r.skip(line, "%s: %s, which it notifies, does not exist here", what, lost[0].what)
		return errSkipped
	}
	i := slices.IndexFunc(there, func(t document) bool { return sameRule(t, d, isDefault) })
	_, err := r.put(ctx, line, what, i >= 0 || isDefault, func(ctx context.Context) (json.RawMessage, error) {
		if i < 0 {
			return r.send(ctx, "POST /v2/teams/{above}/routing-rules", d, "", team)
		}
		order := d["order"]
		for _, name := range []string{"order", "name", "criteria", "timeRestriction"} {
			if isDefault || name == "order" {
				delete(d, name)
			}
		}
		id, _ := there[i]["id"].(string)
		data, err := r.send(ctx, "PATCH /v2/teams/{above}/routing-rules/{id}", d, "", team, id)
		if err != nil || isDefault || order == there[i]["order"] {
			return data, err
		}
		return r.send(ctx, "POST /v2/teams/{above}/routing-rules/{id}/change-order", document{"order": order}, "", team, id)
	})
	return err
}

// sameRule reports whether a rule that is there is the one that was saved. A team has one
// default rule; a rule without a name is known by its place.
func sameRule(there, saved document, isDefault bool) bool {
	if there["isDefault"] == true || isDefault {
		return there["isDefault"] == true && isDefault
	}
	return there["name"] == saved["name"] && (saved["name"] != nil && saved["name"] != "" || there["order"] == saved["order"])
}

func textIn(d document, name string) string {
	text, _ := d[name].(string)
	return text
}
