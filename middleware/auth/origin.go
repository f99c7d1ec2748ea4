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

// An origin is where a credential may go: RFC 6454 section 4.
type origin struct {
	scheme, host, port string

	written string // host and port as a request to it mostly has them
}

// parseOrigin reads an absolute URL. Its errors show nothing of one that has a
// user or password, or may have.
func parseOrigin(raw string, plain bool) (origin, error) {
	if strings.TrimSpace(raw) == "" {
		return origin{}, errors.New("auth: origin is empty: write https://host or https://host:port")
	}
	if strings.Contains(raw, "@") {
		return origin{}, errors.New("auth: origin has a user or an @ in it: give credentials as a source")
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

// faults returns what is wrong with the parts of an origin that was read from u.
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
	fault(u.Port() != "" && (err != nil || n == 0), "%q has a port that is not within 1 to 65535", shown)
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
