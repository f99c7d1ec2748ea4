package opsgenietest

import (
	"net/http"
	"slices"
	"strings"
)

// timelineEntries are the entries that requests added to the timeline of an incident.
// The server adds none itself. See https://docs.opsgenie.com/docs/incident-timeline-api.
func timelineEntries() *kind {
	k := &kind{
		noun: "timeline entry", path: "/v2/incident-timelines/{incidentId}/entries", param: "timelineEntryId", domain: DomainOther,
		keys:     []string{"id"},
		brief:    []string{"id", "group", "type", "eventTime", "hidden", "actor", "description", "lastEdit"},
		complete: completeEntry,
		schema: schema{
			made: []string{"group", "type", "eventTime", "hidden", "actor", "lastEdit"},
			fields: []field{
				{name: "description", is: objectValue, required: true, inside: checkText},
				{name: "time", is: timeValue},
			},
		},
	}
	k.locate = func(w *world, c *call) (*shelf, error) {
		id := c.path["incidentId"]
		if _, ok := w.incidents.find(ref{"id", id}); !ok {
			return nil, refuse(http.StatusNotFound, "No incident exists with id ["+id+"]")
		}
		return w.lists.of("/v2/incident-timelines/" + id), nil
	}
	return k
}

func timelineRoutes() []route {
	k := timelineEntries()
	return []route{
		{"GET " + k.path, k.domain, noBody, k.listEntries}, k.created(), k.on(http.MethodGet, "", k.got),
		k.on(http.MethodPut, "", k.changeEntry), k.on(http.MethodDelete, "", k.deleted),
		k.on(http.MethodPatch, "/hide", k.hides(true)), k.on(http.MethodPatch, "/unhide", k.hides(false)),
	}
}

func checkText(p problems, name string, value any) {
	text, _ := value.(map[string]any)
	p.within(name, text, []field{
		{name: "type", is: textValue, among: []string{"plain_text"}},
		{name: "content", is: textValue, required: true},
	})
}

// completeEntry sets when an entry was made and by whom.
func completeEntry(w *world, _ *call, it *item) error {
	if at, ok := parseTime(it.doc.text("time")); ok {
		it.doc["eventTime"] = at
	} else if it.doc["eventTime"] == nil {
		it.doc["eventTime"] = w.now()
	}
	delete(it.doc, "time")
	if text := it.doc.object("description"); text["type"] == nil {
		text["type"] = "plain_text"
	}
	if it.doc["group"] == nil {
		it.doc["group"], it.doc["type"], it.doc["hidden"] = "custom", "CustomUserEntry", false
		it.doc["actor"] = w.actor()
	}
	return nil
}

// actor is the actor of all requests.
func (w *world) actor() map[string]any {
	return map[string]any{"name": w.integration.Name, "type": "integration"}
}

func (k *kind) changeEntry(w *world, c *call, it *item) (response, error) {
	a, err := k.changed(w, c, it)
	if err != nil {
		return a, err
	}
	it.doc["lastEdit"] = map[string]any{"editTime": w.now(), "actor": w.actor()}
	a.data = k.meta(w, it)
	return a, nil
}

func (k *kind) hides(hidden bool) func(*world, *call, *item) (response, error) {
	return func(w *world, _ *call, it *item) (response, error) {
		it.doc["hidden"] = hidden
		return response{result: "Updated", data: k.meta(w, it)}, nil
	}
}

// listEntries responds with entries sorted by time, by default the oldest first. An
// offset is the id of the last entry of the previous page.
func (k *kind) listEntries(w *world, c *call) (response, error) {
	shelf, err := k.locate(w, c)
	if err != nil {
		return response{}, err
	}
	p := problems{}
	limit := c.number(p, "limit", maxLimit, 1, maxLimit)
	order, err := c.choice("order", "asc", "desc")
	p.add(err != nil, "order", "Must be one of asc, desc.")
	groups, shown := c.query.Get("group"), []document{}
	for _, it := range ordered(shelf.items, order, func(it *item) sortKey {
		at, _ := it.doc["eventTime"].(Time)
		return instant(at)
	}) {
		wanted := groups == "" || slices.Contains(strings.Split(groups, ","), it.doc.text("group"))
		if wanted && (!it.doc.flag("hidden") || c.query.Get("discardHidden") != "true") {
			shown = append(shown, it.doc)
		}
	}
	if offset := c.query.Get("offset"); offset != "" {
		last := slices.IndexFunc(shown, func(d document) bool { return d.text("id") == offset })
		p.add(last < 0, "offset", "There is no entry at this offset.")
		shown = shown[last+1:]
	}
	if err := p.err(); err != nil {
		return response{}, err
	}
	return response{data: document{"entries": shown[:min(limit, len(shown))]}}, nil
}
