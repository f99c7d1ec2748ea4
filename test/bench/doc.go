// Package bench compares calls through Tripware with calls through other modules,
// and writes what it measures to docs/benchmarks.md, for users, and to
// docs/limits.md, for maintainers. One command at the root of the repository
// writes both pages and their pictures:
//
//	make bench
//
// Without -update the tests ask every question with a handful of calls, so that
// `go test` shows within seconds that everything still works.
//
// The directory is a module, so that users of Tripware do not download the other
// modules. Nothing leaves the machine: responses come from memory or over loopback.
//
// Each [question] is one table of the page: its columns, and the function that
// measures its rows. [questions] lists them. Each [contestant] is one way to send
// requests; [contestants] lists them, a file each. Every contestant does what it
// can by its options and hooks; the rest is done by a round tripper below it, as
// its user would have to write it. Each [limit] is one line of docs/limits.md.
//
// Times drift by more than the differences between contestants, so all
// contestants of a [race] take turns in small chunks of calls, each between two
// chunks of a reference. Only ratios of neighbours count, and their median.
// Allocations are counted, not sampled: see [count].
package bench
