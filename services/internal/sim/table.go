package sim

import (
	"maps"
	"slices"
)

// A Ref is an identifier of a resource and its type.
type Ref struct{ Kind, Value string }

// A Table stores entities in the order in which they were added. Each has one or more
// keys, such as its id, its tiny id and its alias. The zero value is empty.
type Table[E comparable] struct {
	Rows  []E
	index map[Ref]E
}

// Add appends an entity. A key that another entity had now finds the new one.
func (t *Table[E]) Add(e E, keys ...Ref) {
	t.Rows = append(t.Rows, e)
	t.Point(e, keys...)
}

// Point makes keys find an entity.
func (t *Table[E]) Point(e E, keys ...Ref) {
	if t.index == nil {
		t.index = map[Ref]E{}
	}
	for _, key := range keys {
		t.index[key] = e
	}
}

// Find returns the entity that has a key and reports whether there is one.
func (t *Table[E]) Find(key Ref) (E, bool) {
	e, ok := t.index[key]
	return e, ok
}

// Remove removes an entity and its keys.
func (t *Table[E]) Remove(e E) {
	t.Rows = slices.DeleteFunc(t.Rows, func(row E) bool { return row == e })
	maps.DeleteFunc(t.index, func(_ Ref, row E) bool { return row == e })
}
