// Package light holds the clients of docs/clients.md that build quickly, as tests: see
// the package above it.
package light
