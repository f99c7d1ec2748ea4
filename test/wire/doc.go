// Package wire tests the whole chain against loopback servers that break connections,
// stall and send wrong responses, over HTTP/1.1 and HTTP/2. It exports nothing.
package wire
