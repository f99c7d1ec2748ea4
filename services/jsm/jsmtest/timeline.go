package jsmtest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

const mediaCalendar = "text/calendar"

func timelineRoutes(k *kind) []route {
	of := *k
	of.param = "scheduleId"
	return []route{
		of.on("GET", "/timeline", getTimeline),
		{"GET " + schedulesPath + "/{scheduleId}.ics", DomainConfig, noBody, func(w *world, c *call) (response, error) {
			it, err := of.find(w, c)
			if err != nil {
				return response{}, err
			}
			return w.calendar(w.events(it, func(p *sim.Period) string { return p.Who.Text("id") })), nil
		}},
	}
}

// maxInterval is the maximum number of days, weeks or months in a timeline.
const maxInterval = 400

// getTimeline responds with who is on call in the days, weeks or months that start at a
// date, which may be from one year ago to two years ahead.
func getTimeline(w *world, c *call, it *item) (response, error) {
	unit, err := c.Choice("intervalUnit", "weeks", "days", "months")
	if err != nil {
		return response{}, err
	}
	p := problems{}
	length, from := c.Number(p, "interval", 1, 1, maxInterval), c.Date(p, w.Now())
	in, err := sim.Zone(it.Doc)
	if err != nil {
		return response{}, err
	}
	within := sim.Span{From: from.Time, To: from.In(in).AddDate(0, 0, map[string]int{"days": length, "weeks": 7 * length}[unit])}
	if unit == "months" {
		within.To = from.In(in).AddDate(0, length, 0)
	}
	p.Add(within.From.Before(w.Now().AddDate(-1, 0, 0)) || within.To.After(w.Now().AddDate(2, 0, 0)),
		"date", "The timeline must be from one year ago to two years ahead.")
	if err := p.Err(); err != nil {
		return response{}, err
	}
	out := document{
		"startDate": Time{Time: within.From}, "endDate": Time{Time: within.To}, "_expands": []string{"base", "forwarding", "override"},
		"finalTimeline": w.timeline(it, within, func(l *sim.Layers) []sim.Period { return l.Final }),
	}
	for part, get := range map[string]func(*sim.Layers) []sim.Period{
		"base":       func(l *sim.Layers) []sim.Period { return l.Base },
		"override":   func(l *sim.Layers) []sim.Period { return l.Override },
		"forwarding": func(l *sim.Layers) []sim.Period { return l.Forwarding },
	} {
		if slices.Contains(strings.Split(strings.Join(c.Query["expand"], ","), ","), part) {
			out[part+"Timeline"] = w.timeline(it, within, get)
		}
	}
	return response{data: out}, nil
}

// timeline returns one layer of all rotations of a schedule.
func (w *world) timeline(schedule *item, within sim.Span, get func(*sim.Layers) []sim.Period) document {
	rotations := []document{}
	for i, each := range schedule.Lists.Of(rotationsPath).Items {
		l := periods(each, within)
		shown := []document{}
		for _, p := range get(&l) {
			shown = append(shown, w.shownPeriod(&p, l.Base))
		}
		rotations = append(rotations, document{
			"id": each.ID(), "name": each.Doc.Text("name"), "order": i + 1, "deleted": false, "periods": shown,
		})
	}
	return document{"rotations": rotations}
}

// shownPeriod returns a period as timelines have it. That of an override says which user
// it replaces when it starts.
func (w *world) shownPeriod(p *sim.Period, base []sim.Period) document {
	flat := []document{}
	for _, id := range w.usersOf([]document{w.expanded(p.Who, p.At.From, participantsWord, nil)}) {
		flat = append(flat, entity(document{"type": "user", "id": id}))
	}
	out := document{
		"startDate": Time{Time: p.At.From}, "endDate": Time{Time: p.At.To}, "type": p.Kind,
		"responder": entity(p.Who), "flattenedResponders": flat,
	}
	if p.Kind != "override" {
		out["type"] = "base"
		return out
	}
	for _, b := range base {
		if !p.At.From.Before(b.At.From) && p.At.From.Before(b.At.To) && b.Who.Text("type") == "user" {
			out["from"] = entity(b.Who)
		}
	}
	return out
}

func entity(who document) document {
	out := who.Only("id", "type")
	out["deleted"] = false
	return out
}

// exported is the length of calendars.
const exported = 3 // months

// events returns the periods of a schedule from now on that have a summary.
func (w *world) events(schedule *item, summary func(*sim.Period) string) (all []sim.Event) {
	now := w.Now().Time
	for _, each := range schedule.Lists.Of(rotationsPath).Items {
		for _, p := range periods(each, sim.Span{From: now, To: now.AddDate(0, exported, 0)}).Final {
			if text := summary(&p); text != "" {
				uid := each.ID() + "-" + strconv.FormatInt(p.At.From.Unix(), 10) + "@jsmtest"
				all = append(all, sim.Event{UID: uid, Summary: text, Span: p.At})
			}
		}
	}
	return all
}

func (w *world) calendar(events []sim.Event) response {
	return response{file: &file{mediaType: mediaCalendar, content: sim.Calendar("jsmtest", w.Now().Time, events)}}
}
