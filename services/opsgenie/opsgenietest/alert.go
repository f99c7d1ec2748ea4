package opsgenietest

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

// An Alert is an alert as the server stores it. The fields that have a JSON name are
// those in the API's responses; lists omit Actions, Entity, Description and Details.
//
// API: https://docs.opsgenie.com/docs/alert-api
type Alert struct {
	ID             string      `json:"id"` // a UUID and the creation time in milliseconds
	TinyID         string      `json:"tinyId"`
	Alias          string      `json:"alias"` // the id if the request had none
	Message        string      `json:"message"`
	Status         string      `json:"status"` // open or closed
	Acknowledged   bool        `json:"acknowledged"`
	IsSeen         bool        `json:"isSeen"`
	Seen           bool        `json:"seen"` // same as IsSeen, an older name
	Tags           []string    `json:"tags"`
	Snoozed        bool        `json:"snoozed"`
	SnoozedUntil   Time        `json:"snoozedUntil,omitzero"`
	Count          int         `json:"count"` // how many requests created it while it was open
	LastOccurredAt Time        `json:"lastOccurredAt"`
	CreatedAt      Time        `json:"createdAt"`
	UpdatedAt      Time        `json:"updatedAt"`
	Source         string      `json:"source"`
	Owner          string      `json:"owner"`
	Priority       string      `json:"priority"`
	Responders     []Responder `json:"responders"`
	Integration    Integration `json:"integration"`
	OwnerTeamID    string      `json:"ownerTeamId,omitzero"`
	Report         *Report     `json:"report,omitzero"` // nil until the alert is acknowledged or closed

	Actions     []string          `json:"actions,omitzero"`
	Entity      string            `json:"entity,omitzero"`
	Description string            `json:"description,omitzero"`
	Details     map[string]string `json:"details,omitzero"`

	VisibleTo   []Responder  `json:"-"`
	Notes       []Note       `json:"-"` // the oldest first
	Logs        []Log        `json:"-"` // the oldest first
	Attachments []Attachment `json:"-"`

	recipients []alertRecipient
	files      []*Attachment
}

// An Integration is the integration that received an alert. All alerts of a server
// have the same one.
type Integration struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
}

// A Report says how long an alert was open before it was acknowledged and before it
// was closed.
type Report struct {
	AckTime        int64  `json:"ackTime"`            // in milliseconds
	CloseTime      int64  `json:"closeTime,omitzero"` // in milliseconds; 0 until it is closed
	AcknowledgedBy string `json:"acknowledgedBy,omitzero"`
	ClosedBy       string `json:"closedBy,omitzero"`
}

// A Note is a note on an alert or an incident.
type Note struct {
	Note      string `json:"note"`
	Owner     string `json:"owner"`
	CreatedAt Time   `json:"createdAt"`
	Offset    string `json:"offset"` // the cursor
}

// A Log is a line of the history of an alert or an incident.
type Log struct {
	Log       string `json:"log"`
	Type      string `json:"type"`
	Owner     string `json:"owner"`
	CreatedAt Time   `json:"createdAt"`
	Offset    string `json:"offset"` // the cursor
}

// An alertRecipient is a user whom an alert notified.
type alertRecipient struct {
	User      alertUser `json:"user"`
	State     string    `json:"state"`
	Method    string    `json:"method"`
	CreatedAt Time      `json:"createdAt"`
	UpdatedAt Time      `json:"updatedAt"`
}

type alertUser struct {
	ID       string `json:"id"`
	Username string `json:"username"`
}

func alertRoutes() []route {
	return []route{
		{"GET /v2/alerts", DomainSearch, noBody, (*world).listAlerts},
		{"POST /v2/alerts", DomainAlert, jsonBody, (*world).createAlert},
		{"GET /v2/alerts/count", DomainAlert, noBody, (*world).countAlerts},
		{"GET /v2/alerts/requests/{requestId}", DomainAlert, noBody, statusOf(alertFamily)},
		{"GET /v2/alerts/{identifier}", DomainAlert, noBody, (*world).getAlert},
		{"GET /v2/alerts/{identifier}/logs", DomainAlert, noBody, (*world).listAlertLogs},
		{"GET /v2/alerts/{identifier}/notes", DomainAlert, noBody, (*world).listAlertNotes},
		{"GET /v2/alerts/{identifier}/recipients", DomainAlert, noBody, (*world).listAlertRecipients},
	}
}

// Alerts returns copies of all alerts, the oldest first. They do not include pending
// writes: see [Server.Settle].
func (s *Server) Alerts() []Alert {
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	out := make([]Alert, len(s.world.alerts.Rows))
	for i, a := range s.world.alerts.Rows {
		out[i] = a.clone(s.world.Now())
	}
	return out
}

// Alert returns a copy of the alert with an alias and reports whether it exists. If
// several alerts had the alias, it returns the latest.
func (s *Server) Alert(alias string) (Alert, bool) {
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	a, ok := s.world.alerts.Find(sim.Ref{Kind: "alias", Value: alias})
	if !ok {
		return Alert{}, false
	}
	return a.clone(s.world.Now()), true
}

// clone returns a copy of the alert as of now that shares no memory with it.
func (a *Alert) clone(now Time) Alert {
	out := a.shown(now)
	out.Tags, out.Actions, out.Details = slices.Clone(a.Tags), slices.Clone(a.Actions), maps.Clone(a.Details)
	out.Responders, out.VisibleTo = slices.Clone(a.Responders), slices.Clone(a.VisibleTo)
	out.Notes, out.Logs, out.recipients = slices.Clone(a.Notes), slices.Clone(a.Logs), nil
	if a.Report != nil {
		out.Report = new(*a.Report)
	}
	for _, f := range a.files {
		out.Attachments = append(out.Attachments, f.clone())
	}
	out.files = nil
	return out
}

// shown returns the alert as of now: a snooze ends by the clock.
func (a *Alert) shown(now Time) Alert {
	out := *a
	if a.Snoozed && !now.Before(a.SnoozedUntil.Time) {
		out.Snoozed, out.SnoozedUntil = false, Time{}
	}
	return out
}

// findAlert returns the alert in a request's path, or 404.
func (w *world) findAlert(c *call, param string) (*Alert, sim.Ref, error) {
	key, err := c.ref(param, "id", "alias", "tiny")
	if err != nil {
		return nil, key, err
	}
	a, ok := w.alerts.Find(key)
	if !ok {
		return nil, key, sim.Refuse(http.StatusNotFound, "No alert exists with "+key.Kind+" ["+key.Value+"]")
	}
	return a, key, nil
}

func (w *world) getAlert(c *call) (response, error) {
	a, _, err := w.findAlert(c, "identifierType")
	if err != nil {
		return response{}, err
	}
	return response{data: a.shown(w.Now())}, nil
}

// newAlert is the body of a creation.
type newAlert struct {
	actor
	Message     string            `json:"message"`
	Alias       string            `json:"alias"`
	Description string            `json:"description"`
	Responders  []recipient       `json:"responders"`
	VisibleTo   []recipient       `json:"visibleTo"`
	Actions     []string          `json:"actions"`
	Tags        []string          `json:"tags"`
	Details     map[string]string `json:"details"`
	Entity      string            `json:"entity"`
	Priority    string            `json:"priority"`
}

func (n *newAlert) check(p problems) {
	p.Add(strings.TrimSpace(n.Message) == "", "message", "Message can not be empty.")
	p.Add(n.Priority != "" && !isPriority(n.Priority), "priority", "Priority must be one of P1, P2, P3, P4, P5.")
	checkRecipients(p, "responders", n.Responders, "user", "team", "escalation", "schedule")
	checkRecipients(p, "visibleTo", n.VisibleTo, "user", "team")
}

func (w *world) createAlert(c *call) (response, error) {
	in := &newAlert{}
	if err := readAction(c, in); err != nil {
		return response{}, err
	}
	in.Source = cmp.Or(in.Source, "127.0.0.1") // the caller's address, which on loopback is this
	return w.accept(c, alertFamily, "Create", func() (sim.Subject, error) {
		a := w.raise(in)
		return sim.Subject{Status: "Created alert", ID: a.ID, Alias: a.Alias}, nil
	})
}

// raise creates an alert, or counts it if one with its alias is open.
func (w *world) raise(in *newAlert) *Alert {
	now := w.Now()
	if a, ok := w.alerts.Find(sim.Ref{Kind: "alias", Value: in.Alias}); ok && a.Status == "open" && in.Alias != "" {
		a.Count++
		a.LastOccurredAt, a.UpdatedAt = now, now
		w.history(&a.Logs, in.name(), "Alert occurred again")
		w.annotate(&a.Notes, in.by())
		return a
	}
	w.tinyAlerts++
	a := &Alert{
		ID:     fmt.Sprintf("%s-%d", w.Dice.UUID(), now.UnixMilli()),
		TinyID: strconv.Itoa(w.tinyAlerts), Message: in.Message, Status: "open", Count: 1,
		LastOccurredAt: now, CreatedAt: now, UpdatedAt: now,
		Source: in.Source, Priority: cmp.Or(in.Priority, "P3"), Entity: in.Entity, Description: in.Description,
		Tags: union(nil, in.Tags), Actions: union(nil, in.Actions), Details: map[string]string{},
		Responders: []Responder{}, VisibleTo: w.join(nil, in.VisibleTo...), Integration: w.integration,
	}
	a.Alias = cmp.Or(in.Alias, a.ID)
	maps.Copy(a.Details, in.Details)
	w.respond(a, in.Responders...)
	w.history(&a.Logs, in.name(), "Alert created")
	w.annotate(&a.Notes, in.by())
	w.alerts.Add(a, sim.Ref{Kind: "id", Value: a.ID}, sim.Ref{Kind: "alias", Value: a.Alias}, sim.Ref{Kind: "tiny", Value: a.TinyID})
	return a
}

func (w *world) listAlertNotes(c *call) (response, error) {
	a, key, err := w.findAlert(c, "identifierType")
	if err != nil {
		return response{}, err
	}
	page, links, err := byCursor(w, c, a.Notes, func(n Note) string { return n.Offset }, key.Kind)
	return response{data: page, paging: links}, err
}

func (w *world) listAlertLogs(c *call) (response, error) {
	a, key, err := w.findAlert(c, "identifierType")
	if err != nil {
		return response{}, err
	}
	page, links, err := byCursor(w, c, a.Logs, func(l Log) string { return l.Offset }, key.Kind)
	return response{data: page, paging: links}, err
}

func (w *world) listAlertRecipients(c *call) (response, error) {
	a, _, err := w.findAlert(c, "identifierType")
	if err != nil {
		return response{}, err
	}
	return response{data: append([]alertRecipient{}, a.recipients...)}, nil
}
