package opsgenietest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
)

// shelf returns the list that a request is about, or 404.
func (k *kind) shelf(w *world, c *call) (*shelf, error) {
	if k.lies != nil {
		return k.lies(w, c)
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

// parent returns the item below which a request's list lies, or nil, or 404.
func (k *kind) parent(w *world, c *call) (*item, error) {
	if k.below == nil {
		return nil, nil //nolint:nilnil // a list at the top has nothing above it
	}
	return k.below.findBy(w, c, cmp.Or(k.from, k.below.named))
}

// find returns the item that a request's path names, or 404.
func (k *kind) find(w *world, c *call) (*item, error) { return k.findBy(w, c, k.named) }

// findBy is find where the query parameter has another name.
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

// read returns the document that a request writes, with its known members checked.
func (k *kind) read(c *call, creation bool) (document, error) {
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	out := k.pick(p, in, creation)
	return out, p.err()
}

// pick is read for a document that came inside another.
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

// write adds the members of a request to a document. A null removes a member that
// is known; as the value of an unknown one it is kept.
func (k *kind) write(d, in document) {
	for name, value := range in {
		if value == nil && slices.ContainsFunc(k.fields, func(f field) bool { return f.name == name }) {
			delete(d, name)
		} else {
			d[name] = value
		}
	}
}

// lasting returns the members of a document that a PUT does not replace.
func (k *kind) lasting(d document) document {
	names := append([]string{"id"}, k.made...)
	for _, f := range k.fields {
		if f.fixed {
			names = append(names, f.name)
		}
	}
	return d.only(names...)
}

// draft makes an item of what a creation says.
func (k *kind) draft(w *world, above *item, in document) *item {
	it := &item{doc: document{"id": w.dice.uuid()}, above: above, lists: shelves{}}
	k.write(it.doc, in)
	k.fill(it.doc)
	return it
}

// fill writes what fields are of which nothing is written.
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

// changedInFull is changed where a request must write all that a creation must.
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

// settle completes an item, and refuses it if another than itself has its name.
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

// place is where an item goes in its list: where its order says, else to the end.
func (k *kind) place(in document, end int) int {
	if order, ok := in["order"].(float64); ok && k.ordered {
		return int(order)
	}
	return end
}

// move puts an item to a place among those that its place is counted among.
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

// number writes the items' places into their documents.
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
	if err := k.unused(w, it); err != nil {
		return response{}, err
	}
	shelf.remove(it)
	k.number(shelf)
	return response{result: "Deleted", data: k.meta(w, it)}, nil
}
