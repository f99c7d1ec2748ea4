// Package leaks tests that no secret leaves the chain in a log, an event, a hook, the
// record of a call or an error. It exports nothing.
package leaks
