package metrics

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/tripware/tripware/transport/redact"
)

// A tail is a response body whose close publishes the call's event.
type tail struct {
	io.ReadCloser

	layer       *calls
	ctx         context.Context
	begun       time.Duration // since the layer was born
	event       APIEvent
	contentType string

	mu     sync.Mutex // a close may end a read that is blocked elsewhere
	kept   []byte     // the beginning of what was read
	room   int        // how much more is kept
	closed bool
}

// Read reads from the body and keeps a copy of its beginning, if an observer asked for one.
func (t *tail) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	if size := min(n, t.room); size > 0 {
		t.kept = append(t.kept, p[:size]...)
		t.room -= size
	}
	return n, err
}

// Close closes the body and, the first time, publishes.
func (t *tail) Close() error {
	err := t.ReadCloser.Close()
	t.mu.Lock()
	kept, again := t.kept, t.closed
	t.room, t.closed = 0, true
	t.mu.Unlock()
	if again {
		return err
	}
	t.event.Duration = time.Since(t.layer.born) - t.begun
	t.event.Body = BodyText(t.contentType, kept, len(kept))
	t.layer.publisher.Publish(t.ctx, t.event)
	return err
}

// wanted returns how much of the body of resp is to be kept. What is packed, or
// no text by its type, could not be shown.
func wanted(resp *http.Response, limit int) int {
	if limit <= 0 || resp.Header.Get("Content-Encoding") != "" || masker(resp.Header.Get("Content-Type")) == nil {
		return 0
	}
	return limit
}

// BodyText returns at most limit bytes of body as text that may be shown, with
// the values of its secret members masked. It returns the empty string for what
// is no text by its media type (RFC 9110 section 8.3) or by its bytes. Without a
// media type, UTF-8 is taken for text.
func BodyText(contentType string, body []byte, limit int) string {
	if limit <= 0 { // as mostly: no observer asked for bodies
		return ""
	}
	mask := masker(contentType)
	if mask == nil {
		return ""
	}
	body = wholeRunes(body[:min(limit, len(body))])
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return ""
	}
	return cutText(mask(string(body)), limit)
}

// wholeRunes leaves out the beginning of a character that a limit cut in two.
func wholeRunes(body []byte) []byte {
	for back := 1; back < utf8.UTFMax && back <= len(body); back++ {
		if start := len(body) - back; utf8.RuneStart(body[start]) {
			if !utf8.FullRune(body[start:]) {
				return body[:start]
			}
			break
		}
	}
	return body
}

// masker returns what masks the secrets in a text of this type, or nil when the
// type is that of no text.
func masker(contentType string) func(string) string {
	if contentType == "" {
		return redact.Prefix
	}
	media, _, _ := mime.ParseMediaType(contentType) // of a type with garbled parameters the type still counts
	switch {
	case media == "application/x-www-form-urlencoded":
		return redact.Query
	case strings.HasPrefix(media, "text/"),
		media == "application/json", strings.HasSuffix(media, "+json"),
		media == "application/xml", strings.HasSuffix(media, "+xml"):
		return redact.Prefix // a body may be cut off in the middle
	default:
		return nil
	}
}
