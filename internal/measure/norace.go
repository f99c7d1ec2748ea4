//go:build !race

package measure

// Racing reports whether the race detector is on. It allocates memory itself and
// empties pools at random, so that allocations are not worth counting under it.
const Racing = false
