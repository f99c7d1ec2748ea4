package jsmtest

import (
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

// The world is the state of the API. It is guarded by the engine's lock.
type world struct {
	*sim.Base

	cfg         *config
	origin      string // scheme and host of the server
	integration string // the id of the integration that receives alerts

	alerts table
	tiny   int
	files  map[string]*Attachment // by the token in their URL
	lists  shelves                // of configured resources, by the path of their kind
}

type table = sim.Table[*Alert]

func newWorld(cfg *config, b *sim.Base, origin string) *world {
	return &world{
		Base: b, cfg: cfg, origin: origin, integration: b.Dice.UUID(),
		files: map[string]*Attachment{}, lists: shelves{},
	}
}

// took returns how long a request has taken in seconds.
func (w *world) took(c *sim.Call) float64 { return max(0, w.Now().Sub(c.At).Seconds()) }

func priorities() []string { return []string{"P1", "P2", "P3", "P4", "P5"} }

// A Party is whom an alert concerns.
type Party struct {
	ID   string `json:"id"`
	Type string `json:"type"` // user, team, escalation or schedule
}

// checkParties adds errors for parties without an id or of another type. A type that
// needs no id is among free.
func checkParties(types []string, free ...string) func(p problems, name string, value any) {
	return func(p problems, name string, value any) {
		in := document{name: value}
		all := in.List(name)
		if one := in.Object(name); one != nil {
			all = append(all, one)
		}
		for _, each := range all {
			kind := each.Text("type")
			p.Add(!slices.Contains(types, kind), name, name+" has an invalid type '"+kind+"'")
			p.Add(each.Text("id") == "" && !slices.Contains(free, kind), name, name+" needs an id.")
		}
	}
}

// checkEach returns a check of the objects in a list, or of one object, which must have
// the fields.
func checkEach(fields ...field) func(p problems, name string, value any) {
	return func(p problems, name string, value any) {
		in := document{name: value}
		all := in.List(name)
		if one := in.Object(name); one != nil {
			all = append(all, one)
		}
		for _, each := range all {
			p.Within(name, each, fields)
		}
	}
}
