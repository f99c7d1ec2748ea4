// Package proxy holds what packages network and transport share about proxies: how to
// print the address of a proxy, and the error of a proxy that failed.
package proxy

import (
	"net"
	"net/url"
	"strconv"
)

// DefaultPort returns the default port of a proxy protocol, which must be in lower case.
// It returns 0 for any other protocol.
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

// Name returns scheme, host and port of u. If u has no port, the default port is added,
// if there is one.
func Name(u *url.URL) string { return u.Scheme + "://" + Address(u) }

// Address returns host:port of u, with the default port of its protocol if u has no port.
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
