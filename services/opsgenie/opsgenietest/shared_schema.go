package opsgenietest

import (
	"maps"
	"slices"
)

// A schema says how requests write the items of a list.
type schema struct {
	fields  []field  // the known members; others are stored as they are written
	made    []string // members, besides the id, that only the server writes; those of a request are ignored
	unique  string   // the member whose values must be unique
	replace bool     // a change replaces an item (PUT) instead of merging (PATCH)
	ordered bool     // the member "order" is the place in the list
	within  string   // places are counted among items with the same value of this member; if empty, among all
}

// pick checks a document and returns a copy without the members that cannot be written.
func (s *schema) pick(p problems, in document, creation bool) document {
	if creation || s.replace {
		p.missing(in, s.fields)
	}
	out := maps.Clone(in)
	delete(out, "id")
	for _, name := range s.made {
		delete(out, name)
	}
	for _, f := range s.fields {
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
func (s *schema) write(d, in document) {
	for name, value := range in {
		if value == nil && slices.ContainsFunc(s.fields, func(f field) bool { return f.name == name }) {
			delete(d, name)
		} else {
			d[name] = value
		}
	}
}

// lasting returns the members of a document that a PUT keeps.
func (s *schema) lasting(d document) document {
	names := append([]string{"id"}, s.made...)
	for _, f := range s.fields {
		if f.fixed {
			names = append(names, f.name)
		}
	}
	return d.only(names...)
}

// fill sets the defaults of members that are not set.
func (s *schema) fill(d document) {
	for _, f := range s.fields {
		if d[f.name] == nil && f.absent != nil {
			d[f.name] = cloned(f.absent)
		}
	}
}

// place returns the place for an item in its list: its order, or the end.
func (s *schema) place(in document, end int) int {
	if order, ok := in["order"].(float64); ok && s.ordered {
		return int(order)
	}
	return end
}

// move moves an item to a place, counted among those with the same value of s.within.
func (s *schema) move(in *shelf, it *item, place int) {
	in.remove(it)
	at := len(in.items)
	for i, each := range in.items {
		if s.within != "" && each.doc.text(s.within) != it.doc.text(s.within) {
			continue
		}
		if place <= 0 {
			at = i
			break
		}
		place--
	}
	in.move(it, at)
}

// number sets the order of all items in a list.
func (s *schema) number(in *shelf) {
	if !s.ordered {
		return
	}
	places := map[string]float64{}
	for _, it := range in.items {
		among := it.doc.text(s.within)
		it.doc["order"] = places[among]
		places[among]++
	}
}

// taken reports whether an item other than self has the same value of the unique member
// as a document.
func (s *schema) taken(in *shelf, d document, self *item) bool {
	value := d.text(s.unique)
	return s.unique != "" && value != "" && slices.ContainsFunc(in.items, func(each *item) bool {
		return each != self && each.doc.text(s.unique) == value
	})
}
