package jsmtest

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

const (
	alertsPath = "/v1/alerts"
	alertPath  = alertsPath + "/{id}"

	alertFamily = "alert" // of asynchronous requests
)

// An Alert is an alert as the server stores it.
type Alert struct {
	ID              string // a UUID and the creation time in milliseconds
	TinyID          string
	Alias           string // the id if the request had none
	Message         string
	Description     string
	Status          string // open or closed
	Acknowledged    bool
	Seen            bool
	SnoozedUntil    Time // zero if it is not snoozed
	Count           int  // how many requests created it while it was open
	CreatedAt       Time
	UpdatedAt       Time
	LastOccurredAt  Time
	AckTime         Time // zero until it is acknowledged
	CloseTime       Time // zero until it is closed
	Entity          string
	Source          string
	Owner           string // a display name, or an account id if the alert was assigned
	Priority        string
	Responders      []Party
	VisibleTo       []Party
	Actions         []string
	Tags            []string
	ExtraProperties map[string]string
	IntegrationType string
	IntegrationName string

	Notes       []Note       // the oldest first
	Logs        []Log        // the oldest first
	Attachments []Attachment // the oldest first

	files []*Attachment
}

// A Note is a note on an alert.
type Note struct {
	ID        string `json:"id"` // digits
	Note      string `json:"note"`
	Owner     string `json:"owner"`
	CreatedAt Time   `json:"createdAt"`
	UpdatedAt Time   `json:"updatedAt"`
}

// A Log is a line of the history of an alert.
type Log struct {
	LogTime Time   `json:"logTime"`
	LogType string `json:"logType"`
	Log     string `json:"log"`
	Owner   string `json:"owner"`

	cursor string
}

func alertRoutes() []route {
	return []route{
		{"GET " + alertsPath, DomainAlert, noBody, listAlerts},
		{"POST " + alertsPath, DomainAlert, jsonBody, createAlert},
		{"GET " + alertsPath + "/requests/{id}", DomainAlert, noBody, requestStatus},
		{"GET " + alertsPath + "/alias", DomainAlert, noBody, getByAlias},
		{"GET " + alertPath, DomainAlert, noBody, onAlert("id", func(w *world, _ *call, a *Alert) (response, error) {
			return response{data: a.shown(w)}, nil
		})},
	}
}

// Alerts returns copies of all alerts, the oldest first. They do not include pending
// writes: see [Server.Settle].
func (s *Server) Alerts() []Alert {
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	out := make([]Alert, len(s.world.alerts.Rows))
	for i, a := range s.world.alerts.Rows {
		out[i] = a.clone()
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
	return a.clone(), true
}

// clone returns a copy of the alert that shares no memory with it.
func (a *Alert) clone() Alert {
	out := *a
	out.Tags, out.Actions, out.ExtraProperties = slices.Clone(a.Tags), slices.Clone(a.Actions), maps.Clone(a.ExtraProperties)
	out.Responders, out.VisibleTo = slices.Clone(a.Responders), slices.Clone(a.VisibleTo)
	out.Notes, out.Logs, out.files = slices.Clone(a.Notes), slices.Clone(a.Logs), nil
	for _, f := range a.files {
		out.Attachments = append(out.Attachments, f.clone())
	}
	return out
}

// snoozed reports whether a snooze has not ended.
func (a *Alert) snoozed(w *world) bool { return w.Now().Before(a.SnoozedUntil.Time) }

// shown returns the alert as responses have it.
func (a *Alert) shown(w *world) document {
	occurred := "lastOccuredAt"
	if w.cfg.varies(OtherNames) {
		occurred = "lastOccurredAt"
	}
	out := document{
		"id": a.ID, "tinyId": a.TinyID, "alias": a.Alias, "message": a.Message, "description": a.Description,
		"status": a.Status, "acknowledged": a.Acknowledged, "snoozed": a.snoozed(w), "seen": a.Seen, "count": a.Count,
		"createdAt": a.CreatedAt, "updatedAt": a.UpdatedAt, occurred: a.LastOccurredAt,
		"entity": a.Entity, "source": a.Source, "owner": a.Owner, "priority": a.Priority, "responders": a.Responders,
		"actions": a.Actions, "tags": a.Tags, "extraProperties": a.ExtraProperties,
		"integrationType": a.IntegrationType, "integrationName": a.IntegrationName,
	}
	if a.snoozed(w) {
		out["snoozedUntil"] = a.SnoozedUntil
	}
	for name, at := range map[string]Time{"ackTime": a.AckTime, "closeTime": a.CloseTime} {
		if !at.IsZero() {
			out[name] = at
		}
	}
	return out
}

func errNoAlert() error {
	return sim.Refuse(http.StatusNotFound, "Alert does not exist")
}

// onAlert returns a handler of an operation on the alert that a wildcard names by its id,
// or 404. Neither the alias nor the tiny id finds it.
func onAlert(param string, serve func(*world, *call, *Alert) (response, error)) handler {
	return func(w *world, c *call) (response, error) {
		a, ok := w.alerts.Find(sim.Ref{Kind: "id", Value: c.Path[param]})
		if !ok {
			return response{}, errNoAlert()
		}
		return serve(w, c, a)
	}
}

func getByAlias(w *world, c *call) (response, error) {
	alias := c.Query.Get("alias")
	p := problems{}
	p.Add(alias == "", "alias", "alias can not be empty.")
	if err := p.Err(); err != nil {
		return response{}, err
	}
	a, ok := w.alerts.Find(sim.Ref{Kind: "alias", Value: alias})
	if !ok {
		return response{}, errNoAlert()
	}
	return response{data: a.shown(w)}, nil
}

// newAlert is the body of a creation. Details is what the events call ExtraProperties.
type newAlert struct {
	Message         string            `json:"message"`
	Alias           string            `json:"alias"`
	Description     string            `json:"description"`
	Responders      []Party           `json:"responders"`
	VisibleTo       []Party           `json:"visibleTo"`
	Note            string            `json:"note"`
	Entity          string            `json:"entity"`
	Source          string            `json:"source"`
	Tags            []string          `json:"tags"`
	Actions         []string          `json:"actions"`
	ExtraProperties map[string]string `json:"extraProperties"`
	Details         map[string]string `json:"details"`
	Priority        string            `json:"priority"`
	User            string            `json:"user"`
}

// readAlert decodes and checks a creation.
func readAlert(c *call, in *newAlert) error {
	doc := document{}
	if err := c.Decode(&doc); err != nil {
		return err
	}
	if err := c.Decode(in); err != nil {
		return err
	}
	p := problems{}
	p.Within("", doc, []field{
		{Name: "message", Is: sim.Text, Required: true, Most: 130},
		{Name: "alias", Is: sim.Text, Most: 512},
		{Name: "description", Is: sim.Text, Most: 15_000},
		{Name: "note", Is: sim.Text, Most: 25_000},
		{Name: "entity", Is: sim.Text, Most: 512},
		{Name: "source", Is: sim.Text, Most: 100},
		{Name: "responders", Is: sim.List, Most: 50},
		{Name: "visibleTo", Is: sim.List, Most: 50},
		{Name: "priority", Is: sim.Text, Among: priorities()},
	})
	size := 0
	for name, value := range in.ExtraProperties {
		size += len(name) + len(value)
	}
	p.Add(size > 8000, "extraProperties", "Can not be longer than 8000 characters.")
	return p.Err()
}

func createAlert(w *world, c *call) (response, error) {
	in := &newAlert{}
	if err := readAlert(c, in); err != nil {
		return response{}, err
	}
	p, doc := problems{}, document{}
	_ = c.Decode(&doc) // it was decoded before
	checkParties([]string{"team", "user", "escalation", "schedule"})(p, "responders", doc["responders"])
	checkParties([]string{"team", "user"})(p, "visibleTo", doc["visibleTo"])
	if err := p.Err(); err != nil {
		return response{}, err
	}
	in.User = c.actor
	return w.createLater(c, in, alertFamily, http.StatusOK) // although it is asynchronous
}

// createLater accepts a creation with a status.
func (w *world) createLater(c *call, in *newAlert, family string, status int) (response, error) {
	w.Queue.Add(c.ID, family, "Create", func() (subject, error) {
		a := w.raise(in)
		return subject{Status: "Created alert", ID: a.ID, Alias: a.Alias}, nil
	})
	return w.accepted(c, status), nil
}

// accepted returns the response to an asynchronous request.
func (w *world) accepted(c *call, status int) response {
	return response{status: status, data: document{"result": "Request will be processed", "requestId": c.ID, "took": w.took(c.Call)}}
}

// raise creates an alert, or counts it if one with its alias is open.
func (w *world) raise(in *newAlert) *Alert {
	now := w.Now()
	if a, ok := w.alerts.Find(sim.Ref{Kind: "alias", Value: in.Alias}); ok && a.Status == "open" && in.Alias != "" {
		a.Count++
		a.LastOccurredAt, a.UpdatedAt = now, now
		w.history(a, in.User, "Alert occurred again")
		w.annotate(a, in.User, in.Note)
		return a
	}
	w.tiny++
	a := &Alert{
		ID:     fmt.Sprintf("%s-%d", w.Dice.UUID(), now.UnixMilli()),
		TinyID: strconv.Itoa(w.tiny), Message: in.Message, Description: in.Description, Status: "open", Count: 1,
		CreatedAt: now, UpdatedAt: now, LastOccurredAt: now, Entity: in.Entity, Source: cmp.Or(in.Source, in.User),
		Priority: cmp.Or(in.Priority, "P3"), Responders: append([]Party{}, in.Responders...), VisibleTo: slices.Clone(in.VisibleTo),
		Actions: append([]string{}, in.Actions...), Tags: union(nil, in.Tags), ExtraProperties: map[string]string{},
		IntegrationType: "API", IntegrationName: "API",
	}
	a.Alias = cmp.Or(in.Alias, a.ID)
	maps.Copy(a.ExtraProperties, in.ExtraProperties)
	maps.Copy(a.ExtraProperties, in.Details)
	w.history(a, in.User, "Alert created")
	w.annotate(a, in.User, in.Note)
	w.alerts.Add(a, sim.Ref{Kind: "id", Value: a.ID}, sim.Ref{Kind: "alias", Value: a.Alias}, sim.Ref{Kind: "tiny", Value: a.TinyID})
	return a
}

// history adds a line to the logs of an alert.
func (w *world) history(a *Alert, owner, line string) {
	a.Logs = append(a.Logs, Log{LogTime: w.Now(), LogType: "system", Log: line, Owner: owner, cursor: w.stamp()})
}

// annotate adds a note to an alert, if there is one.
func (w *world) annotate(a *Alert, owner, text string) *Note {
	if text == "" {
		return nil
	}
	now := w.Now()
	a.Notes = append(a.Notes, Note{ID: w.stamp(), Note: text, Owner: owner, CreatedAt: now, UpdatedAt: now})
	return &a.Notes[len(a.Notes)-1]
}

// stamp returns a new id that consists of the digits of a time.
func (w *world) stamp() string { return strconv.FormatInt(w.Now().UnixMilli()*1_000_000+w.Next(), 10) }

// requestStatus responds with the outcome of an asynchronous request. It does not distinguish a
// request that is not processed from one that does not exist.
func requestStatus(w *world, c *call) (response, error) {
	j, told := w.Queue.Ask(c.Path["id"], alertFamily)
	if j == nil || !told {
		return response{}, sim.Refuse(http.StatusNotFound, "Request not found")
	}
	out := document{
		"action": j.Action, "processedAt": j.At, "integrationId": w.integration, "isSuccess": j.Failure == nil, "status": j.Subject.Status,
	}
	if j.Failure != nil {
		out["status"] = j.Failure.Error()
	}
	if j.Subject.ID != "" {
		out["alertId"], out["alias"] = j.Subject.ID, j.Subject.Alias
	}
	return response{data: out}, nil
}

// union returns a with the elements of b that it lacks. The result is never nil.
func union(a, b []string) []string {
	out := append([]string{}, a...)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// sentence returns text with a capital first letter.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
