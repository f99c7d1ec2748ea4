package sim

import "slices"

// An Item is a stored document with the lists that belong to it.
type Item struct {
	Doc   Document
	Above *Item
	Lists Shelves
}

// Adopt makes the item the owner of all items in its lists.
func (i *Item) Adopt() {
	for _, shelf := range i.Lists {
		for _, each := range shelf.Items {
			each.Above = i
		}
	}
}

// ID returns the id of the item.
func (i *Item) ID() string { return i.Doc.Text("id") }

// A Shelf is a list of items of one kind.
type Shelf struct{ Items []*Item }

// Shelves are lists of items by the path of their kind.
type Shelves map[string]*Shelf

// Of returns the list with a path, which may be empty.
func (s Shelves) Of(path string) *Shelf {
	if s[path] == nil {
		s[path] = &Shelf{}
	}
	return s[path]
}

// Find returns the item in which one of the members has the value, or nil.
func (s *Shelf) Find(value string, fields ...string) *Item {
	for _, field := range fields {
		for _, it := range s.Items {
			if value != "" && it.Doc.Text(field) == value {
				return it
			}
		}
	}
	return nil
}

// Remove removes an item from the list.
func (s *Shelf) Remove(it *Item) {
	s.Items = slices.DeleteFunc(s.Items, func(each *Item) bool { return each == it })
}

// Move moves an item to a place, counted from 0. A place after the end means the end.
func (s *Shelf) Move(it *Item, place int) {
	s.Remove(it)
	s.Items = slices.Insert(s.Items, min(max(place, 0), len(s.Items)), it)
}
