// Package bench measures what Tripware costs beside the modules that are used for
// the same, and writes what it found to docs/benchmarks.md, with two pictures:
//
//	go test -C test/bench -run '^TestReport$' -timeout 20m . -update
//
// It is a module of its own, so that nobody who uses Tripware gets the others
// along. [Contestants] lists them, a file each, which says how they are set up
// and why; [Measure] runs the subjects, a file each, whose name begins with rows.
//
// Nothing leaves the machine: answers come from memory, or over loopback.
//
// # Ways of counting
//
// Times of one machine drift by more than the differences that are looked for.
// So a contestant's chunk of calls runs between two chunks of what it is compared
// with, and counts as the ratio of the two; the report has the median of many
// such ratios. Allocations are counted, not sampled: see [Count]. Where calls wait
// for each other or for a server's bucket, time is that of a testing/synctest
// bubble, which is exact and takes none.
//
// # Adding a contestant, correcting one
//
// A contestant is a file with a func that returns a [Contestant], and its place in
// [Contestants]. Each does what it can by its own options and hooks; what it has
// none for stands in a round tripper below it, as its user would have to write it.
// A test sends a few calls through each, and looks at what arrives.
package bench
