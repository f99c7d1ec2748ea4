// Package proxy holds what the base of a chain and the chain above it must both
// know of a proxy: how it is named, and the error of one that failed.
package proxy

import (
	"net"
	"net/url"
	"strconv"
)

// DefaultPort returns the port of a protocol in lower case, 0 if it is not one of a
// proxy.
func DefaultPort(protocol string) int {
	switch protocol {
	case "http":
		return 80
	case "https":
		return 443
	case "socks5", "socks5h":
		return 1080
	}
	return 0
}

// Name returns u without its credentials, with a port wherever one is known.
func Name(u *url.URL) string { return u.Scheme + "://" + Address(u) }

// Address returns host:port of u, with the port of its protocol if it names none.
func Address(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	port := DefaultPort(u.Scheme)
	if port == 0 {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), strconv.Itoa(port))
}
