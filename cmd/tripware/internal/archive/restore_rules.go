package archive

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// integrations restores integrations and their actions. The server gives a new one a new API
// key or address, which its senders have to be told.
func (r *restorer) integrations(ctx context.Context, line *Line) error {
	res, _ := kindNamed(integrations)
	return r.each(ctx, line, r.saved[integrations], func(ctx context.Context, row Row) error {
		what := "integrations/" + row.Name
		if row.Data == nil {
			r.skip(line, "%s: the export has only its name", what)
			return errSkipped
		}
		d := body(row.Node, "apiKey", "emailAddress", "_readOnly")
		if lost := r.translate(d, res.refs, nil); len(lost) > 0 {
			if slices.ContainsFunc(lost, func(l loss) bool { return l.ref.to == teams }) {
				r.skip(line, "%s: %s, to which it belongs, does not exist here", what, lost[0].what)
				return errSkipped
			}
			r.dropped(what, "responder", lost)
		}
		id, exists := r.here.find(integrations, row.Name)
		made, err := r.put(ctx, line, what, exists, func(ctx context.Context) (json.RawMessage, error) {
			if exists {
				return r.send(ctx, "PUT /v2/integrations/{above}", d, "", id)
			}
			return r.send(ctx, "POST /v2/integrations", d, "")
		})
		if err != nil {
			return err
		}
		if !exists {
			id = made
			r.here.add(integrations, row.Name, id)
			r.note("%s: it is new here: give its senders the new API key or address", what)
		}
		return r.actions(ctx, what, id, row)
	})
}

// actions replaces the actions of an integration.
func (r *restorer) actions(ctx context.Context, what, id string, row Row) error {
	if len(row.Parts[actions]) == 0 {
		return nil // they are not in the export
	}
	res := part(integrations, actions)
	d := body(row.Parts[actions][0])
	r.dropped(what, "responder of an action", r.translate(d, res.refs, nil))
	if r.DryRun {
		return nil
	}
	_, err := r.send(ctx, "PUT /v2/integrations/{above}/actions", d, "", id)
	if m, goesOn := missingOf(err); err != nil && goesOn {
		r.weakened("%s: actions: the server refuses them: %s", what, m.Reason)
		return nil
	}
	return err
}

// policyKey returns the name of a policy with that of its team.
func (r *restorer) policyKey(row Row) string {
	return r.names[textOf(member(row.Data, "teamId"))] + "\n" + row.Name
}

// policies returns the function that restores the policies of a kind, those of each team and of
// the account in their order.
func (r *restorer) policies(kind string) func(context.Context, *Line) error {
	return func(ctx context.Context, line *Line) error {
		byTeam, order := map[string][]Row{}, []string{}
		for _, row := range r.saved[kind] {
			team := r.names[textOf(member(row.Data, "teamId"))]
			if byTeam[team] == nil {
				order = append(order, team)
			}
			byTeam[team] = append(byTeam[team], row)
		}
		line.Expect(len(r.saved[kind]))
		for _, team := range order {
			rows := byTeam[team]
			slices.SortStableFunc(rows, func(a, b Row) int { return orderOf(parse(a.Listed)) - orderOf(parse(b.Listed)) })
			if err := r.policiesOf(ctx, line, kind, team, rows); err != nil {
				return err
			}
		}
		return nil
	}
}

// policiesOf restores the policies of one team, or of the account if team is empty.
func (r *restorer) policiesOf(ctx context.Context, line *Line, kind, team string, rows []Row) error {
	teamID, found := r.here.find(teams, team)
	if team != "" && !found {
		for _, row := range rows {
			r.skip(line, "%s/%s: team %s, to which it belongs, does not exist here", kind, row.Name, team)
		}
		return nil
	}
	there, err := r.policiesThere(ctx, kind, team, teamID)
	if err != nil {
		return err
	}
	for _, row := range rows {
		what := kind + "/" + row.Name
		if err := r.refused(line, what, r.policy(ctx, line, what, teamID, row)); err != nil {
			return err
		}
	}
	if there == 0 || r.DryRun {
		return nil // they were created in their order
	}
	return r.reorder(ctx, kind, teamID, rows)
}

// policiesThere adds the policies that a team has to the directory, and counts them.
func (r *restorer) policiesThere(ctx context.Context, kind, team, teamID string) (n int, err error) {
	if team != "" && teamID == "" {
		return 0, nil // a dry run does not create the team
	}
	res, _ := kindNamed(kind)
	for row, err := range r.read.rows(ctx, res, nil, teamQuery(teamID)) {
		if err != nil {
			return n, err
		}
		n++
		r.here.add(kind, team+"\n"+res.titleOf(row), res.idOf(row))
	}
	return n, nil
}

func teamQuery(id string) string {
	if id == "" {
		return ""
	}
	return "teamId=" + id
}

func (r *restorer) policy(ctx context.Context, line *Line, what, teamID string, row Row) error {
	if row.Data == nil {
		r.skip(line, "%s: the export has only its name", what)
		return errSkipped
	}
	res, _ := kindNamed(row.Kind)
	d := body(row.Node, "order")
	r.dropped(what, "responder", r.translate(d, res.refs, nil))
	id, exists := r.here.find(row.Kind, r.policyKey(row))
	made, err := r.put(ctx, line, what, exists, func(ctx context.Context) (json.RawMessage, error) {
		if exists {
			return r.send(ctx, "PUT /v2/policies/{above}", d, teamID, id)
		}
		return r.send(ctx, "POST /v2/policies", d, "")
	})
	if err == nil {
		r.here.add(row.Kind, r.policyKey(row), made)
	}
	return err
}

// reorder moves the policies of a list that others were in before to the order of the export.
func (r *restorer) reorder(ctx context.Context, kind, teamID string, rows []Row) error {
	res, _ := kindNamed(kind)
	for place, row := range rows {
		id, found := r.here.find(kind, r.policyKey(row))
		if !found {
			continue
		}
		at := -1
		i := 0
		for there, err := range r.read.rows(ctx, res, nil, teamQuery(teamID)) {
			if err != nil {
				return err
			}
			if res.idOf(there) == id {
				at = i
			}
			i++
		}
		if at == place {
			continue
		}
		if _, err := r.send(ctx, "POST /v2/policies/{above}/change-order", document{"targetIndex": place}, teamID, id); err != nil {
			return err
		}
	}
	return nil
}

func (r *restorer) heartbeats(ctx context.Context, line *Line) error {
	res, _ := kindNamed(heartbeats)
	return r.each(ctx, line, r.saved[heartbeats], func(ctx context.Context, row Row) error {
		what := "heartbeats/" + row.Name
		d := body(row.Node, "expired", "lastPingTime")
		r.dropped(what, "owner", r.translate(d, res.refs, nil))
		_, exists := r.here.find(heartbeats, row.Name)
		_, err := r.put(ctx, line, what, exists, func(ctx context.Context) (json.RawMessage, error) {
			if exists {
				delete(d, "name")
				return r.send(ctx, "PATCH /v2/heartbeats/{above}", d, "", row.Name)
			}
			return r.send(ctx, "POST /v2/heartbeats", d, "")
		})
		return err
	})
}

// maintenance restores the windows that are not over. They have no names: one is known by its
// description and its times, and is not changed if it is there.
func (r *restorer) maintenance(ctx context.Context, line *Line) error {
	res, _ := kindNamed(maintenances)
	there := map[string]bool{}
	for row, err := range r.read.rows(ctx, res, nil, res.query) {
		if err != nil {
			return err
		}
		there[windowKey(parse(row))] = true
	}
	return r.each(ctx, line, r.saved[maintenances], func(ctx context.Context, row Row) error {
		d := body(row.Node, "status")
		what := "maintenance/" + firstOf(row.Name, row.ID)
		if status := textOf(member(row.Value(), "status")); status == "past" || status == "cancelled" || r.over(d) {
			r.note("%s: it is over, and was not restored", what)
			return nil
		}
		if there[windowKey(d)] {
			line.Add(unchanged)
			return nil
		}
		lost := r.translate(d, res.refs, nil)
		if kept, _ := d["rules"].([]any); len(kept) == 0 {
			r.skip(line, "%s: nothing of what it concerns is here", what)
			return errSkipped
		}
		r.dropped(what, "rule", lost)
		if at, is := d["time"].(document); is && at["endDate"] != nil {
			at["type"] = "schedule" // others would begin now
		}
		_, err := r.put(ctx, line, what, false, func(ctx context.Context) (json.RawMessage, error) {
			return r.send(ctx, "POST /v1/maintenance", d, "")
		})
		return err
	})
}

func windowKey(d document) string {
	at, _ := d["time"].(document)
	return textIn(d, "description") + "\n" + textIn(at, "startDate") + "\n" + textIn(at, "endDate")
}

func (r *restorer) over(d document) bool {
	at, _ := d["time"].(document)
	end, err := time.Parse(time.RFC3339Nano, textIn(at, "endDate"))
	return err == nil && end.Before(r.now())
}
