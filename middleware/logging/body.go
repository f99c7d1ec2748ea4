package logging

import (
	"context"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// WithoutBodies returns a context whose calls are logged without bodies, whatever
// [WithBodies] says. Use it for a call whose body is a stream that does not end, or a secret
// that no name gives away. The setting does not apply to new requests that a layer makes
// inside an attempt.
func WithoutBodies(ctx context.Context) context.Context {
	return record.WithSetting(ctx, withoutBodies{})
}

// withoutBodies is the setting of [WithoutBodies].
type withoutBodies struct{}

// sendWithBodies sends the attempt and captures its bodies as they pass.
func (a *attempts) sendWithBodies(p *passage) (*http.Response, error) {
	j := a.journal
	if !j.wantsBodies(p) {
		resp, err := a.Send(p.req)
		p.elapsed = time.Since(p.start)
		j.logAttempt(p, resp, err)
		return resp, err
	}
	sent, outgoing := p.req, j.newCapture(p, "request", p.req.Header)
	if outgoing != nil && p.req.Body != nil && p.req.Body != http.NoBody {
		tapped := *p.req
		tapped.Body = &tap{ReadCloser: p.req.Body, capture: outgoing}
		outgoing.length = p.req.ContentLength
		sent = &tapped
	}
	resp, err := a.Send(sent)
	resp = layer.Restore(resp, p.req)
	p.elapsed = time.Since(p.start)
	j.logAttempt(p, resp, err)
	if sent != p.req {
		outgoing.log()
	}
	// The body of a 101 is the connection itself.
	if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols && resp.Body != http.NoBody {
		if incoming := j.newCapture(p, "response", resp.Header); incoming != nil {
			incoming.status, incoming.length = resp.StatusCode, resp.ContentLength
			incoming.expected = p.call.Expects(resp)
			resp.Body = &tap{ReadCloser: resp.Body, capture: incoming, ends: true}
		}
	}
	return resp, err
}

func (j *journal) wantsBodies(p *passage) (on bool) {
	defer j.contain()
	if _, off := record.Setting[withoutBodies](p.req.Context()); off {
		return false
	}
	if j.ceiling == highest {
		return true // the rule may depend on the status, which is not known yet
	}
	return j.logger.Enabled(p.req.Context(), j.levels(Outcome{Kind: KindBody}))
}

// A tap is a body that copies its bytes to a capture.
type tap struct {
	io.ReadCloser
	capture *capture
	ends    bool // write the record when the body ends
}

func (t *tap) Read(b []byte) (int, error) {
	n, err := t.ReadCloser.Read(b)
	if n > 0 {
		t.capture.take(b[:n])
	}
	if err == io.EOF {
		t.capture.end()
	}
	if err != nil && t.ends {
		t.capture.log()
	}
	return n, err
}

func (t *tap) Close() error {
	err := t.ReadCloser.Close()
	if t.ends {
		t.capture.log()
	}
	return err
}

// A capture stores the beginning of a body until it is logged, once.
type capture struct {
	journal  *journal
	req      *http.Request
	call     *transport.Call
	attempt  int
	status   int
	expected bool // see Outcome
	side     string
	form     bool

	mu     sync.Mutex // bodies may be read and closed by different goroutines
	kept   []byte
	size   int64 // number of bytes that have passed
	length int64 // the announced length; 0 or less if none is
	ended  bool  // the body was read to its end
	logged bool
}

// newCapture returns nil for a body that is not text, or is encoded.
func (j *journal) newCapture(p *passage, side string, header http.Header) *capture {
	kind, isText := textual(header)
	if !isText {
		return nil
	}
	return &capture{
		journal: j, req: p.req, call: p.call, attempt: p.attempt, side: side,
		form: kind == "application/x-www-form-urlencoded",
	}
}

// textual returns the media type and whether it is a text type. A body without a type
// may be text; its bytes decide.
func textual(header http.Header) (kind string, isText bool) {
	if encoding := header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return "", false
	}
	value := header.Get("Content-Type")
	if value == "" {
		return "", true
	}
	kind, _, _ = mime.ParseMediaType(value) // if the parameters are invalid, the type still counts
	switch kind {
	case "application/json", "application/xml", "application/x-www-form-urlencoded", "application/x-ndjson":
		return kind, true
	}
	return kind, strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml")
}

func (c *capture) take(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size += int64(len(b))
	if !c.logged {
		c.kept = append(c.kept, b[:min(len(b), c.journal.bodies-len(c.kept))]...)
	}
}

func (c *capture) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
}

// finish returns the stored bytes when it is first called. cut reports whether the body
// had more, or did not end: a request body may still be being sent, and the reader of a
// response may have closed it early.
func (c *capture) finish() (kept []byte, size int64, cut, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, c.kept = c.kept, nil
	first, c.logged = !c.logged, true
	whole := c.ended || c.length > 0 && c.size == c.length
	return kept, c.size, c.size > int64(len(kept)) || !whole, first
}

// log writes the record, unless it was already written or the bytes are not text.
func (c *capture) log() {
	kept, size, cut, first := c.finish()
	if !first {
		return
	}
	j := c.journal
	defer j.contain()
	text, ok := c.show(kept, cut)
	if !ok {
		return
	}
	list := make([]slog.Attr, 0, 8)
	if c.call != nil {
		list = append(list, slog.String("transaction_id", c.call.TransactionID()))
	}
	list = append(list, slog.Int("attempt", c.attempt), slog.String("side", c.side))
	if c.status != 0 {
		list = append(list, slog.Int("status", c.status))
	}
	list = append(list, slog.Int64("bytes", size), slog.Bool("truncated", cut), slog.String("body", text))
	ctx := c.req.Context()
	j.logger.LogAttrs(j.outside(ctx), j.levels(Outcome{Kind: KindBody, Status: c.status, Expected: c.expected}), "http body", list...)
}

// show returns a body as text for the log, or false if it is not text.
func (c *capture) show(kept []byte, cut bool) (string, bool) {
	text := string(kept)
	for range utf8.UTFMax - 1 {
		if r, size := utf8.DecodeLastRuneInString(text); cut && r == utf8.RuneError && size == 1 {
			text = text[:len(text)-1]
		}
	}
	if text == "" || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", false
	}
	vendor, _ := transport.Fact[*record.Vendor](c.call)
	text = vendor.Masked(text)
	if c.form {
		text = redact.Query(text)
	}
	if cut {
		return redact.Prefix(text), true
	}
	return redact.Text(text), true
}
