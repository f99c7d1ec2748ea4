// Package redact hides secrets in what is printed: in texts, URLs and queries, and
// in values of its type Secret.
package redact

import (
	"net/url"
	"slices"
	"strings"
)

// Mask stands where a secret was.
const Mask = "***"

// maxUnwrap bounds how many layers of encoding are taken off to look for a secret.
const maxUnwrap = 4

// SecretName reports whether a header, query parameter, form field, XML element
// or JSON member of this name holds a secret: apiKey, token, password, secret
// and what ends so, in any case, with or without dashes and underscores. Of a
// nested name (auth.token, auth[token]) the last part counts.
func SecretName(name string) bool {
	name = strings.TrimRight(name, "]")
	name = name[strings.LastIndexAny(name, ".[")+1:]
	name = strings.ToLower(strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ' ' {
			return -1
		}
		return r
	}, name))
	if slices.Contains([]string{"key", "sig", "signature", "geniekey", "pwd"}, name) || credentialHeader(name) {
		return true
	}
	for _, ending := range []string{
		"apikey", "token", "password", "passwd", "passphrase", "secret",
		"privatekey", "secretkey", "accesskey", "apikeys", "passwords", "secrets",
	} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}

// credentialHeader knows the headers whose values have blanks in them, so that
// all of the line is the secret.
func credentialHeader(name string) bool {
	for _, secret := range []string{"Authorization", "Proxy-Authorization", "ProxyAuthorization", "Cookie", "Set-Cookie", "SetCookie"} {
		if strings.EqualFold(name, secret) {
			return true
		}
	}
	return false
}

// URL returns u as text that may be shown: without user, password and
// fragment, and with the values of secret query parameters replaced. A nil u is
// the empty string.
func URL(u *url.URL) string {
	if u == nil {
		return ""
	}
	shown := *u
	shown.User, shown.Fragment, shown.RawFragment = nil, "", ""
	shown.Host = shown.Host[strings.LastIndexByte(shown.Host, '@')+1:]
	if shown.Opaque != "" { // it is sent as it stands and can hold all that a URL can
		opaque, _, _ := strings.Cut(shown.Opaque, "#")
		opaque, query, found := strings.Cut(opaque, "?")
		if shown.Opaque = redact("opaque:"+opaque, 0)[len("opaque:"):]; found {
			shown.Opaque += "?" + Query(query)
		}
	}
	shown.RawQuery, shown.ForceQuery = "", false
	text := redact(shown.String(), 0)
	if u.RawQuery != "" || u.ForceQuery {
		text += "?" + Query(u.RawQuery)
	}
	return text
}

// Query returns a query or a form with the values of secret parameters
// replaced, and those values that hold a secret in turn, such as a URL with a
// key. It works on the text, since a query need not parse to hold a secret.
func Query(query string) string {
	if query == "" {
		return ""
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		parts[i] = redactPart(part)
	}
	return strings.Join(parts, "&")
}

// redactPart takes one part of a query. Some servers separate by ';' as well;
// what follows a secret may then belong to it, and goes with it.
func redactPart(part string) string {
	for start := 0; start < len(part); {
		end := start + len(part[start:])
		if i := strings.IndexByte(part[start:], ';'); i >= 0 {
			end = start + i
		}
		name, value, found := strings.Cut(part[start:end], "=")
		if found && (secretParameter(name) || concealed(value, 0)) {
			return part[:start+len(name)+1] + Mask
		}
		start = end + 1
	}
	return part
}

func secretParameter(name string) bool {
	plain, err := url.QueryUnescape(name)
	return err != nil || SecretName(strings.TrimSpace(plain))
}

// concealed reports whether value holds a secret, as it is or under percent
// encoding. One that cannot be decoded may.
func concealed(value string, depth int) bool {
	if redact(value, depth+1) != value {
		return true
	}
	if !strings.ContainsRune(value, '%') {
		return false
	}
	plain, err := url.QueryUnescape(value)
	return err != nil || depth >= maxUnwrap || redact(plain, depth+1) != plain
}
