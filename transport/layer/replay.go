package layer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
)

// ErrNotReplayable is returned for a body that cannot be sent again, because it is longer
// than may be copied, or because an attempt still reads it.
var ErrNotReplayable = errors.New("transport: replay request body: it cannot be sent again")

// A BodyError reports that reading a request body failed, or that the body does not have
// the length that the request announces. A retry cannot fix that, so no further attempt
// is made.
type BodyError struct {
	Read int64 // number of bytes that were read
	Err  error // the error of the body's Read, or an error about its length
}

// Error returns a text with the number of bytes and the error.
func (e *BodyError) Error() string {
	return fmt.Sprintf("transport: read request body: after %d bytes: %v", e.Read, e.Err)
}

// Unwrap returns Err.
func (e *BodyError) Unwrap() error { return e.Err }

// Retryable returns false, because the body would fail again.
func (e *BodyError) Retryable() bool { return false }

// ErrorClass returns the error's class for metrics: see transport.ClassifyError.
func (e *BodyError) ErrorClass() string { return "request_body" }

func lengthError(read, announced int64) error {
	if read > announced {
		return &BodyError{announced, fmt.Errorf("it is longer than the %d bytes that the request announces", announced)}
	}
	return &BodyError{read, fmt.Errorf("it ends before the %d bytes that the request announces", announced)}
}

// A Replay sends the body of one request in several attempts, with the same bytes and the
// same length in each. Nothing is read before the first attempt.
//
// A Replay is not safe for concurrent use, but the bodies that it returns may be read and
// closed by other goroutines, as net/http does.
type Replay struct {
	how     how
	getBody func() (io.ReadCloser, error)
	source  *source // shared by the attempts, unless each has its own body
	watch   *watch  // nil if the length was already checked
	begun   bool
	next    io.ReadCloser // for the next attempt, see Prepare
}

// how says how a body can be sent again.
type how int

const (
	noBody how = iota
	once       // not at all
	fresh      // from GetBody
	shared     // from the source
)

// NewReplay decides how the body of req can be sent again:
//   - with GetBody, if the request has one;
//   - else by seeking to its current offset, if it is an [io.Seeker] that can seek;
//   - else from a copy of the bytes that were read, up to ceiling bytes. A ceiling of 0
//     copies nothing.
//
// If none of this is possible, the body is sent once, untouched. NewReplay returns a
// [*BodyError] if a body in memory is longer or shorter than the request announces. It
// does not close the body in that case.
func NewReplay(req *http.Request, ceiling int64) (Replay, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return Replay{}, nil
	}
	if req.GetBody != nil {
		r := Replay{how: fresh, getBody: req.GetBody}
		size, known := sizeInMemory(req.Body)
		switch {
		case !known:
			r.watch = &watch{length: announced(req)}
		case req.ContentLength > 0 && size != req.ContentLength:
			return r, lengthError(min(size, req.ContentLength+1), req.ContentLength)
		}
		return r, nil
	}
	s := &source{body: req.Body, length: announced(req), ceiling: ceiling}
	if s.rewinds() || ceiling > 0 && req.ContentLength <= ceiling {
		return Replay{how: shared, source: s}, nil
	}
	return Replay{how: once}, nil
}

// AsItCame returns a Replay that sends the body of req once, untouched.
func AsItCame(req *http.Request) Replay {
	if req.Body == nil || req.Body == http.NoBody {
		return Replay{}
	}
	return Replay{how: once}
}

func announced(req *http.Request) int64 {
	if req.ContentLength > 0 {
		return req.ContentLength
	}
	return -1 // for a body that is not nil, 0 means unknown
}

// sizeInMemory returns the length of a body that http.NewRequest made from a reader in
// memory. Such a body is not wrapped, so that net/http sends it in the same write as the
// request's headers.
func sizeInMemory(body io.ReadCloser) (int64, bool) {
	v := reflect.ValueOf(body)
	if t := v.Type(); t.PkgPath() != "io" || !strings.HasPrefix(t.Name(), "nopCloser") || t.NumField() != 1 {
		return 0, false // io.NopCloser did not make it
	}
	switch r := v.Field(0).Interface().(type) {
	case *bytes.Reader:
		return int64(r.Len()), true
	case *bytes.Buffer:
		return int64(r.Len()), true
	case *strings.Reader:
		return int64(r.Len()), true
	}
	return 0, false
}

// Replayable reports whether the body can be sent again, as far as is known. An attempt
// may find that the body is too long to be copied.
func (r *Replay) Replayable() bool {
	return r.how != once && (r.source == nil || !r.source.overran())
}

// Kept reports whether the body can be sent again only from a copy of the bytes read.
func (r *Replay) Kept() bool { return r.how == shared && r.source.seeker == nil }

// Fault returns the [*BodyError] that an attempt got from the body, or nil. Such an
// attempt must not be retried.
func (r *Replay) Fault() error {
	switch {
	case r.source != nil:
		return r.source.fault()
	case r.watch != nil:
		if f := r.watch.fault.Load(); f != nil {
			return f
		}
	}
	return nil
}

// Held reports whether resp's attempt may still read its request body, so that closing
// resp may block. Drop such a response with [DrainAside]. With HTTP/1 closing a response
// never blocks, since net/http closes the connection.
func (r *Replay) Held(resp *http.Response) bool {
	if resp.ProtoMajor == 1 {
		return false
	}
	switch r.how {
	case shared:
		return r.source.held()
	case fresh, once:
		return true // nothing reports when it is closed
	case noBody:
	}
	return false
}

// Attempt returns the request of the next attempt: a copy of req with ctx and its own body,
// or req itself if neither differs. Reads of that body end when ctx ends. Prepare must be
// called before each attempt except the first.
//
// If offer is true, the request has a GetBody where possible, so that net/http can send the
// body again if a connection was closed before it was used.
func (r *Replay) Attempt(ctx context.Context, req *http.Request, offer bool) (*http.Request, error) {
	if r.how == noBody && ctx == req.Context() {
		return req, nil
	}
	body, err := r.take(ctx, req)
	if err != nil {
		return nil, err
	}
	next := req
	if ctx != req.Context() {
		next = req.WithContext(ctx)
	}
	if body == nil {
		return next, nil
	}
	if next == req {
		next = new(*req)
	}
	next.Body = body
	r.offer(ctx, next, offer)
	return next, nil
}

// offer sets the GetBody of next, which is a copy. The functions must not capture r, which
// would move it to the heap.
func (r *Replay) offer(ctx context.Context, next *http.Request, ours bool) {
	switch {
	case r.how == shared && ours:
		s := r.source
		next.GetBody = func() (io.ReadCloser, error) { return s.reopen(ctx) }
	case r.how == fresh && r.watch != nil: // otherwise that of the request fits
		getBody, w := r.getBody, r.watch
		next.GetBody = func() (io.ReadCloser, error) { return made(getBody, w) }
	}
}

// take returns the body of the next attempt, or nil for the body of req.
func (r *Replay) take(ctx context.Context, req *http.Request) (io.ReadCloser, error) {
	first := !r.begun
	r.begun = true
	body := r.next
	r.next = nil
	switch {
	case body != nil:
		if h, ok := body.(*handle); ok {
			h.ctx = ctx
		}
		return body, nil
	case r.how == noBody, r.how == once && first:
		return nil, nil //nolint:nilnil // the body of req
	case r.how == once:
		return nil, ErrNotReplayable
	case r.how == shared:
		return r.source.open(ctx)
	case first && r.watch == nil:
		return nil, nil //nolint:nilnil // the body of req
	case first:
		return r.watch.over(req.Body), nil
	}
	return made(r.getBody, r.watch)
}

// made returns a body from GetBody.
func made(getBody func() (io.ReadCloser, error), w *watch) (io.ReadCloser, error) {
	body, err := getBody()
	if err != nil {
		return nil, err
	}
	if body == nil {
		return nil, errors.New("transport: replay request body: GetBody returned neither a body nor an error")
	}
	if w != nil {
		return w.over(body), nil
	}
	return body, nil
}

// Prepare gets the body for another attempt. Call it before dropping the last response. It
// takes the body from an attempt that still reads it; if the body must be rewound, Prepare
// waits up to 100 ms until that attempt has closed it. The error matches
// [ErrNotReplayable], is a [*BodyError], or is from GetBody or Seek.
func (r *Replay) Prepare(ctx context.Context) (err error) {
	if err := r.Fault(); err != nil {
		return err
	}
	switch r.how {
	case once:
		return ErrNotReplayable
	case fresh:
		r.next, err = made(r.getBody, r.watch)
	case shared:
		r.next, err = r.source.open(ctx)
	case noBody:
	}
	return err
}

// Finish must be called when there will be no further attempt. It closes a prepared body
// that was not used, and a body shared by the attempts as soon as the last one has closed
// it.
func (r *Replay) Finish() {
	if r.next != nil {
		CloseBody(r.next)
		r.next = nil
	}
	if r.source != nil {
		r.source.finish()
	}
}

// A watch checks the length of bodies from GetBody.
type watch struct {
	length int64 // -1 if the request does not announce it
	fault  atomic.Pointer[BodyError]
}

func (w *watch) over(body io.ReadCloser) io.ReadCloser { return &watched{ReadCloser: body, watch: w} }

type watched struct {
	io.ReadCloser

	watch  *watch
	read   int64
	closed atomic.Bool
}

func (b *watched) Close() error {
	b.closed.Store(true)
	return b.ReadCloser.Close()
}

func (b *watched) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.closed.Load() {
		return n, err // closing may have caused the error
	}
	n, err = checked(n, err, b.read, b.watch.length)
	b.read += int64(n)
	if fault, ok := err.(*BodyError); ok { //nolint:errorlint // checked made it
		b.watch.fault.CompareAndSwap(nil, fault)
	}
	return n, err
}

// checked returns the result of a Read of a body, after read earlier bytes. It returns a
// BodyError for an error other than io.EOF, and for an end at another offset than
// announced.
func checked(n int, err error, read, length int64) (int, error) {
	total := read + int64(n)
	switch {
	case length >= 0 && total > length:
		return int(length - read), lengthError(total, length)
	case err == nil:
		return n, nil
	case err != io.EOF: //nolint:errorlint // the contract of io.Reader
		return n, &BodyError{total, err}
	case length >= 0 && total < length:
		return n, lengthError(total, length)
	}
	return n, io.EOF
}
