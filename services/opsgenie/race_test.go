//go:build race

package opsgenie_test

// racing says that the race detector is on, under which allocations do not count.
const racing = true
