package opsgenietest

import (
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

// The world is the state of the API. It is guarded by the server's lock.
type world struct {
	*sim.Base

	origin      string // scheme and host of the server
	linkBase    string
	plan        string
	integration Integration

	alerts        sim.Table[*Alert]
	tinyAlerts    int
	files         map[string]*Attachment // by the token in their URL
	incidents     sim.Table[*Incident]
	lists         shelves // of configured resources, by the path of their kind
	tinyIncidents int
}

func newWorld(cfg *config, b *sim.Base, origin string) *world {
	w := &world{
		Base:     b,
		origin:   origin,
		linkBase: cfg.linkBase,
		plan:     cfg.plan,
		files:    map[string]*Attachment{},
		lists:    shelves{},
	}
	w.integration = Integration{ID: w.Dice.UUID(), Name: "API", Type: "API"}
	return w
}

// A recipient is the form in which requests name a team, user, schedule or escalation.
type recipient struct {
	Type     string `json:"type"`
	ID       string `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username"`
}

// label returns the username, the name or the id of the recipient.
func (r recipient) label() string {
	switch {
	case r.Username != "":
		return r.Username
	case r.Name != "":
		return r.Name
	default:
		return r.ID
	}
}

func (r recipient) isZero() bool { return r.label() == "" }

// idOf returns the id of a recipient: see known.
func (w *world) idOf(kind string, r recipient) string {
	id, _ := w.known(kind, document{"id": r.ID, "name": r.Name, "username": r.Username})
	return id
}

// checkRecipients adds errors for recipients without a name or of another type.
func checkRecipients(p problems, field string, all []recipient, types ...string) {
	for _, r := range all {
		p.Add(!slices.Contains(types, r.Type), field+"#type", "Invalid "+field+" type '"+r.Type+"'")
		p.Add(r.isZero(), field+"#id", "Each of "+field+" needs an id or a name.")
	}
}

// A Responder is a responder of an alert or an incident.
type Responder struct {
	Type string `json:"type"` // user, team, escalation or schedule
	ID   string `json:"id"`
}

// join adds responders that all does not contain.
func (w *world) join(all []Responder, add ...recipient) []Responder {
	for _, r := range add {
		responder := Responder{Type: r.Type, ID: w.idOf(r.Type, r)}
		if !slices.Contains(all, responder) {
			all = append(all, responder)
		}
	}
	return all
}
