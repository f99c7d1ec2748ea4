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

// A tail is a response body that publishes the call's event when it is closed.
type tail struct {
	io.ReadCloser

	publisher   *Publisher
	ctx         context.Context
	begun       time.Time
	event       APIEvent
	contentType string

	mu     sync.Mutex // Close may be called during a Read
	kept   []byte     // the beginning of the body
	room   int        // how many more bytes to store
	closed bool
}

// Read reads from the body and stores its beginning, if an observer asked for it.
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

// Close closes the body. The first call publishes the event.
func (t *tail) Close() error {
	err := t.ReadCloser.Close()
	t.mu.Lock()
	kept, again := t.kept, t.closed
	t.room, t.closed = 0, true
	t.mu.Unlock()
	if again {
		return err
	}
	t.event.Duration = time.Since(t.begun)
	t.event.Body = BodyText(t.contentType, kept, len(kept))
	t.publisher.Publish(t.ctx, t.event)
	return err
}

// wanted returns how many bytes of resp's body to store. It is 0 for a body that is
// encoded or not text.
func wanted(resp *http.Response, limit int) int {
	if limit <= 0 || resp.Header.Get("Content-Encoding") != "" || masker(resp.Header.Get("Content-Type")) == nil {
		return 0
	}
	return limit
}

// BodyText returns up to limit bytes of body as text, with secrets masked. It returns the
// empty string if body is not text by its media type (RFC 9110 section 8.3) or by its
// bytes. If contentType is empty, UTF-8 counts as text.
func BodyText(contentType string, body []byte, limit int) string {
	if limit <= 0 { // the usual case: no observer asked for bodies
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

// wholeRunes removes an incomplete character at the end of body.
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

// masker returns the function that masks secrets in text of this type, or nil if the type
// is not a text type.
func masker(contentType string) func(string) string {
	if contentType == "" {
		return redact.Prefix
	}
	media, _, _ := mime.ParseMediaType(contentType) // if the parameters are invalid, the type still counts
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
