package opsgenietest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
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
			Made: []string{"group", "type", "eventTime", "hidden", "actor", "lastEdit"},
			Fields: []field{
				{Name: "description", Is: sim.Object, Required: true, Inside: checkText},
				{Name: "time", Is: sim.Moment},
			},
		},
	}
	k.locate = func(w *world, c *call) (*shelf, error) {
		id := c.Path["incidentId"]
		if _, ok := w.incidents.Find(sim.Ref{Kind: "id", Value: id}); !ok {
			return nil, sim.Refuse(http.StatusNotFound, "No incident exists with id ["+id+"]")
		}
		return w.lists.Of("/v2/incident-timelines/" + id), nil
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
	p.Within(name, text, []field{
		{Name: "type", Is: sim.Text, Among: []string{"plain_text"}},
		{Name: "content", Is: sim.Text, Required: true},
	})
}

// completeEntry sets when an entry was made and by whom.
func completeEntry(w *world, _ *call, it *item) error {
	if at, ok := sim.ParseTime(it.Doc.Text("time")); ok {
		it.Doc["eventTime"] = at
	} else if it.Doc["eventTime"] == nil {
		it.Doc["eventTime"] = w.Now()
	}
	delete(it.Doc, "time")
	if text := it.Doc.Object("description"); text["type"] == nil {
		text["type"] = "plain_text"
	}
	if it.Doc["group"] == nil {
		it.Doc["group"], it.Doc["type"], it.Doc["hidden"] = "custom", "CustomUserEntry", false
		it.Doc["actor"] = w.actor()
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
	it.Doc["lastEdit"] = map[string]any{"editTime": w.Now(), "actor": w.actor()}
	a.data = k.meta(w, it)
	return a, nil
}

func (k *kind) hides(hidden bool) func(*world, *call, *item) (response, error) {
	return func(w *world, _ *call, it *item) (response, error) {
		it.Doc["hidden"] = hidden
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
	limit := c.Number(p, "limit", maxLimit, 1, maxLimit)
	order, err := c.Choice("order", "asc", "desc")
	p.Add(err != nil, "order", "Must be one of asc, desc.")
	groups, shown := c.Query.Get("group"), []document{}
	for _, it := range sim.Ordered(shelf.Items, order, func(it *item) sim.SortKey {
		at, _ := it.Doc["eventTime"].(Time)
		return sim.Instant(at)
	}) {
		wanted := groups == "" || slices.Contains(strings.Split(groups, ","), it.Doc.Text("group"))
		if wanted && (!it.Doc.Flag("hidden") || c.Query.Get("discardHidden") != "true") {
			shown = append(shown, it.Doc)
		}
	}
	if offset := c.Query.Get("offset"); offset != "" {
		last := slices.IndexFunc(shown, func(d document) bool { return d.Text("id") == offset })
		p.Add(last < 0, "offset", "There is no entry at this offset.")
		shown = shown[last+1:]
	}
	if err := p.Err(); err != nil {
		return response{}, err
	}
	return response{data: document{"entries": shown[:min(limit, len(shown))]}}, nil
}
