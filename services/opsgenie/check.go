package opsgenie

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport/redact"
)

// keySource returns a source that signs with an API key. If the key is invalid, the source
// reports it, so that replacing the source avoids the error.
func keySource(key redact.Secret) auth.Source {
	if fault := mistake.Key(key.Reveal(), Scheme); fault != nil {
		return &noKey{fault}
	}
	return auth.Key(Scheme, key)
}

// noKey is a source whose key is invalid.
type noKey struct{ fault error }

func (n *noKey) Authorization(context.Context) (string, error) { return "", n.fault }

func (n *noKey) Fault() error { return n.fault }

// checkBase returns the base URL of Opsgenie's API, or an error that says how to fix it.
func checkBase(raw string, plainHTTP bool) (*url.URL, error) {
	if err := baseFault(raw, plainHTTP); err != nil {
		return nil, err
	}
	return services.CheckBase(raw)
}

// baseFault returns what makes a valid base URL unsuitable for Opsgenie's API, or nil.
// Whether the URL is valid is for [services.CheckBase] to say.
func baseFault(raw string, plainHTTP bool) error {
	if mistake.WithScheme(raw, "https") != "" {
		raw = mistake.Scheme(raw) + "://" + raw // CheckBase reports the missing scheme, if nothing else is wrong
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil //nolint:nilerr // CheckBase reports it
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" { // CheckBase reports these too
		return nil
	}
	if api := apiOf(strings.ToLower(u.Hostname())); api != "" {
		return fmt.Errorf("base URL is that of the web interface: write %s", api)
	}
	above := strings.TrimRight(u.Path, "/")
	if version := path.Base(above); isVersion(version) {
		u.Path, u.RawPath = strings.TrimRight(strings.TrimSuffix(above, version), "/"), ""
		return fmt.Errorf("base URL ends in /%s, which each operation adds: write %s", version, u)
	}
	if u.Scheme == "http" && !plainHTTP && !mistake.Loopback(u.Hostname()) {
		u.Scheme = "https"
		return fmt.Errorf("base URL is plain http, so that the API key could be read on the way: write %s, or see WithPlainHTTP", u)
	}
	return nil
}

// apiOf returns the URL of the API if host is that of the web interface, or the empty string.
func apiOf(host string) string {
	switch {
	case host == "app.eu.opsgenie.com" || strings.HasSuffix(host, ".app.eu.opsgenie.com"):
		return EU.URL()
	case host == "app.opsgenie.com" || strings.HasSuffix(host, ".app.opsgenie.com"), host == "www.opsgenie.com", host == "opsgenie.com":
		return US.URL() + ", or " + EU.URL() + " for an account in the EU"
	}
	return ""
}

// isVersion reports whether a segment of a path is a version such as v2.
func isVersion(segment string) bool {
	digits, ok := strings.CutPrefix(strings.ToLower(segment), "v")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// unnamed returns the error that err wraps, since what a package below was doing does not
// help the caller of this one.
func unnamed(err error) error { return cmp.Or(errors.Unwrap(err), err) }
