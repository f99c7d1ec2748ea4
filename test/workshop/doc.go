// Package workshop plays outages and slow servers through the circuit breakers and hedges of
// this module, of failsafe-go and of resty, in the same scenes. README.md has the tables, which
// this command measures and writes:
//
//	go test -C test/workshop -run Tables -v . -update
//
// Scenes are in virtual time, except for those that need a real connection.
package workshop
