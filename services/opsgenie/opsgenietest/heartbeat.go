package opsgenietest

import (
	"net/http"
	"slices"
	"time"

	"github.com/tripware/tripware/services/internal/sim"
)

const heartbeatPath = "/v2/heartbeats"

// A Heartbeat is a heartbeat as the server stores it. It expires by the server's clock,
// but creates no alert.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api
type Heartbeat struct {
	Name          string   `json:"name"`
	Description   string   `json:"description,omitzero"`
	Interval      int      `json:"interval"`
	IntervalUnit  string   `json:"intervalUnit"` // minutes, hours or days
	Enabled       bool     `json:"enabled"`
	Expired       bool     `json:"expired"` // it is enabled, and its last ping is at least an interval ago; false before the first
	OwnerTeam     *Entity  `json:"ownerTeam,omitzero"`
	AlertTags     []string `json:"alertTags,omitzero"`
	AlertPriority string   `json:"alertPriority,omitzero"`
	AlertMessage  string   `json:"alertMessage,omitzero"`
	LastPingTime  Time     `json:"lastPingTime,omitzero"` // zero before the first ping
}

// heartbeats expire unless a ping arrives in each interval. See
// https://docs.opsgenie.com/docs/heartbeat-api.
func heartbeats() *kind {
	return &kind{
		noun: "heartbeat", path: heartbeatPath, param: "name", domain: DomainHeartbeat,
		keys:     []string{"name"},
		complete: (*world).completeHeartbeat, show: (*world).showHeartbeat,
		summary: func(w *world, it *item) document { return w.showHeartbeat(it).Only("name", "enabled", "expired") },
		schema: schema{
			Unique: "name", Made: []string{"expired", "lastPingTime"},
			Fields: []field{
				{Name: "name", Is: sim.Text, Required: true, Most: 200, Fixed: true},
				{Name: "description", Is: sim.Text, Most: 10_000},
				{Name: "interval", Is: sim.Whole, Required: true, Least: 1},
				{Name: "intervalUnit", Is: sim.Text, Required: true, Among: []string{"minutes", "hours", "days"}},
				{Name: "enabled", Is: sim.Flag, Required: true},
				{Name: "ownerTeam", Is: sim.Object, Inside: checkTeam},
				{Name: "alertTags", Is: sim.List, Most: 20, Inside: checkTags},
				{Name: "alertPriority", Is: sim.Text, Among: priorities(), Absent: "P3"},
				{Name: "alertMessage", Is: sim.Text, Most: 130},
			},
		},
	}
}

func heartbeatRoutes() []route {
	k := heartbeats()
	return slices.Concat(k.routes()[1:], k.switches(http.StatusOK), []route{
		{"GET " + k.path, k.domain, noBody, k.listHeartbeats},
		k.pinged(http.MethodGet), k.pinged(http.MethodPost), k.pinged(http.MethodPut), k.pinged(http.MethodPatch),
	})
}

// Heartbeats returns copies of all heartbeats, the oldest first.
func (s *Server) Heartbeats() []Heartbeat {
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	return shownAs[Heartbeat](s.world, heartbeats())
}

// checkTags adds an error if a tag is longer than the API's description allows.
func checkTags(p problems, name string, value any) {
	for _, tag := range texts(document{name: value}, name) {
		tooLong(p, tag, name, 50)
	}
}

// completeHeartbeat looks up the team and sets the default message.
func (w *world) completeHeartbeat(_ *call, it *item) error {
	if team := it.Doc.Object("ownerTeam"); team != nil {
		it.Doc["ownerTeam"] = w.named("team", team)
	}
	if it.Doc["alertMessage"] == nil {
		it.Doc["alertMessage"] = it.Doc.Text("name") + " is expired"
	}
	return nil
}

// showHeartbeat returns a heartbeat as of now.
func (w *world) showHeartbeat(it *item) document {
	out := it.Doc.Clone()
	delete(out, "id") // the API has none
	unit := map[string]time.Duration{"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}[out.Text("intervalUnit")]
	last := out.Moment("lastPingTime")
	out["expired"] = out.Flag("enabled") && !last.IsZero() && float64(w.Now().Sub(last.Time)/unit) >= out.Number("interval")
	return out
}

// listHeartbeats responds with an object that contains the list.
func (k *kind) listHeartbeats(w *world, c *call) (response, error) {
	a, err := k.readAll(w, c)
	a.data = document{"heartbeats": a.data}
	return a, err
}

// pinged returns the route that pings a heartbeat. Its response is the same if the
// heartbeat does not exist, as that of the service.
func (k *kind) pinged(method string) route {
	return route{method + " " + k.path + "/{" + k.param + "}/ping", k.domain, noBody, func(w *world, c *call) (response, error) {
		if it, err := k.find(w, c); err == nil {
			it.Doc["lastPingTime"] = w.Now()
		}
		return response{status: http.StatusAccepted, result: "PONG - Heartbeat received"}, nil
	}}
}
