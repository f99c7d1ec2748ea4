package opsgenietest

import (
	"maps"
	"slices"
	"strconv"

	"github.com/tripware/tripware/services/internal/sim"
)

// deepest is the number that offset and limit of a page of alerts may not exceed together.
const deepest = 20_000

func (w *world) listAlerts(c *call) (response, error) {
	p := problems{}
	if c.Number(p, "offset", 0, 0, 1<<31-1)+c.Number(p, "limit", defaultLimit, 1, maxLimit) > deepest {
		p.Add(true, "offset", "Sum of offset and limit must not exceed "+strconv.Itoa(deepest)+".")
		return response{}, p.Err()
	}
	now := w.Now()
	keys := alertSortKeys(now)
	key, err := c.Choice("sort", append([]string{"createdAt"}, slices.Sorted(maps.Keys(keys))...)...)
	if err != nil {
		return response{}, err
	}
	order, err := c.Choice("order", "desc", "asc")
	if err != nil {
		return response{}, err
	}
	found, err := w.searchAlerts(c)
	if err != nil {
		return response{}, err
	}
	page, links, err := byNumber(w, c, sim.Ordered(found, order, keys[key]), "query", c.Query.Get("query"),
		"searchIdentifier", c.Query.Get("searchIdentifier"), "searchIdentifierType", c.Query.Get("searchIdentifierType"),
		"limit", "", "sort", key, "order", order)
	if err != nil {
		return response{}, err
	}
	rows := make([]Alert, len(page))
	for i, a := range page {
		rows[i] = a.shown(now)
		rows[i].Actions, rows[i].Entity, rows[i].Description, rows[i].Details = nil, "", "", nil
	}
	return response{data: rows, paging: links}, nil
}

func (w *world) countAlerts(c *call) (response, error) {
	found, err := w.searchAlerts(c)
	if err != nil {
		return response{}, err
	}
	return response{data: map[string]int{"count": len(found)}}, nil
}

// searchAlerts returns the alerts that match the query or the saved search. A request
// with both is refused, because it is not documented which the service uses.
func (w *world) searchAlerts(c *call) ([]*Alert, error) {
	query := c.Query.Get("query")
	if name := c.Query.Get("searchIdentifier"); name != "" {
		if query != "" {
			return nil, problems{"searchIdentifier": "Send either query or searchIdentifier."}.Err()
		}
		key, err := c.refTo(name, "searchIdentifierType", "id", "name")
		if err != nil {
			return nil, err
		}
		k := savedSearches()
		saved := w.lists.Of(k.path).Find(key.Value, key.Kind)
		if saved == nil {
			return nil, k.unknown(key)
		}
		query = saved.Doc.Text("query")
	}
	return queried(w.alerts.Rows, query, alertFields(w.Now()))
}

// alertFields returns the fields that a query may use.
func alertFields(now Time) map[string]func(*Alert) []string {
	moment := func(t Time) []string { return []string{strconv.FormatInt(sim.Instant(t).Number, 10)} }
	truth := func(b bool) []string { return []string{strconv.FormatBool(b)} }
	tags := func(a *Alert) []string { return a.Tags }
	return map[string]func(*Alert) []string{
		"status":           func(a *Alert) []string { return []string{a.Status} },
		"priority":         func(a *Alert) []string { return []string{a.Priority} },
		"tag":              tags,
		"tags":             tags,
		"alias":            func(a *Alert) []string { return []string{a.Alias} },
		"message":          func(a *Alert) []string { return []string{a.Message} },
		"description":      func(a *Alert) []string { return []string{a.Description} },
		"entity":           func(a *Alert) []string { return []string{a.Entity} },
		"source":           func(a *Alert) []string { return []string{a.Source} },
		"owner":            func(a *Alert) []string { return []string{a.Owner} },
		"tinyId":           func(a *Alert) []string { return []string{a.TinyID} },
		"count":            func(a *Alert) []string { return []string{strconv.Itoa(a.Count)} },
		"acknowledged":     func(a *Alert) []string { return truth(a.Acknowledged) },
		"isSeen":           func(a *Alert) []string { return truth(a.IsSeen) },
		"snoozed":          func(a *Alert) []string { return truth(a.shown(now).Snoozed) },
		"createdAt":        func(a *Alert) []string { return moment(a.CreatedAt) },
		"updatedAt":        func(a *Alert) []string { return moment(a.UpdatedAt) },
		"lastOccurredAt":   func(a *Alert) []string { return moment(a.LastOccurredAt) },
		"details.key":      func(a *Alert) []string { return slices.Collect(maps.Keys(a.Details)) },
		"details.value":    func(a *Alert) []string { return slices.Collect(maps.Values(a.Details)) },
		"responders":       func(a *Alert) []string { return responderIDs(a.Responders) },
		"integration.id":   func(a *Alert) []string { return []string{a.Integration.ID} },
		"integration.name": func(a *Alert) []string { return []string{a.Integration.Name} },
	}
}

func responderIDs(all []Responder) []string {
	out := make([]string, len(all))
	for i, r := range all {
		out[i] = r.ID
	}
	return out
}

// alertSortKeys returns the fields by which the list can be sorted.
func alertSortKeys(now Time) map[string]func(*Alert) sim.SortKey {
	report := func(a *Alert) Report {
		if a.Report == nil {
			return Report{}
		}
		return *a.Report
	}
	return map[string]func(*Alert) sim.SortKey{
		"createdAt":             func(a *Alert) sim.SortKey { return sim.Instant(a.CreatedAt) },
		"updatedAt":             func(a *Alert) sim.SortKey { return sim.Instant(a.UpdatedAt) },
		"lastOccurredAt":        func(a *Alert) sim.SortKey { return sim.Instant(a.LastOccurredAt) },
		"snoozedUntil":          func(a *Alert) sim.SortKey { return sim.Instant(a.shown(now).SnoozedUntil) },
		"tinyId":                func(a *Alert) sim.SortKey { return sim.Numeral(a.TinyID) },
		"count":                 func(a *Alert) sim.SortKey { return sim.SortKey{Number: int64(a.Count)} },
		"acknowledged":          func(a *Alert) sim.SortKey { return sim.Truth(a.Acknowledged) },
		"isSeen":                func(a *Alert) sim.SortKey { return sim.Truth(a.IsSeen) },
		"snoozed":               func(a *Alert) sim.SortKey { return sim.Truth(a.shown(now).Snoozed) },
		"alias":                 func(a *Alert) sim.SortKey { return sim.SortKey{Text: a.Alias} },
		"message":               func(a *Alert) sim.SortKey { return sim.SortKey{Text: a.Message} },
		"status":                func(a *Alert) sim.SortKey { return sim.SortKey{Text: a.Status} },
		"source":                func(a *Alert) sim.SortKey { return sim.SortKey{Text: a.Source} },
		"owner":                 func(a *Alert) sim.SortKey { return sim.SortKey{Text: a.Owner} },
		"integration.name":      func(a *Alert) sim.SortKey { return sim.SortKey{Text: a.Integration.Name} },
		"integration.type":      func(a *Alert) sim.SortKey { return sim.SortKey{Text: a.Integration.Type} },
		"report.ackTime":        func(a *Alert) sim.SortKey { return sim.SortKey{Number: report(a).AckTime} },
		"report.closeTime":      func(a *Alert) sim.SortKey { return sim.SortKey{Number: report(a).CloseTime} },
		"report.acknowledgedBy": func(a *Alert) sim.SortKey { return sim.SortKey{Text: report(a).AcknowledgedBy} },
		"report.closedBy":       func(a *Alert) sim.SortKey { return sim.SortKey{Text: report(a).ClosedBy} },
	}
}
