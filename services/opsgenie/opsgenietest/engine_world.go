package opsgenietest

import (
	"crypto/sha1" //nolint:gosec // a stable id, as UUID version 5 makes it: nothing is secured by it
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// The world is everything that the server remembers of the API. It is guarded by
// the server's lock.
type world struct {
	clock       func() time.Time
	origin      string // scheme and host of the server
	linkBase    string
	plan        string
	integration Integration
	dice        *dice
	queue       *queue
	sequence    int64 // makes cursors and attachment ids unique

	alerts        table[*Alert]
	tinyAlerts    int
	files         map[string]*Attachment // by the token in their URL
	incidents     table[*Incident]
	lists         shelves // of what is configured, by the path of its kind
	tinyIncidents int
}

func newWorld(cfg *config, origin string) *world {
	w := &world{
		clock:    cfg.clock,
		origin:   origin,
		linkBase: cfg.linkBase,
		plan:     cfg.plan,
		dice:     newDice(cfg.seed, 'w'),
		files:    map[string]*Attachment{},
		lists:    shelves{},
	}
	w.integration = Integration{ID: w.dice.uuid(), Name: "API", Type: "API"}
	w.queue = &queue{world: w, polls: cfg.polls, delay: cfg.delay, byID: map[string]*job{}}
	return w
}

// now is the time in the resolution that the API shows.
func (w *world) now() Time { return Time{w.clock().UTC().Truncate(time.Millisecond)} }

// next returns a number that no cursor and no attachment had before.
func (w *world) next() int64 {
	w.sequence++
	return w.sequence
}

// dice is a seeded source of chance. It is not safe for concurrent use.
type dice struct{ *rand.Rand }

func newDice(seed uint64, stream byte) *dice {
	return &dice{rand.New(rand.NewPCG(seed, uint64(stream)))}
}

// uuid returns a UUID of version 4.
func (d *dice) uuid() string {
	high, low := d.Uint64(), d.Uint64()
	high = high&^0xf000 | 0x4000
	low = low&^(3<<62) | 2<<62
	return uuidText(high, low)
}

func uuidText(high, low uint64) string {
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
}

// derivedID returns the id of something that is known by its name only: always the
// same for the same name.
func derivedID(kind, name string) string {
	sum := sha1.Sum([]byte(kind + "\x00" + name)) //nolint:gosec // see the import
	var high, low uint64
	for i := range 8 {
		high, low = high<<8|uint64(sum[i]), low<<8|uint64(sum[8+i])
	}
	return uuidText(high&^0xf000|0x5000, low&^(3<<62)|2<<62)
}

// A table keeps entities in the order in which they came, each under one or more
// keys such as its id, its tiny id and its alias. Its zero value is empty.
type table[E comparable] struct {
	rows  []E
	index map[ref]E
}

// add appends an entity. A key that was taken leads to the new entity from now on.
func (t *table[E]) add(e E, keys ...ref) {
	t.rows = append(t.rows, e)
	t.point(e, keys...)
}

// point lets keys lead to an entity.
func (t *table[E]) point(e E, keys ...ref) {
	if t.index == nil {
		t.index = map[ref]E{}
	}
	for _, key := range keys {
		t.index[key] = e
	}
}

func (t *table[E]) find(key ref) (E, bool) {
	e, ok := t.index[key]
	return e, ok
}

// remove drops an entity and every key that leads to it.
func (t *table[E]) remove(e E) {
	t.rows = slices.DeleteFunc(t.rows, func(row E) bool { return row == e })
	maps.DeleteFunc(t.index, func(_ ref, row E) bool { return row == e })
}

// A recipient is how requests name a team, a user, a schedule or an escalation.
type recipient struct {
	Type     string `json:"type"`
	ID       string `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username"`
}

// label returns what the recipient was called by, an id last.
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

// idOf returns the id of a recipient of a kind: see known.
func (w *world) idOf(kind string, r recipient) string {
	id, _ := w.known(kind, document{"id": r.ID, "name": r.Name, "username": r.Username})
	return id
}

// checkRecipients refuses responders without a name and of types not listed.
func (p problems) checkRecipients(field string, all []recipient, types ...string) {
	for _, r := range all {
		p.add(!slices.Contains(types, r.Type), field+"#type", "Invalid "+field+" type '"+r.Type+"'")
		p.add(r.isZero(), field+"#id", "Each of "+field+" needs an id or a name.")
	}
}

// A Responder is who answers for an alert or an incident.
type Responder struct {
	Type string `json:"type"` // user, team, escalation or schedule
	ID   string `json:"id"`
}

// join adds responders that are not there yet.
func (w *world) join(all []Responder, add ...recipient) []Responder {
	for _, r := range add {
		responder := Responder{Type: r.Type, ID: w.idOf(r.Type, r)}
		if !slices.Contains(all, responder) {
			all = append(all, responder)
		}
	}
	return all
}
