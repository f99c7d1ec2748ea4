package opsgenietest

import (
	"crypto/sha1" //nolint:gosec // for stable ids as in UUID version 5; nothing depends on it being secure
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// The world is the state of the API. It is guarded by the server's lock.
type world struct {
	clock       func() time.Time
	origin      string // scheme and host of the server
	linkBase    string
	plan        string
	integration Integration
	dice        *dice
	queue       *queue
	sequence    int64 // of the last cursor or attachment id

	alerts        table[*Alert]
	tinyAlerts    int
	files         map[string]*Attachment // by the token in their URL
	incidents     table[*Incident]
	lists         shelves // of configured resources, by the path of their kind
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

// now returns the time in the resolution of the API.
func (w *world) now() Time { return Time{w.clock().UTC().Truncate(time.Millisecond)} }

// next returns a new number for a cursor or an attachment id.
func (w *world) next() int64 {
	w.sequence++
	return w.sequence
}

// dice is a seeded source of random numbers. It is not safe for concurrent use.
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

// derivedID returns an id for a name. It is always the same for the same name.
func derivedID(kind, name string) string {
	sum := sha1.Sum([]byte(kind + "\x00" + name)) //nolint:gosec // see the import
	var high, low uint64
	for i := range 8 {
		high, low = high<<8|uint64(sum[i]), low<<8|uint64(sum[8+i])
	}
	return uuidText(high&^0xf000|0x5000, low&^(3<<62)|2<<62)
}

// A table stores entities in the order in which they were added. Each has one or more
// keys, such as its id, its tiny id and its alias. The zero value is empty.
type table[E comparable] struct {
	rows  []E
	index map[ref]E
}

// add appends an entity. A key that another entity had now finds the new one.
func (t *table[E]) add(e E, keys ...ref) {
	t.rows = append(t.rows, e)
	t.point(e, keys...)
}

// point makes keys find an entity.
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

// remove removes an entity and its keys.
func (t *table[E]) remove(e E) {
	t.rows = slices.DeleteFunc(t.rows, func(row E) bool { return row == e })
	maps.DeleteFunc(t.index, func(_ ref, row E) bool { return row == e })
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
func (p problems) checkRecipients(field string, all []recipient, types ...string) {
	for _, r := range all {
		p.add(!slices.Contains(types, r.Type), field+"#type", "Invalid "+field+" type '"+r.Type+"'")
		p.add(r.isZero(), field+"#id", "Each of "+field+" needs an id or a name.")
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
