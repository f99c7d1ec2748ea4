package opsgenietest

import (
	"cmp"
	"encoding/json"

	"github.com/tripware/tripware/services/internal/sim"
)

// meta returns the data of an item in the response to a write.
func (k *kind) meta(w *world, it *item) document {
	if k.summary != nil {
		return k.summary(w, it)
	}
	if len(k.brief) == 0 {
		return it.Doc.Only("id", "name")
	}
	return it.Doc.Only(k.brief...)
}

// shown returns the data of an item in a read.
func (k *kind) shown(w *world, it *item) document {
	if k.show == nil {
		return it.Doc
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
	return k.rows(w, c, shelf.Items)
}

// rows responds with items, or with the requested page of them.
func (k *kind) rows(w *world, c *call, items []*item) (response, error) {
	var links *paging
	if k.paged {
		var err error
		if items, links, err = byNumber(w, c, items, "limit", "", "order", c.Query.Get("order")); err != nil {
			return response{}, err
		}
	}
	rows := make([]document, len(items))
	for i, it := range items {
		rows[i] = k.shown(w, it)
		if len(k.row) > 0 {
			rows[i] = rows[i].Only(k.row...)
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
	given := cmp.Or(in.Text("id"), in.Text("username"), in.Text("name"))
	if it := w.lists.Of("/v2/"+noun+"s").Find(given, "id", label); it != nil {
		return it.ID(), it.Doc.Text(label)
	}
	if in.Text("id") != "" {
		return in.Text("id"), cmp.Or(in.Text("name"), in.Text("username"))
	}
	return sim.DerivedID(noun, given), given
}

// shownAs returns the data of all items of a kind, decoded.
func shownAs[E any](w *world, k *kind) []E {
	items := w.lists.Of(k.path).Items
	out := make([]E, len(items))
	for i, it := range items {
		text, err := json.Marshal(k.shown(w, it))
		if err == nil {
			_ = json.Unmarshal(text, &out[i]) // members that do not fit are omitted
		}
	}
	return out
}
