package header

import (
	"maps"
	"net/http"
	"slices"
)

// slots is how many headers a map holds in its smallest form, which maps.Clone
// copies as it is, without hashing each name again.
const slots = 8

// Copy returns a copy of a header map with room for extra names. The values are
// shared, but have no spare room: an append to one must not write into what is
// shared.
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
