package opsgenietest

import (
	"maps"
	"slices"
)

// A ref is an identifier of a resource and its type.
type ref struct{ kind, value string }

// A table stores entities in the order in which they were added. Each has one or more
// keys, such as its id, its tiny id and its alias. The zero value is empty.
type table[E comparable] struct {
	rows  []E
	index map[ref]E
}

// add appends an entity. A key that another entity had now finds the new one.
func (t *table[E]) add(e E, keys ...ref) {
	t.rows = append(t.rows, e)
	t.point(e, keys...)
}

// point makes keys find an entity.
func (t *table[E]) point(e E, keys ...ref) {
	if t.index == nil {
		t.index = map[ref]E{}
	}
	for _, key := range keys {
		t.index[key] = e
	}
}

func (t *table[E]) find(key ref) (E, bool) {
	e, ok := t.index[key]
	return e, ok
}

// remove removes an entity and its keys.
func (t *table[E]) remove(e E) {
	t.rows = slices.DeleteFunc(t.rows, func(row E) bool { return row == e })
	maps.DeleteFunc(t.index, func(_ ref, row E) bool { return row == e })
}
