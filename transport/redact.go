package transport

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Redacted stands where a secret was.
const Redacted = "***"

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

// RedactURL returns u as text that may be shown: without user, password and
// fragment, and with the values of secret query parameters replaced. A nil u is
// the empty string.
func RedactURL(u *url.URL) string {
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
			shown.Opaque += "?" + RedactQuery(query)
		}
	}
	shown.RawQuery = ""
	text := redact(shown.String(), 0)
	if u.RawQuery != "" || u.ForceQuery {
		text = strings.TrimSuffix(text, "?") + "?" + RedactQuery(u.RawQuery)
	}
	return text
}

// RedactQuery returns a query or a form with the values of secret parameters
// replaced, and those values that hold a secret in turn, such as a URL with a
// key. It works on the text, since a query need not parse to hold a secret.
func RedactQuery(query string) string {
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
			return part[:start+len(name)+1] + Redacted
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

// RedactText returns text with what looks like a secret replaced: the values of
// JSON members, parameters and XML elements with a [SecretName], Authorization
// and Cookie headers to the end of their line, and the user part of URLs. The
// text need not be whole, nor of any format: a body cut off in the middle is
// safe as well, and so is JSON inside a JSON string. Rather too much is hidden
// than too little.
func RedactText(text string) string { return redact(text, 0) }

func redact(text string, depth int) string {
	r := redaction{text: text, depth: depth}
	for i := 0; i < len(text); {
		switch text[i] {
		case '"':
			i = r.member(i)
		case '=':
			i = r.parameter(i)
		case ':':
			i = r.colon(i)
		case '<':
			i = r.element(i)
		default:
			i++
		}
	}
	if r.done == 0 && r.out.Len() == 0 {
		return text
	}
	r.out.WriteString(text[r.done:])
	return r.out.String()
}

// A redaction walks over a text. Its methods get the index of a byte that may
// announce a secret and return where to go on.
type redaction struct {
	text    string
	out     strings.Builder
	done    int // what precedes is in out
	decoded int // values that end before were looked at under their encoding
	depth   int
}

// hide replaces text[from:to].
func (r *redaction) hide(from, to int, shown string) {
	r.out.WriteString(r.text[r.done:from])
	r.out.WriteString(shown)
	r.done = to
}

// member looks at a JSON member that may begin at the quote at i. Every quote is
// tried, escaped ones too: nothing says which of them opens a string when the
// text is not JSON from its beginning on.
func (r *redaction) member(i int) int {
	name := r.quoted(i)
	colon := r.skipBlank(name.next)
	if colon == len(r.text) || r.text[colon] != ':' || !secretMember(r.text[i+1:name.end]) {
		return i + 1
	}
	start := r.skipBlank(colon + 1)
	if open := r.openingQuote(start); open >= 0 {
		return r.hideQuoted(open)
	}
	end := r.bareEnd(start, name.escapes)
	quote := strings.Repeat(`\`, name.escapes) + `"`
	r.hide(start, end, quote+Redacted+quote) // a string in its place keeps the text JSON
	return end
}

// hideQuoted returns the place of the closing quote, which may open a string if
// the text was out of step.
func (r *redaction) hideQuoted(open int) int {
	value := r.quoted(open)
	r.hide(open+1, value.end, Redacted)
	return max(value.end, value.next-1)
}

// openingQuote returns the index of the quote, escaped or not, that i leads to, or -1.
func (r *redaction) openingQuote(i int) int {
	for i < len(r.text) && r.text[i] == '\\' {
		i++
	}
	if i == len(r.text) || r.text[i] != '"' {
		return -1
	}
	return i
}

func (r *redaction) skipBlank(i int) int {
	for i < len(r.text) && strings.IndexByte(" \t\r\n", r.text[i]) >= 0 {
		i++
	}
	return i
}

// A span is a quoted string: where its content ends, what follows its closing
// quote, and by how many backslashes that quote is escaped.
type span struct{ end, next, escapes int }

// quoted returns the string whose opening quote is at open. Inside a string
// inside a string, quotes have one backslash, or three, or seven.
func (r *redaction) quoted(open int) span {
	escapes := r.backslashes(r.done, open)
	for i := open + 1; i < len(r.text); i++ {
		if r.text[i] != '"' {
			continue
		}
		run := r.backslashes(open+1, i)
		inner := (run+1)/(escapes+1) - 1 // as a string of this level would see it
		if inner <= 0 || inner%2 == 0 {
			level := min(run, escapes)
			return span{end: i - level, next: i + 1, escapes: level}
		}
	}
	return span{end: len(r.text), next: len(r.text)}
}

// backslashes counts those right before i, down to from.
func (r *redaction) backslashes(from, i int) int {
	return i - from - len(strings.TrimRight(r.text[from:i], `\`))
}

func secretMember(name string) bool {
	for range maxUnwrap {
		if !strings.ContainsRune(name, '\\') {
			return SecretName(name)
		}
		plain, err := strconv.Unquote(`"` + strings.ReplaceAll(name, `\/`, `/`) + `"`)
		if err != nil {
			return true
		}
		name = plain
	}
	return true
}

// bareEnd returns the end of a JSON value at i that is no string. All of an
// object or array goes.
func (r *redaction) bareEnd(i, escapes int) int {
	depth := 0
	for ; i < len(r.text); i++ {
		switch r.text[i] {
		case '"':
			if run := r.backslashes(r.done, i); run < escapes {
				return i - run // the end of the string that all this stands in
			}
			i = r.quoted(i).next - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i // the end of an outer value
			} else if depth == 0 {
				return i + 1
			}
		case ',', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(r.text)
}

// nameBefore returns the name that ends at i.
func (r *redaction) nameBefore(i int) string {
	start := r.done + strings.LastIndexAny(r.text[r.done:i], "&?;,|/#:= \t\r\n\"'<>(){}\\") + 1
	name := r.text[start:i]
	if start > 0 && r.text[start-1] == '\\' {
		name = strings.TrimPrefix(name, "u0026") // how JSON may write an ampersand
	}
	return name
}

// parameter looks at name=value, the '=' at i.
func (r *redaction) parameter(i int) int {
	name := r.nameBefore(i)
	if name == "" {
		return i + 1
	}
	if credentialHeader(name) {
		return r.hideLine(i + 1)
	}
	end := r.parameterEnd(i + 1)
	if secretParameter(name) {
		if open := r.openingQuote(i + 1); open >= 0 {
			return r.hideQuoted(open)
		}
		r.hide(i+1, end, Redacted)
		return end
	}
	if value := r.text[i+1 : end]; end > r.decoded && strings.ContainsRune(value, '%') {
		r.decoded = end
		plain, err := url.QueryUnescape(value)
		if err == nil && (r.depth >= maxUnwrap || redact(plain, r.depth+1) != plain) {
			r.hide(i+1, end, Redacted)
			return end
		}
	}
	return i + 1
}

func (r *redaction) parameterEnd(start int) int {
	end := strings.IndexAny(r.text[start:], "& \t\r\n\"<>")
	if end < 0 {
		return len(r.text)
	}
	if end += start; r.text[end] == '"' {
		end -= r.backslashes(start, end)
	}
	return end
}

// colon looks at a header line and at the beginning of a URL's authority.
func (r *redaction) colon(i int) int {
	for _, slashes := range []string{"//", `\/\/`} {
		if strings.HasPrefix(r.text[i+1:], slashes) {
			return r.authority(i + 1 + len(slashes))
		}
	}
	if credentialHeader(r.nameBefore(i)) {
		return r.hideLine(i + 1)
	}
	return i + 1
}

func (r *redaction) hideLine(i int) int {
	for i < len(r.text) && (r.text[i] == ' ' || r.text[i] == '\t') {
		i++
	}
	end := len(r.text)
	if n := strings.IndexAny(r.text[i:], "\r\n"); n >= 0 {
		end = i + n
	}
	r.hide(i, end, Redacted)
	return end
}

// authority hides the user part of a URL whose authority begins at i.
func (r *redaction) authority(i int) int {
	word := r.text[i:]
	if end := strings.IndexAny(word, " \t\r\n\"<>"); end >= 0 {
		word = word[:end]
	}
	host := word
	if end := strings.IndexAny(word, "/?#"); end >= 0 {
		host = word[:end]
	}
	at := strings.LastIndexByte(host, '@')
	if _, port, found := strings.Cut(host, ":"); at < 0 && found && !strings.HasPrefix(host, "[") && strings.Trim(port, `0123456789\`) != "" {
		at = strings.LastIndexByte(word, '@') // no port: a password with a slash in it, or one cut off
		if at < 0 && len(host) == len(r.text)-i {
			at = len(host)
		}
	}
	if at < 0 {
		return i
	}
	r.hide(i, i+at, Redacted)
	return i + at
}

// element looks at an XML element. Its attributes go, too.
func (r *redaction) element(i int) int {
	end := len(r.text)
	if n := strings.IndexAny(r.text[i+1:], " \t\r\n/<>\""); n >= 0 {
		end = i + 1 + n
	}
	name := r.text[i+1 : end]
	if name == "" || !SecretName(name[strings.LastIndexByte(name, ':')+1:]) {
		return i + 1
	}
	closing := len(r.text)
	if n := strings.Index(r.text[end:], "</"); n >= 0 {
		closing = end + n
	}
	r.hide(end, closing, ">"+Redacted)
	return closing
}
