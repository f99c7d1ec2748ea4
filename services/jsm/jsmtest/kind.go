package jsmtest

import (
	"maps"
	"net/http"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

// A kind describes one kind of configured resource: how its items are named, checked,
// stored and shown.
type kind struct {
	schema

	noun  string // its name in messages
	path  string // the pattern of the list
	param string // the wildcard of an item in the path, and the member that it means if key is empty
	key   string // the member that identifies an item; id if empty
	query bool   // the item is named by the query parameter key instead of the path
	below *kind  // the kind to whose items the lists belong; nil if there is one list
	size  int    // the default size of a page
	most  int    // the maximum size of a page

	conflict int // the status for a unique member that is taken
	// complete adds what the API adds to a written document before it is stored. It may
	// return an error, and must not change anything but the item.
	complete func(w *world, it *item) error
	// show returns the data of an item; nil means its document.
	show func(w *world, it *item) document
}

// created returns the route of the creation with the status of its response.
func (k *kind) created(status int) route {
	return route{"POST " + k.path, DomainConfig, jsonBody, func(w *world, c *call) (response, error) {
		a, err := k.create(w, c)
		a.status = status
		return a, err
	}}
}

// on returns the route of an operation on one item, which serve receives.
func (k *kind) on(method, suffix string, serve func(*world, *call, *item) (response, error)) route {
	body, path := noBody, k.path+"/{"+k.param+"}"+suffix
	if method != http.MethodGet && method != http.MethodDelete {
		body = jsonBody
	}
	if k.query {
		path = k.path + suffix
	}
	return route{method + " " + path, DomainConfig, body, func(w *world, c *call) (response, error) {
		it, err := k.find(w, c)
		if err != nil {
			return response{}, err
		}
		return serve(w, c, it)
	}}
}

// routes returns the five operations that most kinds have.
func (k *kind) routes() []route {
	change := http.MethodPatch
	if k.Replace {
		change = http.MethodPut
	}
	return []route{
		{"GET " + k.path, DomainConfig, noBody, k.readAll}, k.created(http.StatusCreated),
		k.on(http.MethodGet, "", k.got), k.on(change, "", k.changed), k.on(http.MethodDelete, "", k.deleted),
	}
}

// parent returns the item to which a request's list belongs, or nil, or 404.
func (k *kind) parent(w *world, c *call) (*item, error) {
	if k.below == nil {
		return nil, nil //nolint:nilnil // the list belongs to no item
	}
	return k.below.at(w, c, map[string]string{schedulesPath: "scheduleId", teamsPath: "teamId"}[k.below.path])
}

// shelf returns the list in a request's path, or 404.
func (k *kind) shelf(w *world, c *call) (*shelf, error) {
	above, err := k.parent(w, c)
	if err != nil {
		return nil, err
	}
	if above == nil {
		return w.lists.Of(k.path), nil
	}
	return above.Lists.Of(k.path), nil
}

// find returns the item of a request, or 404.
func (k *kind) find(w *world, c *call) (*item, error) {
	if k.query {
		p := problems{}
		p.Add(c.Query.Get(k.key) == "", k.key, k.key+" can not be empty.")
		if err := p.Err(); err != nil {
			return nil, err
		}
	}
	return k.at(w, c, k.param)
}

// at is find with the name of the wildcard.
func (k *kind) at(w *world, c *call, param string) (*item, error) {
	in, err := k.shelf(w, c)
	if err != nil {
		return nil, err
	}
	key, value := "id", c.Path[param]
	if k.key != "" {
		key = k.key
	}
	if k.query {
		value = c.Query.Get(key)
	}
	if it := in.Find(value, key); it != nil {
		return it, nil
	}
	return nil, sim.Refuse(http.StatusNotFound, "No "+k.noun+" exists with "+key+" ["+value+"]")
}

// shown returns the data of an item.
func (k *kind) shown(w *world, it *item) document {
	if k.show == nil {
		return it.Doc
	}
	return k.show(w, it)
}

func (k *kind) got(w *world, _ *call, it *item) (response, error) {
	return response{data: k.shown(w, it)}, nil
}

func (k *kind) readAll(w *world, c *call) (response, error) {
	items, err := k.listed(w, c)
	if err != nil {
		return response{}, err
	}
	return k.rows(w, c, items)
}

// listed returns a copy of the items in the list of a request. Below a team that the caller
// cannot see, there are none, as seen in the service.
func (k *kind) listed(w *world, c *call) ([]*item, error) {
	in, err := k.shelf(w, c)
	if err != nil && k.below.path == teamsPath {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return slices.Clone(in.Items), nil
}

// rows responds with the requested page of items.
func (k *kind) rows(w *world, c *call, items []*item) (response, error) {
	items, out, err := byOffset(w, c, items, k.size, k.most)
	if err != nil {
		return response{}, err
	}
	rows := make([]document, len(items))
	for i, it := range items {
		rows[i] = k.shown(w, it)
	}
	out.Values = rows
	return response{data: out}, nil
}

// read decodes and checks the document in a request.
func (k *kind) read(c *call, creation bool) (document, error) {
	in, p := document{}, problems{}
	if err := c.Decode(&in); err != nil {
		return nil, err
	}
	out := k.Pick(p, in, creation)
	return out, p.Err()
}

// draft returns a new item with what a creation writes.
func (k *kind) draft(w *world, above *item, in document) *item {
	it := &item{Doc: document{"id": w.Dice.UUID()}, Above: above, Lists: shelves{}}
	k.Write(it.Doc, in)
	k.Fill(it.Doc)
	return it
}

func (k *kind) create(w *world, c *call) (response, error) {
	above, err := k.parent(w, c)
	if err != nil {
		return response{}, err
	}
	in, err := k.shelf(w, c)
	if err != nil {
		return response{}, err
	}
	doc, err := k.read(c, true)
	if err != nil {
		return response{}, err
	}
	it := k.draft(w, above, doc)
	if err := k.settle(w, in, it, nil); err != nil {
		return response{}, err
	}
	k.Move(in, it, k.Place(doc, len(in.Items)))
	k.Number(in)
	return response{data: k.shown(w, it)}, nil
}

func (k *kind) changed(w *world, c *call, it *item) (response, error) {
	in, err := k.shelf(w, c)
	if err != nil {
		return response{}, err
	}
	doc, err := k.read(c, false)
	if err != nil {
		return response{}, err
	}
	draft := &item{Doc: it.Doc.Clone(), Above: it.Above, Lists: maps.Clone(it.Lists)}
	if k.Replace {
		draft.Doc = k.Lasting(draft.Doc)
	}
	k.Write(draft.Doc, doc)
	k.Fill(draft.Doc)
	if err := k.settle(w, in, draft, it); err != nil {
		return response{}, err
	}
	*it = *draft
	it.Adopt()
	return response{data: k.shown(w, it)}, nil
}

// settle completes an item. It returns an error if its name is not unique; self is the
// stored version of the item.
func (k *kind) settle(w *world, in *shelf, it, self *item) error {
	if k.Taken(in, it.Doc, self) {
		return sim.Refuse(k.conflict, "A "+k.noun+" with this "+k.Unique+" exists")
	}
	if k.complete == nil {
		return nil
	}
	return k.complete(w, it)
}

func (k *kind) deleted(w *world, c *call, it *item) (response, error) {
	in, err := k.shelf(w, c)
	if err != nil {
		return response{}, err
	}
	in.Remove(it)
	k.Number(in)
	return response{status: http.StatusNoContent}, nil
}
