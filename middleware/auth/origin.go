package auth

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/tripware/tripware/transport/redact"
)

// An origin is where a credential may go: RFC 6454 section 4.
type origin struct {
	scheme, host, port string

	written string // host and port as a request to it mostly has them
}

// parseOrigin reads an absolute URL. Its errors show nothing of one that has a
// user or password, or may have.
func parseOrigin(raw string, plain bool) (origin, error) {
	if strings.TrimSpace(raw) == "" {
		return origin{}, errors.New("auth: origin: it is empty; https://host[:port] is wanted")
	}
	if strings.Contains(raw, "@") {
		return origin{}, errors.New("auth: origin: it holds a user or an @")
	}
	u, err := url.Parse(raw)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the text itself
	}
	if err != nil {
		return origin{}, fmt.Errorf("auth: origin: %w", err)
	}
	shown := redact.URL(u)
	o := origin{scheme: u.Scheme, host: strings.ToLower(u.Hostname()), port: portOf(u), written: u.Host}
	var faults []error
	if o.scheme != "https" && o.scheme != "http" {
		faults = append(faults, fmt.Errorf("auth: origin %q: its scheme is neither https nor http", shown))
	}
	if o.host == "" {
		faults = append(faults, fmt.Errorf("auth: origin %q: it names no host", shown))
	}
	if n, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && (err != nil || n == 0) {
		faults = append(faults, fmt.Errorf("auth: origin %q: its port is not in 1 to 65535", shown))
	}
	if u.RawQuery != "" || u.Fragment != "" {
		faults = append(faults, errors.New("auth: origin: it holds a query or a fragment"))
	}
	if o.scheme == "http" && !plain && !loopback(o.host) {
		faults = append(faults, fmt.Errorf("auth: origin %q: a credential needs https outside of loopback", shown))
	}
	return o, errors.Join(faults...)
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

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
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
		return true // as almost every request of a client: nothing to take apart
	}
	return equalFold(u.Scheme, o.scheme) && equalFold(u.Hostname(), o.host) && portOf(u) == o.port
}

// leadsTo reports whether an opaque URL, which is sent as it stands, names the
// origin or no authority at all.
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

// equalFold compares without regard to the case of ASCII letters alone: a host
// is no place for Unicode's idea of letters that are the same.
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
