package opsgenietest

import (
	"cmp"
	"encoding/json"
)

// meta returns the data of an item in the response to a write.
func (k *kind) meta(w *world, it *item) document {
	if k.summary != nil {
		return k.summary(w, it)
	}
	if len(k.brief) == 0 {
		return it.doc.only("id", "name")
	}
	return it.doc.only(k.brief...)
}

// shown returns the data of an item in a read.
func (k *kind) shown(w *world, it *item) document {
	if k.show == nil {
		return it.doc
	}
	return k.show(w, it)
}

func (k *kind) got(w *world, _ *call, it *item) (response, error) {
	return response{data: k.shown(w, it), expandable: k.expands}, nil
}

func (k *kind) readAll(w *world, c *call) (response, error) {
	shelf, err := k.shelf(w, c)
	if err != nil {
		return response{}, err
	}
	return k.rows(w, c, shelf.items)
}

// rows responds with items, or with the requested page of them.
func (k *kind) rows(w *world, c *call, items []*item) (response, error) {
	var links *paging
	if k.paged {
		var err error
		if items, links, err = byNumber(w, c, items, "limit", "", "order", c.query.Get("order")); err != nil {
			return response{}, err
		}
	}
	rows := make([]document, len(items))
	for i, it := range items {
		rows[i] = k.shown(w, it)
		if len(k.row) > 0 {
			rows[i] = rows[i].only(k.row...)
		}
	}
	return response{data: rows, paging: links, expandable: k.expands}, nil
}

// known returns the id and the name of a team, user, schedule or escalation that a
// request names by either. If the server does not have it, it derives the id from the
// name.
func (w *world) known(noun string, in document) (id, name string) {
	label := "name"
	if noun == "user" {
		label = "username"
	}
	given := cmp.Or(in.text("id"), in.text("username"), in.text("name"))
	if it := w.lists.of("/v2/"+noun+"s").find(given, "id", label); it != nil {
		return it.id(), it.doc.text(label)
	}
	if in.text("id") != "" {
		return in.text("id"), cmp.Or(in.text("name"), in.text("username"))
	}
	return derivedID(noun, given), given
}

// shownAs returns the data of all items of a kind, decoded.
func shownAs[E any](w *world, k *kind) []E {
	items := w.lists.of(k.path).items
	out := make([]E, len(items))
	for i, it := range items {
		text, err := json.Marshal(k.shown(w, it))
		if err == nil {
			_ = json.Unmarshal(text, &out[i]) // members that do not fit are omitted
		}
	}
	return out
}
