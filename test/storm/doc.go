// Package storm holds a test of the whole chain at 64 goroutines against servers
// that fail a third of all requests. It exports nothing.
package storm
