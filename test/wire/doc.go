// Package wire holds tests of the whole chain against servers on loopback that
// break, stall and lie, over HTTP/1.1 and HTTP/2. It exports nothing.
package wire
