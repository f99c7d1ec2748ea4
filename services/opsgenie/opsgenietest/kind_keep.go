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

// read takes a request's document: its fields checked, and those that the API
// does not know left out, as the service does.
func (k *kind) read(c *call, creation bool) (document, error) {
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	known := k.pick(p, in, creation)
	return known, p.err()
}

// pick is read for a document that came inside another.
func (k *kind) pick(p problems, in document, creation bool) document {
	if creation || k.replace {
		p.missing(in, k.fields)
	}
	known := document{}
	for _, f := range k.fields {
		value, given := in[f.name]
		given = given && (creation || !f.fixed)
		if given && (value != nil || !f.required) {
			f.check(p, value)
			known[f.name] = value
		} else if given {
			p.add(true, f.name, f.name+" can not be empty.")
		}
	}
	if k.open {
		maps.Copy(in, known)
		known = in
		delete(known, "id")
	}
	return known
}

// draft makes an item of what a creation says.
func (k *kind) draft(w *world, above *item, in document) *item {
	it := &item{doc: document{"id": w.dice.uuid()}, above: above, lists: shelves{}}
	it.doc.write(in)
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

func (k *kind) create(w *world, c *call) (answer, error) {
	above, err := k.parent(w, c)
	if err != nil {
		return answer{}, err
	}
	shelf, err := k.shelf(w, c)
	if err != nil {
		return answer{}, err
	}
	in, err := k.read(c, true)
	if err != nil {
		return answer{}, err
	}
	it := k.draft(w, above, in)
	if err := k.settle(w, c, shelf, it, nil); err != nil {
		return answer{}, err
	}
	k.move(shelf, it, k.place(in, len(shelf.items)))
	k.number(shelf)
	return answer{status: http.StatusCreated, result: "Created", data: k.meta(it)}, nil
}

func (k *kind) changed(w *world, c *call, it *item) (answer, error) {
	shelf, err := k.shelf(w, c)
	if err != nil {
		return answer{}, err
	}
	in, err := k.read(c, false)
	if err != nil {
		return answer{}, err
	}
	draft := &item{doc: it.doc.clone(), above: it.above, lists: it.lists}
	if k.replace && k.open {
		draft.doc = draft.doc.only("id", "order")
	} else if k.replace {
		for _, f := range k.fields {
			if !f.fixed {
				delete(draft.doc, f.name)
			}
		}
	}
	draft.doc.write(in)
	if err := k.settle(w, c, shelf, draft, it); err != nil {
		return answer{}, err
	}
	*it = *draft
	it.adopt()
	if _, given := in["order"]; given && k.ordered {
		k.move(shelf, it, k.place(in, len(shelf.items)))
	}
	k.number(shelf)
	return answer{result: "Updated", data: k.meta(it)}, nil
}

// write takes the fields of a request over; null removes one.
func (d document) write(in document) {
	for name, value := range in {
		if value == nil {
			delete(d, name)
		} else {
			d[name] = value
		}
	}
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

// meta is what the answer to a write shows of an item.
func (k *kind) meta(it *item) document {
	if k.summary != nil {
		return k.summary(it)
	}
	if len(k.brief) == 0 {
		return it.doc.only("id", "name")
	}
	return it.doc.only(k.brief...)
}

// shown is what a read of one item shows.
func (k *kind) shown(w *world, it *item) document {
	if k.show == nil {
		return it.doc
	}
	return k.show(w, it)
}

func (k *kind) got(w *world, _ *call, it *item) (answer, error) {
	return answer{data: k.shown(w, it), expandable: k.expands}, nil
}

func (k *kind) deleted(w *world, c *call, it *item) (answer, error) {
	shelf, err := k.shelf(w, c)
	if err != nil {
		return answer{}, err
	}
	shelf.remove(it)
	k.number(shelf)
	return answer{result: "Deleted", data: k.meta(it)}, nil
}

func (k *kind) readAll(w *world, c *call) (answer, error) {
	shelf, err := k.shelf(w, c)
	if err != nil {
		return answer{}, err
	}
	return k.rows(w, c, shelf.items)
}

// rows answers with a list of items, or with the page of it that is asked for.
func (k *kind) rows(w *world, c *call, items []*item) (answer, error) {
	var links *paging
	if k.paged {
		var err error
		if items, links, err = byNumber(w, c, items, "limit", "", "order", c.query.Get("order")); err != nil {
			return answer{}, err
		}
	}
	rows := make([]document, len(items))
	for i, it := range items {
		rows[i] = k.shown(w, it)
		if len(k.row) > 0 {
			rows[i] = rows[i].only(k.row...)
		}
	}
	return answer{data: rows, paging: links, expandable: k.expands}, nil
}

// known returns the id and the name of a team, a user, a schedule or an escalation
// that a request names by either, or by a username: of the one that the server
// keeps, else an id made from its name, for a request may name what is not here.
func (w *world) known(noun string, in document) (id, name string) {
	shelf := w.lists.of("/v2/" + noun + "s")
	given := cmp.Or(in.text("id"), in.text("username"), in.text("name"))
	if it := shelf.find(given, "id", "name", "username"); it != nil {
		return it.id(), cmp.Or(it.doc.text("name"), it.doc.text("username"))
	}
	if in.text("id") != "" {
		return in.text("id"), cmp.Or(in.text("name"), in.text("username"))
	}
	return derivedID(noun, given), given
}
