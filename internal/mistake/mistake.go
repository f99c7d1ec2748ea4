// Package mistake recognizes common mistakes in a configuration, so that an error can
// say how to fix them.
package mistake

import (
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// NilInside reports whether v is nil or holds a nil pointer or function, in which case
// it does not compare equal to nil.
func NilInside(v any) bool {
	if v == nil {
		return true
	}
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Pointer, reflect.Func:
		return value.IsNil()
	default:
		return false
	}
}

// WithScheme returns raw with scheme:// before it, if raw is a host without its scheme:
// an address, localhost, a domain name, or any name with a port. A path is written as
// "/…", since it may hold a secret. For anything else WithScheme returns "": text with
// an @ may hold a password, and a single word may be a key.
func WithScheme(raw, scheme string) string {
	address, path, _ := strings.Cut(raw, "/")
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	} else if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return ""
	}
	if !isAddress(host) && !isName(host, port != "") {
		return ""
	}
	if path != "" {
		path = "/…"
	}
	return scheme + "://" + address + path
}

// isName reports whether host may be a host name. "https" is not, since it comes from a
// URL without its colon. Without a port, the name must end in a domain of letters,
// which distinguishes it from a token in three parts.
func isName(host string, hasPort bool) bool {
	if host == "" || host == "http" || host == "https" {
		return false
	}
	labels := strings.Split(host, ".")
	foreign := func(r rune) bool { return !letter(r) && !(r >= '0' && r <= '9') && r != '-' && r != '_' }
	for _, label := range labels {
		if len(label) > 63 || strings.ContainsFunc(label, foreign) {
			return false
		}
	}
	last := labels[len(labels)-1]
	domain := len(labels) > 1 && len(last) > 1 && len(last) < 25 && !strings.ContainsFunc(last, func(r rune) bool { return !letter(r) })
	return hasPort || domain || strings.EqualFold(host, "localhost")
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func isAddress(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}

// Scheme returns the scheme that raw, a URL without one, most likely needs: http for a
// loopback host and https for any other.
func Scheme(raw string) string {
	if u, err := url.Parse("//" + raw); err == nil && Loopback(u.Hostname()) {
		return "http"
	}
	return "https"
}

// Loopback reports whether host is localhost or a loopback address.
func Loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.Unmap().IsLoopback()
}
