package opsgenietest

import (
	"net/http"
	"slices"
	"time"
)

// A Heartbeat is a heartbeat as the server keeps it. It expires by the clock, but
// raises no alert. See https://docs.opsgenie.com/docs/heartbeat-api.
type Heartbeat struct {
	Name          string   `json:"name"`
	Description   string   `json:"description,omitzero"`
	Interval      int      `json:"interval"`
	IntervalUnit  string   `json:"intervalUnit"` // minutes, hours or days
	Enabled       bool     `json:"enabled"`
	Expired       bool     `json:"expired"` // it is enabled, had a ping, and none for an interval
	OwnerTeam     *Entity  `json:"ownerTeam,omitzero"`
	AlertTags     []string `json:"alertTags,omitzero"`
	AlertPriority string   `json:"alertPriority,omitzero"`
	AlertMessage  string   `json:"alertMessage,omitzero"`
	LastPingTime  Time     `json:"lastPingTime,omitzero"` // zero before the first ping
}

// heartbeatMeta is what the API shows of a heartbeat that it changed.
type heartbeatMeta struct {
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	Expired bool   `json:"expired"`
}

func heartbeatRoutes() []route {
	const at = "/v2/heartbeats/{name}"
	return []route{
		{"GET /v2/heartbeats", DomainHeartbeat, noBody, (*world).listHeartbeats},
		{"POST /v2/heartbeats", DomainHeartbeat, jsonBody, (*world).createHeartbeat},
		{"GET " + at, DomainHeartbeat, noBody, (*world).getHeartbeat},
		{"PATCH " + at, DomainHeartbeat, optionalBody, (*world).updateHeartbeat},
		{"DELETE " + at, DomainHeartbeat, noBody, (*world).deleteHeartbeat},
		{"POST " + at + "/enable", DomainHeartbeat, noBody, setHeartbeat(true)},
		{"POST " + at + "/disable", DomainHeartbeat, noBody, setHeartbeat(false)},
		{"GET " + at + "/ping", DomainHeartbeat, noBody, (*world).pingHeartbeat},
		{"POST " + at + "/ping", DomainHeartbeat, noBody, (*world).pingHeartbeat},
		{"PUT " + at + "/ping", DomainHeartbeat, noBody, (*world).pingHeartbeat},
		{"PATCH " + at + "/ping", DomainHeartbeat, noBody, (*world).pingHeartbeat},
	}
}

// Heartbeats returns copies of all heartbeats, the oldest first.
func (s *Server) Heartbeats() []Heartbeat {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Heartbeat, len(s.world.heartbeats.rows))
	for i, h := range s.world.heartbeats.rows {
		out[i] = h.shown(s.world.now())
		out[i].AlertTags = slices.Clone(h.AlertTags)
		if h.OwnerTeam != nil {
			out[i].OwnerTeam = new(*h.OwnerTeam)
		}
	}
	return out
}

// shown returns the heartbeat as of now.
func (h *Heartbeat) shown(now Time) Heartbeat {
	unit := map[string]time.Duration{"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}[h.IntervalUnit]
	out := *h
	out.Expired = h.Enabled && !h.LastPingTime.IsZero() && now.Sub(h.LastPingTime.Time)/unit >= time.Duration(h.Interval)
	return out
}

func (h *Heartbeat) meta(now Time) heartbeatMeta {
	return heartbeatMeta{Name: h.Name, Enabled: h.Enabled, Expired: h.shown(now).Expired}
}

// heartbeatBody is the body of a creation and of a change; nil leaves a field as it is.
type heartbeatBody struct {
	Name          string     `json:"name"`
	Description   *string    `json:"description"`
	Interval      *int       `json:"interval"`
	IntervalUnit  *string    `json:"intervalUnit"`
	Enabled       *bool      `json:"enabled"`
	OwnerTeam     *recipient `json:"ownerTeam"`
	AlertMessage  *string    `json:"alertMessage"`
	AlertTags     []string   `json:"alertTags"`
	AlertPriority *string    `json:"alertPriority"`
}

// check enforces the limits of the API's own description.
func (b *heartbeatBody) check(p problems) {
	p.tooLong(b.Name, "name", 200)
	if b.Description != nil {
		p.tooLong(*b.Description, "description", 10000)
	}
	p.add(b.Interval != nil && *b.Interval < 1, "interval", "Interval must be at least 1.")
	p.add(b.IntervalUnit != nil && !slices.Contains([]string{"minutes", "hours", "days"}, *b.IntervalUnit),
		"intervalUnit", "Interval unit must be one of minutes, hours, days.")
	if b.AlertMessage != nil {
		p.tooLong(*b.AlertMessage, "alertMessage", 130)
	}
	p.add(len(b.AlertTags) > 20, "alertTags", "Can not be more than 20.")
	for _, tag := range b.AlertTags {
		p.tooLong(tag, "alertTags", 50)
	}
	p.add(b.AlertPriority != nil && !isPriority(*b.AlertPriority), "alertPriority", "Priority must be one of P1, P2, P3, P4, P5.")
	p.add(b.OwnerTeam != nil && b.OwnerTeam.isZero(), "ownerTeam", "Owner team needs an id or a name.")
}

// fill writes to a heartbeat what the body holds.
func (b *heartbeatBody) fill(w *world, h *Heartbeat) {
	set(&h.Description, b.Description)
	set(&h.Interval, b.Interval)
	set(&h.IntervalUnit, b.IntervalUnit)
	set(&h.Enabled, b.Enabled)
	set(&h.AlertMessage, b.AlertMessage)
	set(&h.AlertPriority, b.AlertPriority)
	if b.AlertTags != nil {
		h.AlertTags = b.AlertTags
	}
	if b.OwnerTeam != nil {
		h.OwnerTeam = &Entity{ID: w.idOf("team", *b.OwnerTeam), Name: b.OwnerTeam.Name}
	}
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (w *world) createHeartbeat(c *call) (answer, error) {
	var in heartbeatBody
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	p := problems{}
	p.add(in.Name == "", "name", "Name can not be empty.")
	p.add(in.Interval == nil, "interval", "Interval can not be empty.")
	p.add(in.IntervalUnit == nil, "intervalUnit", "Interval unit can not be empty.")
	p.add(in.Enabled == nil, "enabled", "Enabled can not be empty.")
	in.check(p)
	if err := p.err(); err != nil {
		return answer{}, err
	}
	key := ref{"name", in.Name}
	if _, taken := w.heartbeats.find(key); taken {
		return answer{}, refuse(http.StatusConflict, "A heartbeat named "+in.Name+" already exists")
	}
	h := &Heartbeat{Name: in.Name, AlertPriority: "P3", AlertMessage: in.Name + " is expired"}
	in.fill(w, h)
	w.heartbeats.add(h, key)
	return answer{status: http.StatusCreated, data: h.meta(w.now())}, nil
}

func (w *world) findHeartbeat(c *call) (*Heartbeat, error) {
	h, ok := w.heartbeats.find(ref{"name", c.path["name"]})
	if !ok {
		return nil, refuse(http.StatusNotFound, "No heartbeat exists with name ["+c.path["name"]+"]")
	}
	return h, nil
}

func (w *world) listHeartbeats(*call) (answer, error) {
	rows := make([]Heartbeat, len(w.heartbeats.rows))
	for i, h := range w.heartbeats.rows {
		rows[i] = h.shown(w.now())
	}
	return answer{data: map[string]any{"heartbeats": rows}}, nil
}

func (w *world) getHeartbeat(c *call) (answer, error) {
	h, err := w.findHeartbeat(c)
	if err != nil {
		return answer{}, err
	}
	return answer{data: h.shown(w.now())}, nil
}

func (w *world) updateHeartbeat(c *call) (answer, error) {
	h, err := w.findHeartbeat(c)
	if err != nil {
		return answer{}, err
	}
	var in heartbeatBody
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	p := problems{}
	in.check(p)
	if err := p.err(); err != nil {
		return answer{}, err
	}
	in.fill(w, h)
	return answer{data: h.meta(w.now())}, nil
}

func (w *world) deleteHeartbeat(c *call) (answer, error) {
	h, err := w.findHeartbeat(c)
	if err != nil {
		return answer{}, err
	}
	w.heartbeats.remove(h)
	return answer{result: "Deleted"}, nil
}

func setHeartbeat(enabled bool) handler {
	return func(w *world, c *call) (answer, error) {
		h, err := w.findHeartbeat(c)
		if err != nil {
			return answer{}, err
		}
		h.Enabled = enabled
		return answer{data: h.meta(w.now())}, nil
	}
}

// pingHeartbeat says PONG whether or not there is such a heartbeat, as the service does.
func (w *world) pingHeartbeat(c *call) (answer, error) {
	if h, err := w.findHeartbeat(c); err == nil {
		h.LastPingTime = w.now()
	}
	return answer{status: http.StatusAccepted, result: "PONG - Heartbeat received"}, nil
}
