package sim

import (
	"maps"
	"slices"
)

// A Schema says how requests write the items of a list.
type Schema struct {
	Fields  []Field  // the known members; others are stored as they are written
	Made    []string // members, besides the id, that only the server writes; those of a request are ignored
	Unique  string   // the member whose values must be unique
	Replace bool     // a change replaces an item (PUT) instead of merging (PATCH)
	Ordered bool     // the member "order" is the place in the list
	Within  string   // places are counted among items with the same value of this member; if empty, among all
}

// Pick checks a document and returns a copy without the members that cannot be written.
func (s *Schema) Pick(p Problems, in Document, creation bool) Document {
	if creation || s.Replace {
		p.Missing(in, s.Fields)
	}
	out := maps.Clone(in)
	delete(out, "id")
	for _, name := range s.Made {
		delete(out, name)
	}
	for _, f := range s.Fields {
		value, given := in[f.Name]
		switch {
		case !given:
		case f.Fixed && !creation:
			delete(out, f.Name)
		case value == nil && f.Required:
			p.Add(true, f.Name, f.Name+" can not be empty.")
		default:
			f.Check(p, value)
		}
	}
	return out
}

// Write sets members of a document. Null removes a known member and is stored for an
// unknown one.
func (s *Schema) Write(d, in Document) {
	for name, value := range in {
		if value == nil && slices.ContainsFunc(s.Fields, func(f Field) bool { return f.Name == name }) {
			delete(d, name)
		} else {
			d[name] = value
		}
	}
}

// Lasting returns the members of a document that a PUT keeps.
func (s *Schema) Lasting(d Document) Document {
	names := append([]string{"id"}, s.Made...)
	for _, f := range s.Fields {
		if f.Fixed {
			names = append(names, f.Name)
		}
	}
	return d.Only(names...)
}

// Fill sets the defaults of members that are not set.
func (s *Schema) Fill(d Document) {
	for _, f := range s.Fields {
		if d[f.Name] == nil && f.Absent != nil {
			d[f.Name] = cloned(f.Absent)
		}
	}
}

// Place returns the place for an item in its list: its order, or the end.
func (s *Schema) Place(in Document, end int) int {
	if order, ok := in["order"].(float64); ok && s.Ordered {
		return int(order)
	}
	return end
}

// Move moves an item to a place, counted among those with the same value of s.within.
func (s *Schema) Move(in *Shelf, it *Item, place int) {
	in.Remove(it)
	at := len(in.Items)
	for i, each := range in.Items {
		if s.Within != "" && each.Doc.Text(s.Within) != it.Doc.Text(s.Within) {
			continue
		}
		if place <= 0 {
			at = i
			break
		}
		place--
	}
	in.Move(it, at)
}

// Number sets the order of all items in a list.
func (s *Schema) Number(in *Shelf) {
	if !s.Ordered {
		return
	}
	places := map[string]float64{}
	for _, it := range in.Items {
		among := it.Doc.Text(s.Within)
		it.Doc["order"] = places[among]
		places[among]++
	}
}

// Taken reports whether an item other than self has the same value of the unique member
// as a document.
func (s *Schema) Taken(in *Shelf, d Document, self *Item) bool {
	value := d.Text(s.Unique)
	return s.Unique != "" && value != "" && slices.ContainsFunc(in.Items, func(each *Item) bool {
		return each != self && each.Doc.Text(s.Unique) == value
	})
}
