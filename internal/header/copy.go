package header

import (
	"maps"
	"net/http"
	"slices"
)

// slots is the capacity of the smallest map, which maps.Clone copies without hashing
// each name again.
const slots = 8

// Copy returns a copy of a header map with room for extra names. The value slices are
// shared, but have no spare capacity, so that an append to one copies it.
func Copy(from http.Header, extra int) http.Header {
	if len(from) == 0 || len(from)+extra > slots {
		to := make(http.Header, len(from)+extra)
		for name, values := range from {
			to[name] = slices.Clip(values)
		}
		return to
	}
	to := maps.Clone(from)
	for name, values := range from {
		if len(values) < cap(values) {
			to[name] = slices.Clip(values)
		}
	}
	return to
}
