package services

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// A source is the content of a file.
type source struct {
	size   int64                         // -1 if unknown
	open   func() (io.ReadCloser, error) // nil if it can be read only once, or only be rewound
	seeker io.Seeker                     // rewinds a reader that is shared by all attempts
	start  int64
	reader io.Reader
}

func newSource(f File) (*source, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	s := &source{size: -1, open: f.Open, reader: f.Content}
	if f.Size > 0 {
		s.size = f.Size
	}
	if f.Content == nil {
		return s, nil
	}
	found := int64(-1)
	switch content := f.Content.(type) {
	case io.Seeker:
		found = s.measure(content)
	case interface{ Len() int }:
		found = int64(content.Len())
	}
	if found >= 0 && f.Size > 0 && found != f.Size {
		return nil, fmt.Errorf("has %d bytes, but its size is given as %d", found, f.Size)
	}
	s.size = max(s.size, found)
	if at, ok := f.Content.(io.ReaderAt); ok && s.seeker != nil {
		s.open = func() (io.ReadCloser, error) { // each attempt has its own position
			return io.NopCloser(io.NewSectionReader(at, s.start, s.size)), nil
		}
	}
	return s, nil
}

// measure returns how many bytes follow, -1 if seeker cannot seek after all, as
// a pipe that is an *os.File.
func (s *source) measure(seeker io.Seeker) int64 {
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if err != nil || end < start {
		return -1
	}
	if _, err := seeker.Seek(start, io.SeekStart); err != nil {
		return -1
	}
	s.seeker, s.start = seeker, start
	return end - start
}

// attach makes f the body of req. The retry loop sends it again by GetBody if each attempt can
// open the files, and otherwise by Seek.
func (f *form) attach(req *http.Request) {
	var length int64
	fresh := true
	for _, p := range f.parts {
		length += int64(len(p.text))
		if p.file == nil {
			continue
		}
		if p.file.size < 0 {
			length = -1 << 62
		}
		length += max(p.file.size, 0)
		fresh = fresh && p.file.open != nil
	}
	req.ContentLength = max(length, -1)
	req.Body = &formBody{form: f}
	if fresh {
		req.GetBody = func() (io.ReadCloser, error) { return &formBody{form: f}, nil }
	}
}

var errClosed = errors.New("services: read form: it was closed")

// A formBody is one reading of a form. Close may be called while Read runs.
type formBody struct {
	form *form

	mu      sync.Mutex
	next    int       // the part that follows the current one
	current io.Reader // nil between parts
	closer  io.Closer // of the current part, if it was opened for us
	closed  bool
}

func (b *formBody) Read(p []byte) (int, error) {
	for {
		r, err := b.part()
		if err != nil {
			return 0, err
		}
		n, err := r.Read(p)
		if err == io.EOF { //nolint:errorlint // the contract of io.Reader
			b.finish()
			err = nil
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// part returns what is to be read now.
func (b *formBody) part() (io.Reader, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return nil, errClosed
	case b.current != nil:
		return b.current, nil
	case b.next == len(b.form.parts):
		return nil, io.EOF
	}
	p := b.form.parts[b.next]
	switch {
	case p.file == nil:
		b.current = &textReader{rest: p.text}
	case p.file.open != nil:
		opened, err := p.file.open()
		if err != nil {
			return nil, fmt.Errorf("services: read form: open file: %w", err)
		}
		b.current, b.closer = opened, opened
	default:
		b.current = p.file.reader
	}
	b.next++
	return b.current, nil
}

// textReader reads text that several attempts may share.
type textReader struct{ rest []byte }

func (t *textReader) Read(p []byte) (int, error) {
	if len(t.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

func (b *formBody) finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop()
}

func (b *formBody) drop() {
	if b.closer != nil {
		_ = b.closer.Close()
	}
	b.current, b.closer = nil, nil
}

// Close closes what Open opened. The caller's Content stays open.
func (b *formBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.drop()
	return nil
}

// Seek rewinds to the start, or reports that the position is the start; nothing else is
// needed. It fails for a form with a file that can neither be opened again nor rewound.
func (b *formBody) Seek(offset int64, whence int) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	start := offset == 0 && (whence == io.SeekStart || whence == io.SeekCurrent && b.next == 0)
	if !start || b.closed || !b.form.rewinds() {
		return 0, errors.New("services: read form: it can be rewound only to its start, and only if its files can be")
	}
	if whence == io.SeekCurrent {
		return 0, nil
	}
	b.drop()
	b.next = 0
	for _, p := range b.form.parts {
		if p.file != nil && p.file.open == nil {
			if _, err := p.file.seeker.Seek(p.file.start, io.SeekStart); err != nil {
				return 0, fmt.Errorf("services: read form: rewind file: %w", err)
			}
		}
	}
	return 0, nil
}

func (f *form) rewinds() bool {
	for _, p := range f.parts {
		if p.file != nil && p.file.open == nil && p.file.seeker == nil {
			return false
		}
	}
	return true
}
