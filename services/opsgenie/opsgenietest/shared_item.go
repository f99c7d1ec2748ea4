package opsgenietest

import "slices"

// An item is a stored document with the lists that belong to it.
type item struct {
	doc   document
	above *item
	lists shelves
}

// adopt makes the item the owner of all items in its lists.
func (i *item) adopt() {
	for _, shelf := range i.lists {
		for _, each := range shelf.items {
			each.above = i
		}
	}
}

func (i *item) id() string { return i.doc.text("id") }

// A shelf is a list of items of one kind.
type shelf struct{ items []*item }

// shelves are lists of items by the path of their kind.
type shelves map[string]*shelf

// of returns the list with a path, which may be empty.
func (s shelves) of(path string) *shelf {
	if s[path] == nil {
		s[path] = &shelf{}
	}
	return s[path]
}

// find returns the item in which one of the members has the value, or nil.
func (s *shelf) find(value string, fields ...string) *item {
	for _, field := range fields {
		for _, it := range s.items {
			if value != "" && it.doc.text(field) == value {
				return it
			}
		}
	}
	return nil
}

func (s *shelf) remove(it *item) {
	s.items = slices.DeleteFunc(s.items, func(each *item) bool { return each == it })
}

// move moves an item to a place, counted from 0. A place after the end means the end.
func (s *shelf) move(it *item, place int) {
	s.remove(it)
	s.items = slices.Insert(s.items, min(max(place, 0), len(s.items)), it)
}
