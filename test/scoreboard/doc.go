// Package scoreboard runs rttest on decorators from other modules and writes the results
// to docs/scoreboard.md:
//
//	go test -C test/scoreboard -run Scoreboard . -update
//
// It is a separate module, so that programs that use Tripware do not depend on these
// modules. [All] returns the peers. Each peer has a file that says which settings it
// runs with and why. They are the settings that let it pass most checks, as far as its
// own options and functions allow. A peer is checked only for what it claims.
//
// # Adding or correcting a peer
//
// A peer is a file with a function that returns a [Peer]; add the function to [All].
// If you know better settings for a peer, please send them.
//
// # How it runs
//
// Each peer runs in a separate process of the test binary. If a check ends that process
// (by a panic in a goroutine of the peer) or keeps it from ending, the check counts as
// failed and the remaining checks run in a new process. For the scoreboard, each
// failed check is repeated once, alone in a process, and counts as failed only if it
// fails again.
package scoreboard
