package opsgenietest

import (
	"cmp"
	"maps"
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

// pick checks a document and returns a copy without the members that cannot be written.
func (k *kind) pick(p problems, in document, creation bool) document {
	if creation || k.replace {
		p.missing(in, k.fields)
	}
	out := maps.Clone(in)
	delete(out, "id")
	for _, name := range k.made {
		delete(out, name)
	}
	for _, f := range k.fields {
		value, given := in[f.name]
		switch {
		case !given:
		case f.fixed && !creation:
			delete(out, f.name)
		case value == nil && f.required:
			p.add(true, f.name, f.name+" can not be empty.")
		default:
			f.check(p, value)
		}
	}
	return out
}

// write sets members of a document. Null removes a known member and is stored for an
// unknown one.
func (k *kind) write(d, in document) {
	for name, value := range in {
		if value == nil && slices.ContainsFunc(k.fields, func(f field) bool { return f.name == name }) {
			delete(d, name)
		} else {
			d[name] = value
		}
	}
}

// lasting returns the members of a document that a PUT keeps.
func (k *kind) lasting(d document) document {
	names := append([]string{"id"}, k.made...)
	for _, f := range k.fields {
		if f.fixed {
			names = append(names, f.name)
		}
	}
	return d.only(names...)
}

// draft returns a new item with what a creation writes.
func (k *kind) draft(w *world, above *item, in document) *item {
	it := &item{doc: document{"id": w.dice.uuid()}, above: above, lists: shelves{}}
	k.write(it.doc, in)
	k.fill(it.doc)
	return it
}

// fill sets the defaults of members that are not set.
func (k *kind) fill(d document) {
	for _, f := range k.fields {
		if d[f.name] == nil && f.absent != nil {
			d[f.name] = cloned(f.absent)
		}
	}
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
	if k.unique != "" {
		value := it.doc.text(k.unique)
		taken := slices.ContainsFunc(shelf.items, func(each *item) bool {
			return each != self && value != "" && each.doc.text(k.unique) == value
		})
		if taken {
			return refuse(http.StatusConflict, "A "+k.noun+" with "+k.unique+" ["+value+"] already exists")
		}
	}
	if k.complete == nil {
		return nil
	}
	return k.complete(w, c, it)
}

// place returns the place for an item in its list: its order, or the end.
func (k *kind) place(in document, end int) int {
	if order, ok := in["order"].(float64); ok && k.ordered {
		return int(order)
	}
	return end
}

// move moves an item to a place, counted among those with the same value of k.within.
func (k *kind) move(s *shelf, it *item, place int) {
	s.remove(it)
	at := len(s.items)
	for i, each := range s.items {
		if k.within != "" && each.doc.text(k.within) != it.doc.text(k.within) {
			continue
		}
		if place <= 0 {
			at = i
			break
		}
		place--
	}
	s.move(it, at)
}

// number sets the order of all items in a list.
func (k *kind) number(s *shelf) {
	if !k.ordered {
		return
	}
	places := map[string]float64{}
	for _, it := range s.items {
		among := it.doc.text(k.within)
		it.doc["order"] = places[among]
		places[among]++
	}
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
