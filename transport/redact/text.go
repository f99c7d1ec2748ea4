package redact

import (
	"net/url"
	"strconv"
	"strings"
)

// Text returns text with what looks like a secret replaced: the values of
// JSON members, parameters and XML elements with a [SecretName], Authorization
// and Cookie headers to the end of their line, and the user part of URLs. The
// text need not be whole, nor of any format: a body cut off in the middle is
// safe as well, and so is JSON inside a JSON string. Rather too much is hidden
// than too little.
func Text(text string) string { return redact(text, 0) }

// Prefix is [Text] for the beginning of a longer text, such as a
// bounded body: a URL that is cut off before its host is complete loses all of
// it, since what follows would have told whether it is a user.
func Prefix(text string) string {
	last := strings.LastIndexByte(text, '/')
	if last > 0 && strings.HasSuffix(strings.TrimSuffix(text[:last], `\`), "/") && !strings.ContainsAny(text[last:], " \t\r\n\"<>?#") {
		return redact(text[:last+1], 0) + Mask
	}
	return redact(text, 0)
}

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
	decoded int // the parameter value that ends here was looked at under its encoding
	word    int // where the parameter value ends that was looked at last
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
	if shown := redactName(r.text[i+1:name.end], r.depth); shown != r.text[i+1:name.end] {
		r.hide(i+1, name.end, shown)
	}
	return r.hideValue(r.skipBlank(colon+1), name.escapes)
}

// hideValue hides the value at start and returns where to go on: at its closing
// quote, which may open a string if the text was out of step. What has a colon
// behind it was a name then, and its value goes as well.
func (r *redaction) hideValue(start, escapes int) int {
	for {
		open := r.openingQuote(start)
		if open < 0 {
			end := r.bareEnd(start, escapes)
			quote := strings.Repeat(`\`, escapes) + `"`
			r.hide(start, end, quote+Mask+quote) // a string in its place keeps the text JSON
			return end
		}
		value := r.quoted(open)
		r.hide(open+1, value.end, Mask)
		colon := r.skipBlank(value.next)
		if colon == len(r.text) || r.text[colon] != ':' {
			return max(value.end, value.next-1)
		}
		start, escapes = r.skipBlank(colon+1), value.escapes
	}
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

// redactName hides what a name holds itself: it may be no name, but JSON in a string.
func redactName(name string, depth int) string {
	if strings.ContainsRune(name, '"') || depth >= maxUnwrap {
		return Mask
	}
	return redact(name, depth+1)
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
		if r.openingQuote(i+1) >= 0 {
			return r.hideValue(i+1, 0)
		}
		r.hide(i+1, end, Mask)
		return end
	}
	if value := r.text[i+1 : end]; end > r.decoded && strings.ContainsRune(value, '%') {
		r.decoded = end
		plain, err := url.QueryUnescape(value)
		if err == nil && (r.depth >= maxUnwrap || redact(plain, r.depth+1) != plain) {
			r.hide(i+1, end, Mask)
			return end
		}
	}
	return i + 1
}

func (r *redaction) parameterEnd(start int) int {
	if start <= r.word { // a=b=c: one search is enough
		return r.word
	}
	end := strings.IndexAny(r.text[start:], "& \t\r\n\"<>")
	if end < 0 {
		end = len(r.text)
	} else if end += start; r.text[end] == '"' {
		end -= r.backslashes(start, end)
	}
	r.word = end
	return end
}

// colon looks at a header line and at the beginning of a URL's authority.
func (r *redaction) colon(i int) int {
	for _, slashes := range []string{"//", `\/\/`} {
		if strings.HasPrefix(r.text[i+1:], slashes) {
			return r.authority(i + 1 + len(slashes))
		}
	}
	name := r.nameBefore(i)
	if credentialHeader(name[strings.LastIndexByte(name, '[')+1:]) { // a printed map has a bracket before it
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
	r.hide(i, end, Mask)
	return end
}

// maxAuthority bounds the search for the end of a URL, in bytes.
const maxAuthority = 8 << 10

// authority hides the user part of a URL whose authority begins at i.
func (r *redaction) authority(i int) int {
	word := r.text[i:min(len(r.text), i+maxAuthority)]
	if end := strings.IndexAny(word, " \t\r\n\"<>"); end >= 0 {
		word = word[:end]
	}
	host := word
	if end := strings.IndexAny(word, "/?#"); end >= 0 {
		host = word[:end]
	}
	at := strings.LastIndexByte(host, '@')
	_, port, found := strings.Cut(host, ":")
	if at < 0 && found && !strings.HasPrefix(host, "[") && strings.Trim(port, `0123456789\`) != "" {
		at = strings.LastIndexByte(word, '@') // no port: a password with a slash in it, or one cut off
		if at < 0 && len(host) == len(r.text)-i {
			at = len(host)
		}
	}
	if at < 0 {
		return i
	}
	r.hide(i, i+at, Mask)
	return i + at
}

// element looks at an XML element. Its attributes go, too.
func (r *redaction) element(i int) int {
	end := len(r.text)
	if n := strings.IndexAny(r.text[i+1:], " \t\r\n/<>=\""); n >= 0 {
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
	r.hide(end, closing, ">"+Mask)
	return closing
}
