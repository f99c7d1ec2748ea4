package jsmtest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tripware/tripware/services/internal/sim"
)

const heartbeatsPath = teamPath + "/heartbeats"

// heartbeats become unresponsive unless a ping arrives in each interval. They are named by
// a parameter of the query.
func heartbeats() *kind {
	return &kind{
		noun: "heartbeat", path: heartbeatsPath, key: "name", query: true, below: teams(), size: 20, most: 100,
		conflict: http.StatusUnprocessableEntity,
		schema: schema{Unique: "name", Made: []string{"status", "ownerTeamId", "lastPing"}, Fields: []field{
			{Name: "name", Is: sim.Text, Required: true, Most: 200, Fixed: true},
			{Name: "description", Is: sim.Text, Most: 10_000, Absent: ""},
			{Name: "interval", Is: sim.Whole, Required: true, Least: 1},
			{Name: "intervalUnit", Is: sim.Text, Required: true, Among: []string{"minutes", "hours", "days"}},
			{Name: "enabled", Is: sim.Flag, Absent: false},
			{Name: "alertMessage", Is: sim.Text, Most: 130},
			{Name: "alertTags", Is: sim.List, Absent: []any{}},
			{Name: "alertPriority", Is: sim.Text, Among: priorities(), Absent: "P3"},
		}},
		complete: func(_ *world, it *item) error {
			it.Doc["ownerTeamId"] = it.Above.ID()
			return nil
		},
		show: showHeartbeat,
	}
}

func heartbeatRoutes() []route {
	k := heartbeats()
	change := k.on(http.MethodPatch, "", func(w *world, c *call, it *item) (response, error) {
		a, err := k.changed(w, c, it)
		a.status = http.StatusCreated // although it is a change
		return a, err
	})
	return []route{
		{"GET " + k.path, DomainConfig, noBody, k.listHeartbeats},
		k.created(http.StatusCreated), change, k.on(http.MethodDelete, "", k.deleted),
		k.pinged(http.MethodGet), k.pinged(http.MethodPost),
	}
}

// showHeartbeat returns a heartbeat as of now. The service writes its unit with a capital
// letter.
func showHeartbeat(w *world, it *item) document {
	out := it.Doc.Clone()
	unit := out.Text("intervalUnit")
	length := map[string]time.Duration{"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}[unit]
	last := it.Doc.Moment("lastPing")
	switch {
	case !out.Flag("enabled"):
		out["status"] = "Off"
	case last.IsZero():
		out["status"] = "Pending"
	case float64(w.Now().Sub(last.Time)/length) >= out.Number("interval"):
		out["status"] = "Unresponsive"
	default:
		out["status"] = "Responsive"
	}
	if !w.cfg.varies(OtherWords) {
		out["intervalUnit"] = strings.ToUpper(unit[:1]) + unit[1:]
	}
	delete(out, "id") // the API has none
	delete(out, "lastPing")
	return out
}

// listHeartbeats selects by name.
func (k *kind) listHeartbeats(w *world, c *call) (response, error) {
	items, err := k.listed(w, c)
	if err != nil {
		return response{}, err
	}
	name := c.Query.Get("name")
	return k.rows(w, c, slices.DeleteFunc(items, func(it *item) bool { return name != "" && it.Doc.Text("name") != name }))
}

// pinged returns the route that pings a heartbeat, by GET as the document of 2026 says or
// by POST as before. Its response is the same if the heartbeat does not exist.
func (k *kind) pinged(method string) route {
	return route{method + " " + k.path + "/ping", DomainConfig, noBody, func(w *world, c *call) (response, error) {
		in, err := k.shelf(w, c)
		if err != nil {
			return response{}, err
		}
		if it := in.Find(c.Query.Get("name"), "name"); it != nil {
			it.Doc["lastPing"] = w.Now()
		}
		return response{status: http.StatusAccepted, data: document{"message": "PONG - Heartbeat received"}}, nil
	}}
}
