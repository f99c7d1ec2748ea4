package opsgenie

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode"

	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport/redact"
)

// keySource returns what signs with an API key. A key that was copied with more
// than itself is a fault of the source, so that it counts only where the source does.
func keySource(key redact.Secret) auth.Source {
	if fault := keyFault(key.Reveal()); fault != nil {
		return &noKey{fault}
	}
	return auth.Key(Scheme, key)
}

// noKey is a source that has no key to give.
type noKey struct{ fault error }

func (n *noKey) Authorization(context.Context) (string, error) { return "", n.fault }

func (n *noKey) Fault() error { return n.fault }

// keyFault says what is wrong with an API key, and shows nothing of it.
func keyFault(key string) error {
	trimmed := strings.TrimSpace(key)
	switch word := schemeOf(trimmed); {
	case trimmed == "":
		return errors.New("API key is empty")
	case word != "":
		return fmt.Errorf("API key begins with %s: pass the key alone", word)
	case !strings.HasPrefix(key, trimmed):
		return fmt.Errorf("API key begins with %s: trim it", blank(key[0]))
	case len(key) > len(trimmed):
		return fmt.Errorf("API key ends with %s: trim it", blank(key[len(key)-1]))
	case strings.Trim(key, "\"'`“”‘’") != key:
		return errors.New("API key begins or ends with a quotation mark: pass the key alone")
	case strings.ContainsFunc(key, unicode.IsControl):
		return errors.New("API key has a line end or another control character in it")
	}
	return nil
}

// schemeOf returns the word that a header has before its key, if the key has it.
func schemeOf(key string) string {
	for _, word := range []string{"Authorization", Scheme, "Bearer", "Basic"} {
		if len(key) > len(word) && strings.EqualFold(key[:len(word)], word) && strings.ContainsRune(" \t:=", rune(key[len(word)])) {
			return word
		}
	}
	return ""
}

func blank(char byte) string {
	if char == '\n' || char == '\r' {
		return "a line end"
	}
	return "a blank"
}

// baseFault says what makes a base URL one that Opsgenie's API cannot have, where
// [services.New] would take it.
func baseFault(raw string, plainHTTP bool) error {
	if mistake.WithScheme(raw, "https") != "" {
		raw = mistake.Scheme(raw) + "://" + raw // that it has none is told where nothing else is wrong
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil //nolint:nilerr // services.New tells
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" { // so it does of these
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

// apiOf returns the API that belongs to a host of the web interface.
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

// unnamed returns what the error of a package below wraps, since what that package
// was doing says nothing here.
func unnamed(err error) error { return cmp.Or(errors.Unwrap(err), err) }
