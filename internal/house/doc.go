// Package house holds the rules that keep the module in shape, as tests: which
// package may import which, how many names each may export, that every promise
// has a test, that the code in the documents compiles. It exports nothing.
package house
