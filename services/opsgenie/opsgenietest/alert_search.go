package opsgenietest

import (
	"maps"
	"slices"
	"strconv"
)

func (w *world) listAlerts(c *call) (response, error) {
	now := w.now()
	keys := alertSortKeys(now)
	key, err := c.choice("sort", append([]string{"createdAt"}, slices.Sorted(maps.Keys(keys))...)...)
	if err != nil {
		return response{}, err
	}
	order, err := c.choice("order", "desc", "asc")
	if err != nil {
		return response{}, err
	}
	found, err := w.searchAlerts(c)
	if err != nil {
		return response{}, err
	}
	page, links, err := byNumber(w, c, ordered(found, order, keys[key]), "query", c.query.Get("query"),
		"searchIdentifier", c.query.Get("searchIdentifier"), "searchIdentifierType", c.query.Get("searchIdentifierType"),
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
	query := c.query.Get("query")
	if name := c.query.Get("searchIdentifier"); name != "" {
		if query != "" {
			return nil, problems{"searchIdentifier": "Send either query or searchIdentifier."}.err()
		}
		key, err := c.refTo(name, "searchIdentifierType", "id", "name")
		if err != nil {
			return nil, err
		}
		k := savedSearches()
		saved := w.lists.of(k.path).find(key.value, key.kind)
		if saved == nil {
			return nil, k.unknown(key)
		}
		query = saved.doc.text("query")
	}
	return queried(w.alerts.rows, query, alertFields(w.now()))
}

// alertFields returns the fields that a query may use.
func alertFields(now Time) map[string]func(*Alert) []string {
	moment := func(t Time) []string { return []string{strconv.FormatInt(instant(t).number, 10)} }
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
func alertSortKeys(now Time) map[string]func(*Alert) sortKey {
	report := func(a *Alert) Report {
		if a.Report == nil {
			return Report{}
		}
		return *a.Report
	}
	return map[string]func(*Alert) sortKey{
		"createdAt":             func(a *Alert) sortKey { return instant(a.CreatedAt) },
		"updatedAt":             func(a *Alert) sortKey { return instant(a.UpdatedAt) },
		"lastOccurredAt":        func(a *Alert) sortKey { return instant(a.LastOccurredAt) },
		"snoozedUntil":          func(a *Alert) sortKey { return instant(a.shown(now).SnoozedUntil) },
		"tinyId":                func(a *Alert) sortKey { return numeral(a.TinyID) },
		"count":                 func(a *Alert) sortKey { return sortKey{number: int64(a.Count)} },
		"acknowledged":          func(a *Alert) sortKey { return flag(a.Acknowledged) },
		"isSeen":                func(a *Alert) sortKey { return flag(a.IsSeen) },
		"snoozed":               func(a *Alert) sortKey { return flag(a.shown(now).Snoozed) },
		"alias":                 func(a *Alert) sortKey { return sortKey{text: a.Alias} },
		"message":               func(a *Alert) sortKey { return sortKey{text: a.Message} },
		"status":                func(a *Alert) sortKey { return sortKey{text: a.Status} },
		"source":                func(a *Alert) sortKey { return sortKey{text: a.Source} },
		"owner":                 func(a *Alert) sortKey { return sortKey{text: a.Owner} },
		"integration.name":      func(a *Alert) sortKey { return sortKey{text: a.Integration.Name} },
		"integration.type":      func(a *Alert) sortKey { return sortKey{text: a.Integration.Type} },
		"report.ackTime":        func(a *Alert) sortKey { return sortKey{number: report(a).AckTime} },
		"report.closeTime":      func(a *Alert) sortKey { return sortKey{number: report(a).CloseTime} },
		"report.acknowledgedBy": func(a *Alert) sortKey { return sortKey{text: report(a).AcknowledgedBy} },
		"report.closedBy":       func(a *Alert) sortKey { return sortKey{text: report(a).ClosedBy} },
	}
}
