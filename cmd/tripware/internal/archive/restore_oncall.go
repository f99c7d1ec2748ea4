package archive

import (
	"context"
	"encoding/json"
	"slices"
)

// schedules restores schedules without their rotations, and without overrides, which are for
// a short time.
func (r *restorer) schedules(ctx context.Context, line *Line) error {
	return r.each(ctx, line, r.saved[schedules], func(ctx context.Context, row Row) error {
		what := "schedules/" + row.Name
		d := body(row.Node, "rotations")
		r.dropped(what, "owner", r.translate(d, []ref{{"ownerTeam", teams}}, nil))
		id, exists := r.here.find(schedules, row.Name)
		made, err := r.put(ctx, line, what, exists, func(ctx context.Context) (json.RawMessage, error) {
			if exists {
				return r.send(ctx, "PATCH /v2/schedules/{above}", d, "", id)
			}
			return r.send(ctx, "POST /v2/schedules", d, "")
		})
		if err == nil {
			r.here.add(schedules, row.Name, made)
		}
		return err
	})
}

// escalations restores escalations, those first that others refer to. If they refer to each
// other in a circle, the first of them is created without these rules and updated at the end.
func (r *restorer) escalations(ctx context.Context, line *Line) error {
	left := slices.Clone(r.saved[escalations])
	var again []Row
	for len(left) > 0 {
		ready := slices.DeleteFunc(slices.Clone(left), func(row Row) bool { return r.waits(row, left) })
		if len(ready) == 0 {
			ready = left[:1]
			again = append(again, left[0])
		}
		restore := func(ctx context.Context, row Row) error {
			return r.escalation(ctx, line, row, slices.ContainsFunc(again, func(a Row) bool { return a.ID == row.ID }))
		}
		if err := r.each(ctx, line, ready, restore); err != nil {
			return err
		}
		left = slices.DeleteFunc(left, func(row Row) bool {
			return slices.ContainsFunc(ready, func(done Row) bool { return done.ID == row.ID })
		})
	}
	return r.each(ctx, line, again, func(ctx context.Context, row Row) error { return r.escalation(ctx, line, row, false) })
}

// waits reports whether a row refers to an escalation that is to be restored and is not here.
func (r *restorer) waits(row Row, left []Row) bool {
	res, _ := kindNamed(escalations)
	return slices.ContainsFunc(targets(res, parse(row.Value())), func(t target) bool {
		if !slices.Contains(t.kinds, escalations) || t.id == row.ID {
			return false
		}
		_, here := r.here.find(escalations, firstOf(r.names[t.id], t.name))
		return !here && slices.ContainsFunc(left, func(other Row) bool { return other.ID == t.id })
	})
}

// escalation restores one escalation. A rule whose recipient is not here is left out, which is
// no weakness if it is for now only.
func (r *restorer) escalation(ctx context.Context, line *Line, row Row, forNow bool) error {
	what := "escalations/" + row.Name
	res, _ := kindNamed(escalations)
	d := body(row.Node)
	lost := r.translate(d, res.refs, nil)
	if kept, _ := d["rules"].([]any); len(kept) == 0 {
		r.skip(line, "%s: none of its recipients is here", what)
		return errSkipped
	}
	if !forNow {
		r.dropped(what, "rule or owner left out", lost)
	}
	id, exists := r.here.find(escalations, row.Name)
	made, err := r.put(ctx, line, what, exists, func(ctx context.Context) (json.RawMessage, error) {
		if exists {
			return r.send(ctx, "PATCH /v2/escalations/{above}", d, "", id)
		}
		return r.send(ctx, "POST /v2/escalations", d, "")
	})
	if err == nil {
		r.here.add(escalations, row.Name, made)
	}
	return err
}

// rotations restores the rotations of schedules. Rotations that a schedule has besides stay.
func (r *restorer) rotations(ctx context.Context, line *Line) error {
	res := part(schedules, rotations)
	return r.each(ctx, line, r.saved[schedules], func(ctx context.Context, row Row) error {
		id, found := r.here.find(schedules, row.Name)
		if !found {
			return nil // the schedule was skipped
		}
		var there []document
		if id != "" { // a dry run does not create the schedule
			for each, err := range r.read.rows(ctx, res, []string{id}, "") {
				if err != nil {
					return err
				}
				there = append(there, parse(each))
			}
		}
		for i, saved := range rotationsOf(row) {
			what := "schedules/" + row.Name + ": rotation " + firstOf(textIn(saved, "name"), "without a name")
			at := counterpart(there, saved, i)
			if err := r.refused(line, what, r.rotation(ctx, line, what, id, saved, at)); err != nil {
				return err
			}
		}
		return nil
	})
}

// rotationsOf returns the rotations of a saved schedule, in their order.
func rotationsOf(row Row) (all []document) {
	if parts, given := row.Parts[rotations]; given {
		for _, n := range parts {
			all = append(all, parse(n.Value()))
		}
		return all
	}
	list, _ := parse(row.Value())["rotations"].([]any)
	for _, each := range list {
		if d, is := each.(document); is {
			all = append(all, d)
		}
	}
	return all
}

// counterpart returns the rotation that is there for a saved one: that of the same name or, without
// a name, that at the same place. It returns nil if there is none.
func counterpart(there []document, saved document, i int) document {
	if name := textIn(saved, "name"); name != "" {
		if at := slices.IndexFunc(there, func(t document) bool { return t["name"] == name }); at >= 0 {
			return there[at]
		}
		return nil
	}
	if i < len(there) && textIn(there[i], "name") == "" {
		return there[i]
	}
	return nil
}

// rotation restores one rotation. The turns of somebody who is not here remain, and nobody
// takes them; but if that left a rotation that is there without anybody, it keeps those that
// it has.
func (r *restorer) rotation(ctx context.Context, line *Line, what, schedule string, saved, there document) error {
	delete(saved, "id")
	delete(saved, "_parent")
	lost := r.translate(saved, []ref{{"participants[]", ""}}, func(target) any { return document{"type": "none"} })
	participants, _ := saved["participants"].([]any)
	if there != nil && allNone(participants) {
		if kept, _ := there["participants"].([]any); !allNone(kept) {
			delete(saved, "participants")
			r.weakened("%s: it keeps its participants: none of those of the export is here", what)
			lost = nil
		}
	}
	r.dropped(what, "a turn is left to nobody", lost)
	_, err := r.put(ctx, line, what, there != nil, func(ctx context.Context) (json.RawMessage, error) {
		if there != nil {
			return r.send(ctx, "PATCH /v2/schedules/{above}/rotations/{id}", saved, "", schedule, textIn(there, "id"))
		}
		return r.send(ctx, "POST /v2/schedules/{above}/rotations", saved, "", schedule)
	})
	return err
}

func allNone(participants []any) bool {
	return !slices.ContainsFunc(participants, func(each any) bool {
		d, _ := each.(document)
		return d["type"] != "none"
	})
}
