package opsgenietest

import (
	"cmp"
	"slices"
)

// layers are the periods of one rotation in a span.
type layers struct{ base, override, forwarding, final []period }

// periods computes who is on call in a rotation in a span: by turns, then overrides, of
// which the last one counts, then forwarding rules. There is no period where nobody is
// on call.
func (w *world) periods(rotation *item, within span) (l layers) {
	l.base = slices.Collect(whose(rotation, within))
	l.final = l.base
	for _, override := range rotation.above.lists.of(overridesPath).items {
		at := within.meet(span{override.doc.moment("startDate").Time, override.doc.moment("endDate").Time})
		about := override.doc.list("rotations")
		named := slices.ContainsFunc(about, func(r document) bool { return r.text("id") == rotation.id() })
		if at.empty() || len(about) > 0 && !named {
			continue
		}
		p := period{at: at, kind: "override", who: override.doc.object("user")}
		l.override = replace(l.override, p)
		l.final = replace(l.final, p)
	}
	l.final = slices.DeleteFunc(l.final, func(p period) bool { return p.nobody() })
	for _, rule := range w.lists.of("/v2/forwarding-rules").items {
		from, _ := w.known("user", rule.doc.object("fromUser"))
		to := w.user(rule.doc.object("toUser"))
		for _, p := range l.final {
			at := p.at.meet(span{rule.doc.moment("startDate").Time, rule.doc.moment("endDate").Time})
			if at.empty() || p.instead != nil || p.who.text("type") != "user" || p.who.text("id") != from {
				continue
			}
			moved := period{at: at, kind: "forwarding", who: to, instead: p.who}
			l.forwarding = append(l.forwarding, moved)
			l.final = replace(l.final, moved)
		}
	}
	return l
}

// maxInterval is the maximum number of days, weeks or months in a timeline. The API's
// description has no limit.
const maxInterval = 400

// getTimeline responds with who is on call in the days, weeks or months that start at a
// time.
func (k *kind) getTimeline(w *world, c *call) (response, error) {
	it, err := k.find(w, c)
	if err != nil {
		return response{}, err
	}
	unit, err := c.choice("intervalUnit", "weeks", "days", "months")
	if err != nil {
		return response{}, err
	}
	p := problems{}
	length, date := c.number(p, "interval", 1, 1, maxInterval), c.date(p, w.now())
	if err := p.err(); err != nil {
		return response{}, err
	}
	in, err := zone(it.doc)
	if err != nil {
		return response{}, err
	}
	days := map[string]int{"days": length, "weeks": 7 * length}[unit]
	months := map[string]int{"months": length}[unit]
	within := span{date.Time, date.In(in).AddDate(0, months, days)}
	out := document{"_parent": k.meta(w, it), "startDate": Time{within.from}, "endDate": Time{within.to}}
	for _, layer := range []struct {
		part, name string
		get        func(*layers) []period
	}{
		{"", "finalTimeline", func(l *layers) []period { return l.final }},
		{"base", "baseTimeline", func(l *layers) []period { return l.base }},
		{"override", "overrideTimeline", func(l *layers) []period { return l.override }},
		{"forwarding", "forwardingTimeline", func(l *layers) []period { return l.forwarding }},
	} {
		if layer.part == "" || expands(c, layer.part) {
			out[layer.name] = w.timeline(it, within, layer.get)
		}
	}
	return response{data: out, expandable: []string{"base", "forwarding", "override"}}, nil
}

// timeline returns one layer of all rotations of a schedule.
func (w *world) timeline(schedule *item, within span, get func(*layers) []period) document {
	rotations := []document{}
	for i, each := range schedule.lists.of(rotationsPath).items {
		l := w.periods(each, within)
		periods := []document{}
		for _, p := range get(&l) {
			periods = append(periods, shownPeriod(&p))
		}
		rotations = append(rotations, document{"id": each.id(), "name": each.doc.text("name"), "order": i + 1, "periods": periods})
	}
	return document{"rotations": rotations}
}

func shownPeriod(p *period) document {
	out := document{"startDate": Time{p.at.from}, "endDate": Time{p.at.to}, "type": p.kind, "recipient": participant(p.who)}
	if p.instead != nil {
		out["fromUser"] = label(p.instead)
	}
	return out
}

// label returns the name of a recipient, which for a user is the username.
func label(who document) string { return cmp.Or(who.text("username"), who.text("name")) }

// participant returns a recipient as timelines and on-calls contain it.
func participant(who document) document {
	out := who.only("id", "type")
	if name := label(who); name != "" {
		out["name"] = name
	}
	return out
}
