package opsgenietest

import (
	"cmp"
	"net/http"

	"github.com/tripware/tripware/services/internal/sim"
)

// A kind describes one kind of configured resource: how its items are named, checked,
// stored and shown.
type kind struct {
	schema

	noun   string // its name in messages
	path   string // the pattern of the list
	param  string // the wildcard of an item in the path
	domain Domain

	keys  []string // members that an identifier may be, the default first
	named string   // the query parameter that selects one; if empty, any of them may match
	below *kind    // the kind to whose items the lists belong; nil if there is one list
	from  string   // the query parameter for the identifier of below; that of below if empty

	target  string   // the member of a change of order that has the new place; "order" if empty
	brief   []string // the members in the response to a write; id and name if empty
	row     []string // the members in a list; all if empty
	paged   bool     // the list is divided into pages by number
	expands []string // what an "expand" parameter accepts

	// usedBy are the lists whose items prevent the deletion of an item that they use:
	// see usesOf. The key is the path, the value the name of such an item in messages.
	usedBy map[string]string
	// locate returns the list of a request, or 404, if the list depends on more than the
	// kind and the item that it belongs to.
	locate func(w *world, c *call) (*shelf, error)
	// complete adds what the API adds to a written document before it is stored. It may
	// return an error, and must not change anything but the item.
	complete func(w *world, c *call, it *item) error
	// show returns the data of an item in a read; nil means its document.
	show func(w *world, it *item) document
	// summary returns the data in the response to a write; nil means brief.
	summary func(w *world, it *item) document
}

// routes returns the five operations that most kinds have.
func (k *kind) routes() []route {
	change := http.MethodPatch
	if k.Replace {
		change = http.MethodPut
	}
	return []route{
		k.listed(), k.created(),
		k.on(http.MethodGet, "", k.got), k.on(change, "", k.changed), k.on(http.MethodDelete, "", k.deleted),
	}
}

func (k *kind) listed() route { return route{"GET " + k.path, k.domain, noBody, k.readAll} }

func (k *kind) created() route { return route{"POST " + k.path, k.domain, jsonBody, k.create} }

// on returns the route of an operation on one item, which serve receives.
func (k *kind) on(method, suffix string, serve func(*world, *call, *item) (response, error)) route {
	body := noBody
	if method != http.MethodGet && method != http.MethodDelete {
		body = optionalBody
	}
	return route{method + " " + k.path + "/{" + k.param + "}" + suffix, k.domain, body, func(w *world, c *call) (response, error) {
		it, err := k.find(w, c)
		if err != nil {
			return response{}, err
		}
		return serve(w, c, it)
	}}
}

// switches returns the routes that enable and disable an item.
func (k *kind) switches(status int) []route {
	set := func(enabled bool) func(*world, *call, *item) (response, error) {
		return func(w *world, _ *call, it *item) (response, error) {
			it.Doc["enabled"] = enabled
			return response{status: status, data: k.meta(w, it)}, nil
		}
	}
	return []route{k.on(http.MethodPost, "/enable", set(true)), k.on(http.MethodPost, "/disable", set(false))}
}

// reordered moves an item within its list.
func (k *kind) reordered(w *world, c *call, it *item) (response, error) {
	in := document{}
	if err := c.decode(&in); err != nil {
		return response{}, err
	}
	place, p := field{Name: cmp.Or(k.target, "order"), Is: sim.Whole, Required: true}, problems{}
	p.Missing(in, []field{place})
	place.Check(p, in[place.Name])
	if err := p.Err(); err != nil {
		return response{}, err
	}
	shelf, err := k.shelf(w, c)
	if err != nil {
		return response{}, err
	}
	to, _ := in[place.Name].(float64)
	k.Move(shelf, it, int(to))
	k.Number(shelf)
	return response{data: k.meta(w, it)}, nil
}
