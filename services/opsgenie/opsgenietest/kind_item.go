package opsgenietest

import "slices"

// An item is a document that the server keeps, with what lies below it.
type item struct {
	doc   document
	above *item
	lists shelves
}

// adopt lets what is in an item's lists lie below it.
func (i *item) adopt() {
	for _, shelf := range i.lists {
		for _, each := range shelf.items {
			each.above = i
		}
	}
}

func (i *item) id() string { return i.doc.text("id") }

// A shelf keeps the items of one kind in their order.
type shelf struct{ items []*item }

// shelves are lists by the path of their kind.
type shelves map[string]*shelf

// of returns the list of a kind, which may be empty.
func (s shelves) of(path string) *shelf {
	if s[path] == nil {
		s[path] = &shelf{}
	}
	return s[path]
}

// find returns the item one of whose fields has the value, or nil.
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

// move puts an item to a place, counted from 0; a place beyond the end is the end.
func (s *shelf) move(it *item, place int) {
	s.remove(it)
	s.items = slices.Insert(s.items, min(max(place, 0), len(s.items)), it)
}
