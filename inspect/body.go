package inspect

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
)

// A trail is what a trip knows of the response's body, guarded by the trip's mutex.
type trail struct {
	there    bool // there is one that can only be read
	complete bool
	ended    bool
	read     atomic.Int64  // not guarded
	total    int64         // what was read when it ended
	length   int64         // as announced, or -1
	took     time.Duration // since the trip began
	failed   *failure
}

// A body is what is shown of a response's body.
type body struct {
	there, complete, ended bool
	read                   int64
	took                   time.Duration // since the story began
	class                  transport.ErrorClass
	err                    string
}

// body returns what is known so far.
func (t *trail) body() body {
	b := body{there: t.there, complete: t.complete, ended: t.ended, read: t.total, took: t.took}
	if !t.ended {
		b.read = t.read.Load()
	}
	b.class, b.err = t.failed.get()
	return b
}

// hasBody reports whether resp has a body that can only be read.
func hasBody(resp *http.Response) bool {
	_, writable := resp.Body.(io.Writer)
	return !writable && resp.Body != http.NoBody && resp.StatusCode != http.StatusSwitchingProtocols
}

// A reader is a response's body that notes in its trip what was read. The trip does not refer
// to it, so that a trip that is kept keeps no connection.
type reader struct {
	io.ReadCloser

	in    *Inspector
	trip  *trip
	req   *http.Request
	ended atomic.Bool
}

// reader returns the body of resp, which reports its end.
func (i *Inspector) reader(t *trip, held *passing, req *http.Request, resp *http.Response) io.ReadCloser {
	whole, isWhole := resp.Body.(record.WholeBody)
	if held == nil && !isWhole {
		return &reader{ReadCloser: resp.Body, in: i, trip: t, req: req}
	}
	var r *wholeReader
	if held != nil {
		r = &held.reader
	} else {
		r = &wholeReader{}
	}
	r.ReadCloser, r.in, r.trip, r.req = resp.Body, i, t, req
	if r.whole = whole; isWhole {
		return r
	}
	return &r.reader
}

// Read reads from the body and counts what was read.
func (r *reader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil {
		r.end(n, err)
		return n, err
	}
	r.trip.body.read.Add(int64(n))
	return n, nil
}

// Close closes the body.
func (r *reader) Close() error {
	err := r.ReadCloser.Close()
	r.end(0, nil)
	return err
}

// end ends the call when it is first called, with what a last Read returned, or 0 and nil.
func (r *reader) end(n int, err error) {
	if r.ended.Load() {
		return
	}
	failed := err != nil && err != io.EOF //nolint:errorlint // the contract of io.Reader
	var why *failure
	if failed {
		text := errorText(transport.CallFrom(r.req.Context()), err, credentials(r.req, r.req))
		why = &failure{transport.ClassifyError(r.req, err), text}
	}
	t := r.trip
	t.mu.Lock()
	b := &t.body
	if b.ended {
		t.mu.Unlock()
		return
	}
	now := time.Now()
	b.total = b.read.Add(int64(n))
	b.ended, b.took, b.failed = true, now.Sub(t.begun), why
	t.date(func() time.Time { return now })
	b.complete = b.complete || !failed && (err != nil || b.total == b.length)
	r.ended.Store(true)
	size := t.bytes()
	t.mu.Unlock()
	r.in.finish(t, size)
}

// A wholeReader is the reader of a body that the retry loop has read.
type wholeReader struct {
	reader

	whole record.WholeBody
}

// Whole returns all bytes of the body.
func (w *wholeReader) Whole() []byte {
	all := w.whole.Whole()
	w.trip.mu.Lock()
	defer w.trip.mu.Unlock()
	if b := &w.trip.body; !b.ended {
		b.read.Store(int64(len(all)))
		b.complete = true
	}
	return all
}

// A capture is the beginning of a body as it passes.
type capture struct {
	in   *Inspector
	text bool // it may be shown
	form bool

	vendor *record.Vendor // masks the client's key

	mu      sync.Mutex
	secrets []string // that were sent, and that the server may repeat
	kept    []byte
	size    int64
	ended   bool // all of it passed
	stopped bool // nothing more is kept
}

func (i *Inspector) newCapture(t *trip, req *http.Request, header http.Header) *capture {
	kind, isText := textual(header)
	vendor, _ := transport.Lookup[*record.Vendor](req.Context())
	c := &capture{in: i, text: isText, form: kind == "application/x-www-form-urlencoded", vendor: vendor, stopped: !isText}
	if isText {
		c.secrets = t.secrets(req)
		if !i.reserve(lengthOfAll(c.secrets)) {
			c.secrets, c.stopped = nil, true
		}
	}
	return c
}

// minSecret is the length of the shortest text that is masked in a body because it was sent as
// a credential, or as what a layer has added: true is no secret.
const minSecret = 6

// secrets returns what is masked in the bodies of an attempt.
func (t *trip) secrets(req *http.Request) (secrets []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, secret := range credentials(t.given(req), req) {
		if secret = strings.TrimSpace(secret); len(secret) >= minSecret && !slices.Contains(secrets, secret) {
			secrets = append(secrets, strings.Clone(secret)) // it must not keep a URL
		}
	}
	return secrets
}

func lengthOfAll(texts []string) (n int) {
	for _, text := range texts {
		n += len(text)
	}
	return n
}

// take keeps the beginning of b as far as there is room.
func (c *capture) take(b []byte) {
	c.mu.Lock()
	c.size += int64(len(b))
	c.mu.Unlock()
	for granted := 0; ; {
		need := c.add(b, granted)
		if need == 0 {
			return
		}
		if need < 0 { // somebody else has made room meanwhile, or nothing more is kept
			c.in.giveBack(granted)
			return
		}
		if granted = need; !c.in.reserve(need) {
			c.stop()
			return
		}
	}
}

// add keeps the beginning of b if there is room for it, of which granted bytes may be new. It
// returns how many bytes are needed instead, or -1 if granted was not used. It does not ask
// for them, since the Inspector's lock comes before that of a capture.
func (c *capture) add(b []byte, granted int) (need int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b = b[:min(len(b), c.in.bodies-len(c.kept))]
	want := len(c.kept) + len(b)
	size := min(c.in.bodies, max(512, 2*cap(c.kept), want))
	switch {
	case c.stopped || want <= cap(c.kept):
		if !c.stopped {
			c.kept = append(c.kept, b...)
		}
		return min(0, -granted)
	case size-cap(c.kept) != granted:
		if granted > 0 {
			c.stopped = true
			return -1
		}
		return size - cap(c.kept)
	}
	c.kept = append(append(make([]byte, 0, size), c.kept...), b...)
	return 0
}

func (c *capture) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
}

func (c *capture) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
}

// drop forgets what is kept, and returns how many bytes that were.
func (c *capture) drop() (n int) {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n = cap(c.kept) + lengthOfAll(c.secrets)
	c.kept, c.secrets, c.stopped = nil, nil, true
	return n
}

// A tap is a body that copies its bytes to a capture.
type tap struct {
	io.ReadCloser

	capture *capture
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if n > 0 {
		t.capture.take(p[:n])
	}
	if err == io.EOF {
		t.capture.end()
	}
	return n, err
}

// tapRequest captures the body of a request that nobody else has yet.
func (i *Inspector) tapRequest(t *trip, a *attempt, sent *http.Request) {
	if c := i.newCapture(t, sent, sent.Header); t.attach(a, &a.request, c) {
		sent.Body = &tap{sent.Body, c}
	}
}

// attach adds a capture to an attempt. It reports false if the attempt is not kept any more,
// such as the slower one of a hedge: nobody would give back what it takes.
func (t *trip) attach(a *attempt, to **capture, c *capture) bool {
	t.mu.Lock()
	kept := !a.dropped
	if kept {
		*to = c
	}
	t.mu.Unlock()
	if !kept {
		t.in.giveBack(c.drop())
	}
	return kept
}

// tapResponse captures the body of a response.
func (i *Inspector) tapResponse(t *trip, a *attempt, resp *http.Response) {
	if !hasBody(resp) {
		return
	}
	if c := i.newCapture(t, resp.Request, resp.Header); t.attach(a, &a.response, c) {
		resp.Body = &tap{resp.Body, c}
	}
}
