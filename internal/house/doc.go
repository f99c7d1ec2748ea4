// Package house tests rules about the module's source: which packages may import which,
// how many names each may export, that every promise has a test, and that the code in
// the documents compiles. It exports nothing.
package house
