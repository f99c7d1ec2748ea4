// Package scoreboard puts decorators of other modules under rttest and writes what
// was found to docs/scoreboard.md:
//
//	go test -C test/scoreboard -run Scoreboard . -update
//
// It is a module of its own, so that nobody who uses Tripware gets the peers
// along. [All] lists them; a file per peer says which settings it runs with and
// why. Each has the settings under which it keeps the contract best, as far as
// its own options and functions go; what a peer does not claim is not checked.
//
// # Adding a peer, correcting one
//
// A peer is a file with a func that returns a [Peer], and its name in [All].
// Wrap puts it on a base; Claims says what it promises besides the contract that
// is everybody's. Whoever knows better settings for a peer is asked to send them.
//
// # How it runs
//
// Each peer runs in a process of its own, which the test starts from its own
// binary. When a check ends that process (a panic in a goroutine of the peer), or
// keeps it from ending, that check counts as failed and the next ones run in a
// new process. For the scoreboard each check that failed is run once more, alone
// in a process; it counts as failed if it fails there as well.
package scoreboard
