package redact

import (
	"net/url"
	"strings"
)

// URL returns u as text that is safe to print: without user, password and fragment,
// and with the values of secret query parameters replaced by [Mask]. A path or query
// longer than [MaxValue] is cut, and its length is appended. URL returns the empty
// string if u is nil.
func URL(u *url.URL) string {
	if u == nil {
		return ""
	}
	shown := *u
	shown.User, shown.Fragment, shown.RawFragment = nil, "", ""
	shown.Host, _ = Bound(shown.Host[strings.LastIndexByte(shown.Host, '@')+1:], MaxValue)
	var cut string
	if shown.Opaque != "" { // it is sent unchanged and may hold a query and a fragment
		shown.Opaque, cut = Bound(shown.Opaque, MaxValue)
		opaque, _, _ := strings.Cut(shown.Opaque, "#")
		opaque, query, found := strings.Cut(opaque, "?")
		if shown.Opaque = Text("opaque:" + opaque)[len("opaque:"):]; found {
			shown.Opaque += "?" + Query(query)
		}
	}
	shown.RawQuery, shown.ForceQuery = "", false
	if len(u.Path) > MaxValue && shown.Opaque == "" {
		shown.Path, cut = Bound(u.Path, MaxValue)
		shown.RawPath = ""
	}
	text := Text(shown.String()) + cut
	if u.RawQuery != "" || u.ForceQuery {
		query, cut := Bound(u.RawQuery, MaxValue)
		text += "?" + Query(query) + cut
	}
	return text
}

// Query returns a query or a URL-encoded form with the values of secret parameters
// replaced by [Mask]. A value that contains a secret, such as a URL with a key, is
// replaced as well. The query need not be well formed.
func Query(query string) string {
	var out strings.Builder
	done := 0
	for start := 0; start <= len(query); {
		end := len(query)
		if i := strings.IndexByte(query[start:], '&'); i >= 0 {
			end = start + i
		}
		if hidden := secretFrom(query[start:end]); hidden >= 0 {
			out.WriteString(query[done : start+hidden])
			out.WriteString(Mask)
			done = end
		}
		start = end + 1
	}
	if done == 0 {
		return query
	}
	out.WriteString(query[done:])
	return out.String()
}

// secretFrom returns the index at which a secret begins in one part of a query, or -1.
// Some servers also separate parameters by ';'. What follows a secret and a ';' is
// hidden too, since it may belong to the secret.
func secretFrom(part string) int {
	for start := 0; start < len(part); {
		end := len(part)
		if i := strings.IndexByte(part[start:], ';'); i >= 0 {
			end = start + i
		}
		name, value, found := strings.Cut(part[start:end], "=")
		if found && value != Mask && (secretPart(name) || garbled(value) || conceals(value)) {
			return start + len(name) + 1
		}
		start = end + 1
	}
	return -1
}

// conceals reports whether the value of a parameter contains a secret. A form writes
// a space as +.
func conceals(value string) bool {
	if Text(value) != value {
		return true
	}
	spaced := strings.ReplaceAll(value, "+", " ")
	return Text(spaced) != spaced
}

func secretPart(name string) bool {
	return garbled(name) || secretParameter(strings.TrimSpace(normalize(name).text))
}

// garbled reports whether text has an invalid percent-encoding and might be a secret.
func garbled(text string) bool {
	for i := range len(text) {
		if text[i] == '%' {
			if _, ok := hex(text, i+1, 2); !ok {
				return true
			}
		}
	}
	return false
}
