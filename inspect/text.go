package inspect

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// maxError is how much of an error is kept, in bytes.
const maxError = 512

// errorText returns the text of err with secrets masked: those that redact recognizes, and
// the given ones.
func errorText(call *transport.Call, err error, secrets []string) string {
	vendor, _ := transport.Fact[*record.Vendor](call)
	text := maskAll(vendor.Masked(said(err)), secrets)
	return strings.Clone(oneLine(redact.Cut(text, maxError)))
}

// said returns the text of an error, whose method may panic: that must not end the call.
func said(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = "an error whose Error method panicked"
		}
	}()
	return err.Error()
}

// show returns a text of at most maxHeader bytes to show, on one line and with secrets masked.
func show(text string) string { return oneLine(redact.Cut(text, maxHeader)) }

func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// showURL returns the URL of a message with secrets masked. A URL that was cut may not parse.
func showURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return oneLine(redact.Prefix(text))
	}
	return oneLine(redact.URL(u))
}

// showField returns the value of a header whose value was kept.
func showField(f *field) string {
	switch {
	case secretHeader(f.name):
		return redact.Mask
	case f.name == "Location" || f.name == "Content-Location" || f.name == "Referer":
		return showURL(f.value)
	}
	return show(f.value)
}

// textual returns the media type, and whether a body of it is text that can be shown.
func textual(header http.Header) (kind string, isText bool) {
	if encoding := header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return "", false
	}
	value := header.Get("Content-Type")
	if value == "" {
		return "", true // its bytes decide
	}
	kind, _, _ = mime.ParseMediaType(value) // if the parameters are invalid, the type still counts
	switch kind {
	case "application/json", "application/xml", "application/x-www-form-urlencoded", "application/x-ndjson":
		return kind, true
	}
	return kind, strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml")
}

// shown returns what was captured of a body with secrets masked, and whether it is text. cut
// reports whether the body was longer, or did not end.
func (c *capture) shown() (text string, cut, ok bool) {
	if c == nil {
		return "", false, false
	}
	c.mu.Lock()
	text, cut = string(c.kept), !c.ended || c.size > int64(len(c.kept))
	secrets := c.secrets
	c.mu.Unlock()
	for range utf8.UTFMax - 1 {
		if r, size := utf8.DecodeLastRuneInString(text); cut && r == utf8.RuneError && size == 1 {
			text = text[:len(text)-1]
		}
	}
	if !c.text || text == "" || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", cut, false
	}
	if text = maskAll(text, secrets); cut {
		text = maskEnd(text, secrets)
	}
	if c.vendor != nil {
		text = c.vendor.Masked(text)
	}
	if c.form {
		text = redact.Query(text)
	}
	if cut {
		return redact.Prefix(text), cut, true
	}
	return redact.Text(text), cut, true
}

// length returns how many bytes of a body have passed.
func (c *capture) length() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.size
}

// lasting returns a duration in milliseconds or seconds, with about three digits.
func lasting(d time.Duration) string {
	switch ms := float64(d) / 1e6; {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return strconv.FormatFloat(float64(d.Round(10*time.Millisecond))/1e9, 'f', -1, 64) + "s"
	case d >= 10*time.Millisecond:
		return strconv.FormatFloat(ms, 'f', 0, 64) + "ms"
	case d >= 100*time.Microsecond:
		return strconv.FormatFloat(float64(d.Round(100*time.Microsecond))/1e6, 'f', -1, 64) + "ms"
	default:
		return strconv.FormatFloat(float64(d.Round(time.Microsecond))/1e6, 'f', -1, 64) + "ms"
	}
}

// decoded returns a part of a query without its percent-encoding. What that uncovers is
// masked again.
func decoded(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		return text
	}
	return redact.Text(plain)
}
