// Package storm tests the whole chain with 64 goroutines against servers that fail a third
// of all requests. It exports nothing.
package storm
