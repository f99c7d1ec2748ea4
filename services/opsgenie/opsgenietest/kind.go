package opsgenietest

import (
	"cmp"
	"net/http"
)

// A kind says how documents of one sort are named, checked, kept and shown.
type kind struct {
	noun   string // what messages call one
	path   string // the pattern of their list
	param  string // the path's name for one of them
	domain Domain

	keys  []string // fields that an identifier may be, the default first
	named string   // the query parameter that tells which; without it any of them fits
	below *kind    // what they lie below, if anything
	from  string   // the query parameter that tells how the path names that; its own if empty

	fields  []field  // members of which something is known; all others are kept as they are written
	made    []string // members that only the server writes, besides the id; a request's are ignored
	unique  string   // the field whose value only one may have
	replace bool     // a change is a PUT of the whole; else a PATCH of what is named
	ordered bool     // their place in the list is a field, "order"
	target  string   // what a change of order calls the new place; "order" if empty
	within  string   // places are counted among those with the same value of this field; among all if empty
	brief   []string // what the response to a write shows; id and name if empty
	row     []string // what a list shows; everything if empty
	paged   bool     // the list is read in pages by number
	expands []string // what an "expand" accepts, which answers to reads tell

	// usedBy are the lists whose items keep one from being deleted while they use it:
	// see usesOf. The key is the path, the value what messages call such an item.
	usedBy map[string]string
	// lies returns where a request's list is, or 404, if that is neither at the top
	// nor below another kind.
	lies func(w *world, c *call) (*shelf, error)
	// complete fills in what the API adds to a document that was written, before
	// it is kept. It may refuse, and then changes nothing but the item it got.
	complete func(w *world, c *call, it *item) error
	// show returns what a read of an item shows, if that is not its document.
	show func(w *world, it *item) document
	// summary returns what the response to a write shows, if brief cannot say it.
	summary func(w *world, it *item) document
}

// routes returns the five operations that most kinds have.
func (k *kind) routes() []route {
	change := http.MethodPatch
	if k.replace {
		change = http.MethodPut
	}
	return []route{
		k.listed(), k.created(),
		k.on(http.MethodGet, "", k.got), k.on(change, "", k.changed), k.on(http.MethodDelete, "", k.deleted),
	}
}

func (k *kind) listed() route { return route{"GET " + k.path, k.domain, noBody, k.readAll} }

func (k *kind) created() route { return route{"POST " + k.path, k.domain, jsonBody, k.create} }

// on returns the route of an operation on one item, which is found for it.
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

// switches returns the routes that set a flag and reset it.
func (k *kind) switches(status int) []route {
	set := func(enabled bool) func(*world, *call, *item) (response, error) {
		return func(w *world, _ *call, it *item) (response, error) {
			it.doc["enabled"] = enabled
			return response{status: status, data: k.meta(w, it)}, nil
		}
	}
	return []route{k.on(http.MethodPost, "/enable", set(true)), k.on(http.MethodPost, "/disable", set(false))}
}

// reordered is the operation that moves an item within its list.
func (k *kind) reordered(w *world, c *call, it *item) (response, error) {
	in := document{}
	if err := c.decode(&in); err != nil {
		return response{}, err
	}
	place, p := field{name: cmp.Or(k.target, "order"), is: wholeValue, required: true}, problems{}
	p.missing(in, []field{place})
	place.check(p, in[place.name])
	if err := p.err(); err != nil {
		return response{}, err
	}
	shelf, err := k.shelf(w, c)
	if err != nil {
		return response{}, err
	}
	to, _ := in[place.name].(float64)
	k.move(shelf, it, int(to))
	k.number(shelf)
	return response{data: k.meta(w, it)}, nil
}
