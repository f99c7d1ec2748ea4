package opsgenietest

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
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
		return w.lists.Of(k.path), nil
	}
	return above.Lists.Of(k.path), nil
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
	value, keys := c.Path[k.param], k.keys
	if named != "" {
		key, err := c.Choice(named, keys...)
		if err != nil {
			return nil, err
		}
		keys = []string{key}
	}
	if it := shelf.Find(value, keys...); it != nil {
		return it, nil
	}
	return nil, k.unknown(sim.Ref{Kind: keys[0], Value: value})
}

func (k *kind) unknown(key sim.Ref) error {
	return sim.Refuse(http.StatusNotFound, "No "+k.noun+" exists with "+key.Kind+" ["+key.Value+"]")
}

// read decodes and checks the document in a request.
func (k *kind) read(c *call, creation bool) (document, error) {
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
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
	k.Move(shelf, it, k.Place(in, len(shelf.Items)))
	k.Number(shelf)
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
	draft := &item{Doc: it.Doc.Clone(), Above: it.Above, Lists: it.Lists}
	if k.Replace {
		draft.Doc = k.Lasting(draft.Doc)
	}
	k.Write(draft.Doc, in)
	if err := k.settle(w, c, shelf, draft, it); err != nil {
		return response{}, err
	}
	*it = *draft
	it.Adopt()
	if _, given := in["order"]; given && k.Ordered {
		k.Move(shelf, it, k.Place(in, len(shelf.Items)))
	}
	k.Number(shelf)
	return response{result: "Updated", data: k.meta(w, it)}, nil
}

// changedInFull is changed for requests that must have all required members.
func (k *kind) changedInFull(w *world, c *call, it *item) (response, error) {
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
		return response{}, err
	}
	p.Missing(in, slices.DeleteFunc(slices.Clone(k.Fields), func(f field) bool { return f.Fixed }))
	if err := p.Err(); err != nil {
		return response{}, err
	}
	return k.changed(w, c, it)
}

// settle completes an item. It returns 409 if its name is not unique; self is the stored
// version of the item.
func (k *kind) settle(w *world, c *call, shelf *shelf, it, self *item) error {
	k.Fill(it.Doc)
	if k.Taken(shelf, it.Doc, self) {
		return sim.Refuse(http.StatusConflict, "A "+k.noun+" with "+k.Unique+" ["+it.Doc.Text(k.Unique)+"] already exists")
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
	shelf.Remove(it)
	k.Number(shelf)
	return response{result: "Deleted", data: k.meta(w, it)}, nil
}
