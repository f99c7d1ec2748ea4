package auth

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/transport/redact"
)

// An origin is a scheme, host and port (RFC 6454 section 4).
type origin struct {
	scheme, host, port string

	written string // host and port as written in most requests
}

// parseOrigin parses an absolute URL. Its errors do not quote a URL that has a user or
// password, or may have one.
func parseOrigin(raw string, plain bool) (origin, error) {
	if strings.TrimSpace(raw) == "" {
		return origin{}, errors.New("auth: origin is empty: write https://host or https://host:port")
	}
	if strings.Contains(raw, "@") {
		return origin{}, errors.New("auth: origin contains a user or an @: pass credentials as a source")
	}
	if full := mistake.WithScheme(raw, mistake.Scheme(raw)); full != "" {
		return origin{}, fmt.Errorf("auth: origin has no scheme: write %s", full)
	}
	u, err := url.Parse(raw)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the text itself
	}
	if err != nil {
		return origin{}, fmt.Errorf("auth: parse origin: %w", err)
	}
	o := origin{scheme: u.Scheme, host: strings.ToLower(u.Hostname()), port: portOf(u), written: u.Host}
	return o, errors.Join(o.faults(u, plain)...)
}

// faults returns the errors in an origin that was parsed from u.
func (o *origin) faults(u *url.URL, plain bool) (faults []error) {
	shown := redact.URL(u)
	if u.Host == "" { // it may be a key in the wrong place
		shown = redact.Mask
	}
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("auth: origin "+format, args...))
		}
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	fault(o.scheme != "https" && o.scheme != "http", "%q is neither https nor http: write https://host or https://host:port", shown)
	fault(o.host == "", "has no host: write https://host or https://host:port")
	fault(u.Port() != "" && (err != nil || n == 0), "%q has a port that is not in the range 1 to 65535", shown)
	fault(u.RawQuery != "" || u.Fragment != "", "has a query or a fragment: end it after the port")
	fault(o.scheme == "http" && !plain && !mistake.Loopback(o.host),
		"%q would send the credential unencrypted: use https, or see auth.WithPlainHTTP", shown)
	return faults
}

// portOf returns the port that a request to u goes to.
func portOf(u *url.URL) string {
	switch port := u.Port(); {
	case port != "":
		return port
	case equalFold(u.Scheme, "https"):
		return "443"
	case equalFold(u.Scheme, "http"):
		return "80"
	}
	return ""
}

func (o origin) String() string { return o.scheme + "://" + o.written }

func (o *origin) equals(other *origin) bool {
	return o.scheme == other.scheme && o.host == other.host && o.port == other.port
}

// matches reports whether a request to u goes to the origin.
func (o *origin) matches(u *url.URL) bool {
	if u == nil || u.Opaque != "" && !o.leadsTo(u.Opaque) {
		return false
	}
	if u.Scheme == o.scheme && u.Host == o.written {
		return true // the usual case needs no parsing
	}
	return equalFold(u.Scheme, o.scheme) && equalFold(u.Hostname(), o.host) && portOf(u) == o.port
}

// leadsTo reports whether an opaque URL, which is sent unchanged, has the origin's
// authority or none.
func (o *origin) leadsTo(opaque string) bool {
	rest, absolute := strings.CutPrefix(opaque, "//")
	if !absolute {
		return strings.HasPrefix(opaque, "/")
	}
	authority, _, _ := strings.Cut(rest, "/")
	return o.hosts(authority)
}

// hosts reports whether authority is the host and port of the origin.
func (o *origin) hosts(authority string) bool {
	u := url.URL{Scheme: o.scheme, Host: authority}
	return equalFold(u.Hostname(), o.host) && portOf(&u) == o.port
}

// equalFold compares two strings, ignoring the case of ASCII letters only. In a host name,
// Unicode case folding could make different hosts equal.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
