package archive

import (
	"context"
	"encoding/json"
)

// notificationRules restores the rules of the users that are here. A rule is known by its name
// among those for the same event.
func (r *restorer) notificationRules(ctx context.Context, line *Line) error {
	res := part(users, notificationRules)
	return r.each(ctx, line, r.saved[users], func(ctx context.Context, row Row) error {
		id, found := r.here.find(users, row.Name)
		rules := row.Parts[notificationRules]
		if !found {
			if len(rules) > 0 {
				r.skip(line, "users/%s: %s: the user does not exist here", row.Name, count(len(rules), "notification rule"))
			}
			return nil
		}
		there := map[string]string{}
		for rule, err := range r.read.rows(ctx, res, []string{id}, "") {
			if err != nil {
				return err
			}
			there[ruleKey(parse(rule))] = res.idOf(rule)
		}
		for _, rule := range rules {
			d := body(rule)
			what := "users/" + row.Name + ": notification rule " + textIn(d, "name")
			err := r.notificationRule(ctx, line, what, id, there[ruleKey(d)], d)
			if err := r.refused(line, what, err); err != nil {
				return err
			}
		}
		return nil
	})
}

func ruleKey(d document) string { return textIn(d, "actionType") + "/" + textIn(d, "name") }

// notificationRule restores one rule of a user. Old is the id of the one that is there, if any.
func (r *restorer) notificationRule(ctx context.Context, line *Line, what, user, old string, d document) error {
	r.dropped(what, "schedule", r.translate(d, part(users, notificationRules).refs, nil))
	visit(d, "steps[]", func(step any) (any, bool) {
		if s, is := step.(document); is {
			delete(s, "id")
			delete(s, "_parent")
		}
		return step, true
	})
	_, err := r.put(ctx, line, what, old != "", func(ctx context.Context) (json.RawMessage, error) {
		if old != "" {
			return r.send(ctx, "PATCH /v2/users/{above}/notification-rules/{id}", d, "", user, old)
		}
		return r.send(ctx, "POST /v2/users/{above}/notification-rules", d, "", user)
	})
	return err
}
