//go:build !race

package measure

// Racing reports whether the race detector is on. It allocates memory and empties pools at
// random, so tests should not count allocations with it.
const Racing = false
