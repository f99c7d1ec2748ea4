package opsgenietest

import (
	"cmp"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

// periods computes who is on call in a rotation in a span: by turns, then overrides, then
// forwarding rules.
func (w *world) periods(rotation *item, within sim.Span) sim.Layers {
	var overrides []sim.Period
	for _, override := range rotation.Above.Lists.Of(overridesPath).Items {
		about := override.Doc.List("rotations")
		named := slices.ContainsFunc(about, func(r document) bool { return r.Text("id") == rotation.ID() })
		if len(about) > 0 && !named {
			continue
		}
		at := sim.Span{From: override.Doc.Moment("startDate").Time, To: override.Doc.Moment("endDate").Time}
		overrides = append(overrides, sim.Period{At: at, Kind: "override", Who: override.Doc.Object("user")})
	}
	l := sim.Layer(rotation, within, overrides...)
	for _, rule := range w.lists.Of("/v2/forwarding-rules").Items {
		from, _ := w.known("user", rule.Doc.Object("fromUser"))
		to := w.user(rule.Doc.Object("toUser"))
		for _, p := range l.Final {
			at := p.At.Meet(sim.Span{From: rule.Doc.Moment("startDate").Time, To: rule.Doc.Moment("endDate").Time})
			if at.Empty() || p.Instead != nil || p.Who.Text("type") != "user" || p.Who.Text("id") != from {
				continue
			}
			moved := sim.Period{At: at, Kind: "forwarding", Who: to, Instead: p.Who}
			l.Forwarding = append(l.Forwarding, moved)
			l.Final = sim.Replace(l.Final, moved)
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
	unit, err := c.Choice("intervalUnit", "weeks", "days", "months")
	if err != nil {
		return response{}, err
	}
	p := problems{}
	length, date := c.Number(p, "interval", 1, 1, maxInterval), c.Date(p, w.Now())
	if err := p.Err(); err != nil {
		return response{}, err
	}
	in, err := sim.Zone(it.Doc)
	if err != nil {
		return response{}, err
	}
	days := map[string]int{"days": length, "weeks": 7 * length}[unit]
	months := map[string]int{"months": length}[unit]
	within := sim.Span{From: date.Time, To: date.In(in).AddDate(0, months, days)}
	out := document{"_parent": k.meta(w, it), "startDate": Time{Time: within.From}, "endDate": Time{Time: within.To}}
	for _, layer := range []struct {
		part, name string
		get        func(*sim.Layers) []sim.Period
	}{
		{"", "finalTimeline", func(l *sim.Layers) []sim.Period { return l.Final }},
		{"base", "baseTimeline", func(l *sim.Layers) []sim.Period { return l.Base }},
		{"override", "overrideTimeline", func(l *sim.Layers) []sim.Period { return l.Override }},
		{"forwarding", "forwardingTimeline", func(l *sim.Layers) []sim.Period { return l.Forwarding }},
	} {
		if layer.part == "" || expands(c, layer.part) {
			out[layer.name] = w.timeline(it, within, layer.get)
		}
	}
	return response{data: out, expandable: []string{"base", "forwarding", "override"}}, nil
}

// timeline returns one layer of all rotations of a schedule.
func (w *world) timeline(schedule *item, within sim.Span, get func(*sim.Layers) []sim.Period) document {
	rotations := []document{}
	for i, each := range schedule.Lists.Of(rotationsPath).Items {
		l := w.periods(each, within)
		periods := []document{}
		for _, p := range get(&l) {
			periods = append(periods, shownPeriod(&p))
		}
		rotations = append(rotations, document{"id": each.ID(), "name": each.Doc.Text("name"), "order": i + 1, "periods": periods})
	}
	return document{"rotations": rotations}
}

func shownPeriod(p *sim.Period) document {
	out := document{"startDate": Time{Time: p.At.From}, "endDate": Time{Time: p.At.To}, "type": p.Kind, "recipient": participant(p.Who)}
	if p.Instead != nil {
		out["fromUser"] = label(p.Instead)
	}
	return out
}

// label returns the name of a recipient, which for a user is the username.
func label(who document) string { return cmp.Or(who.Text("username"), who.Text("name")) }

// participant returns a recipient as timelines and on-calls contain it.
func participant(who document) document {
	out := who.Only("id", "type")
	if name := label(who); name != "" {
		out["name"] = name
	}
	return out
}
