//go:build !race

package tripware_test

// racing says that the race detector is on, under which allocations do not count.
const racing = false
