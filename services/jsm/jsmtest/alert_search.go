package jsmtest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/tripware/tripware/services/internal/sim"
)

// window is the number below which offset and size of a page of alerts must be together.
const window = 20_000

func listAlerts(w *world, c *call) (response, error) {
	key, err := c.Choice("sort", "insertedAt", "createdAt", "lastOccurredAt", "priority")
	if err != nil {
		return response{}, err
	}
	order, err := c.Choice("order", "desc", "asc")
	if err != nil {
		return response{}, err
	}
	p := problems{}
	offset, size := c.Number(p, "offset", 0, 0, 1<<31-1), c.Number(p, "size", 20, 1, 100)
	p.Add(offset+size >= window, "offset", "Sum of offset and size must be less than "+strconv.Itoa(window)+".")
	if err := p.Err(); err != nil {
		return response{}, err
	}
	found, err := sim.Filter(w.alerts.Rows, c.Query.Get("query"), alertFields(w))
	if err != nil {
		return response{}, sim.Refuse(http.StatusBadRequest, "Query is malformed: "+err.Error())
	}
	sortKeys := map[string]func(*Alert) sim.SortKey{
		"insertedAt":     func(a *Alert) sim.SortKey { return sim.Instant(a.CreatedAt) },
		"createdAt":      func(a *Alert) sim.SortKey { return sim.Instant(a.CreatedAt) },
		"lastOccurredAt": func(a *Alert) sim.SortKey { return sim.Instant(a.LastOccurredAt) },
		"priority":       func(a *Alert) sim.SortKey { return sim.SortKey{Text: a.Priority} },
	}
	some, out, err := byOffset(w, c, sim.Ordered(found, order, sortKeys[key]), 20, 100)
	if err != nil {
		return response{}, err
	}
	rows := make([]document, len(some))
	for i, a := range some {
		rows[i] = a.shown(w)
	}
	out.Values, out.Count = rows, len(rows)
	return response{data: out}, nil
}

// alertFields returns the fields that a query may use.
func alertFields(w *world) map[string]func(*Alert) []string {
	moment := func(t Time) []string { return []string{strconv.FormatInt(sim.Instant(t).Number, 10)} }
	truth := func(b bool) []string { return []string{strconv.FormatBool(b)} }
	tags := func(a *Alert) []string { return a.Tags }
	return map[string]func(*Alert) []string{
		"status":                func(a *Alert) []string { return []string{a.Status} },
		"priority":              func(a *Alert) []string { return []string{a.Priority} },
		"tag":                   tags,
		"tags":                  tags,
		"alias":                 func(a *Alert) []string { return []string{a.Alias} },
		"message":               func(a *Alert) []string { return []string{a.Message} },
		"description":           func(a *Alert) []string { return []string{a.Description} },
		"entity":                func(a *Alert) []string { return []string{a.Entity} },
		"source":                func(a *Alert) []string { return []string{a.Source} },
		"owner":                 func(a *Alert) []string { return []string{a.Owner} },
		"tinyId":                func(a *Alert) []string { return []string{a.TinyID} },
		"count":                 func(a *Alert) []string { return []string{strconv.Itoa(a.Count)} },
		"acknowledged":          func(a *Alert) []string { return truth(a.Acknowledged) },
		"snoozed":               func(a *Alert) []string { return truth(a.snoozed(w)) },
		"createdAt":             func(a *Alert) []string { return moment(a.CreatedAt) },
		"updatedAt":             func(a *Alert) []string { return moment(a.UpdatedAt) },
		"lastOccurredAt":        func(a *Alert) []string { return moment(a.LastOccurredAt) },
		"extraProperties.key":   func(a *Alert) []string { return slices.Collect(maps.Keys(a.ExtraProperties)) },
		"extraProperties.value": func(a *Alert) []string { return slices.Collect(maps.Values(a.ExtraProperties)) },
		"responders": func(a *Alert) (ids []string) {
			for _, r := range a.Responders {
				ids = append(ids, r.ID)
			}
			return ids
		},
	}
}
