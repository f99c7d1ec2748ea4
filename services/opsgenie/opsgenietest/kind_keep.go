package opsgenietest

import (
	"cmp"
	"net/http"
	"slices"
)

// shelf returns the list in a request's path, or 404.
func (k *kind) shelf(w *world, c *call) (*shelf, error) {
	if k.locate != nil {
		return k.locate(w, c)
	}
	above, err := k.parent(w, c)
	if err != nil {
		return nil, err
	}
	if above == nil {
		return w.lists.of(k.path), nil
	}
	return above.lists.of(k.path), nil
}

// parent returns the item to which a request's list belongs, or nil, or 404.
func (k *kind) parent(w *world, c *call) (*item, error) {
	if k.below == nil {
		return nil, nil //nolint:nilnil // the list belongs to no item
	}
	return k.below.findBy(w, c, cmp.Or(k.from, k.below.named))
}

// find returns the item in a request's path, or 404.
func (k *kind) find(w *world, c *call) (*item, error) { return k.findBy(w, c, k.named) }

// findBy is find with another name of the query parameter.
func (k *kind) findBy(w *world, c *call, named string) (*item, error) {
	shelf, err := k.shelf(w, c)
	if err != nil {
		return nil, err
	}
	value, keys := c.path[k.param], k.keys
	if named != "" {
		key, err := c.choice(named, keys...)
		if err != nil {
			return nil, err
		}
		keys = []string{key}
	}
	if it := shelf.find(value, keys...); it != nil {
		return it, nil
	}
	return nil, k.unknown(ref{keys[0], value})
}

func (k *kind) unknown(key ref) error {
	return refuse(http.StatusNotFound, "No "+k.noun+" exists with "+key.kind+" ["+key.value+"]")
}

// read decodes and checks the document in a request.
func (k *kind) read(c *call, creation bool) (document, error) {
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	out := k.pick(p, in, creation)
	return out, p.err()
}

// draft returns a new item with what a creation writes.
func (k *kind) draft(w *world, above *item, in document) *item {
	it := &item{doc: document{"id": w.dice.uuid()}, above: above, lists: shelves{}}
	k.write(it.doc, in)
	k.fill(it.doc)
	return it
}

func (k *kind) create(w *world, c *call) (response, error) {
	above, err := k.parent(w, c)
	if err != nil {
		return response{}, err
	}
	shelf, err := k.shelf(w, c)
	if err != nil {
		return response{}, err
	}
	in, err := k.read(c, true)
	if err != nil {
		return response{}, err
	}
	it := k.draft(w, above, in)
	if err := k.settle(w, c, shelf, it, nil); err != nil {
		return response{}, err
	}
	k.move(shelf, it, k.place(in, len(shelf.items)))
	k.number(shelf)
	return response{status: http.StatusCreated, result: "Created", data: k.meta(w, it)}, nil
}

func (k *kind) changed(w *world, c *call, it *item) (response, error) {
	shelf, err := k.shelf(w, c)
	if err != nil {
		return response{}, err
	}
	in, err := k.read(c, false)
	if err != nil {
		return response{}, err
	}
	draft := &item{doc: it.doc.clone(), above: it.above, lists: it.lists}
	if k.replace {
		draft.doc = k.lasting(draft.doc)
	}
	k.write(draft.doc, in)
	if err := k.settle(w, c, shelf, draft, it); err != nil {
		return response{}, err
	}
	*it = *draft
	it.adopt()
	if _, given := in["order"]; given && k.ordered {
		k.move(shelf, it, k.place(in, len(shelf.items)))
	}
	k.number(shelf)
	return response{result: "Updated", data: k.meta(w, it)}, nil
}

// changedInFull is changed for requests that must have all required members.
func (k *kind) changedInFull(w *world, c *call, it *item) (response, error) {
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
		return response{}, err
	}
	p.missing(in, slices.DeleteFunc(slices.Clone(k.fields), func(f field) bool { return f.fixed }))
	if err := p.err(); err != nil {
		return response{}, err
	}
	return k.changed(w, c, it)
}

// settle completes an item. It returns 409 if its name is not unique; self is the stored
// version of the item.
func (k *kind) settle(w *world, c *call, shelf *shelf, it, self *item) error {
	k.fill(it.doc)
	if k.taken(shelf, it.doc, self) {
		return refuse(http.StatusConflict, "A "+k.noun+" with "+k.unique+" ["+it.doc.text(k.unique)+"] already exists")
	}
	if k.complete == nil {
		return nil
	}
	return k.complete(w, c, it)
}

func (k *kind) deleted(w *world, c *call, it *item) (response, error) {
	shelf, err := k.shelf(w, c)
	if err != nil {
		return response{}, err
	}
	if err := k.checkUnused(w, it); err != nil {
		return response{}, err
	}
	shelf.remove(it)
	k.number(shelf)
	return response{result: "Deleted", data: k.meta(w, it)}, nil
}
