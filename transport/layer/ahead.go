package layer

import (
	"context"
	"io"
	"net/http"
)

// ReadAhead writes the body to w before the first attempt, which a signature of the body
// requires. The attempts then send the body from its start: from GetBody, by seeking,
// or from a copy of up to the ceiling. Reads end when ctx ends.
//
// If ReadAhead returns an error, no attempt can be made: see [Replay.Abandon]. errors.Is
// matches [ErrNotReplayable] if the body could not be sent after reading it. Other errors
// are a [*BodyError], an error of GetBody, Seek or w, or the cause of ctx.
func (r *Replay) ReadAhead(ctx context.Context, req *http.Request, w io.Writer) error {
	switch r.how {
	case noBody:
		return nil
	case once:
		return ErrNotReplayable
	case fresh:
		if err := r.readFirst(ctx, req, w); err != nil {
			return err
		}
	case shared:
		body, err := r.source.open(ctx)
		if err != nil {
			return err
		}
		if err := r.pour(w, body, r.source.length); err != nil {
			return err
		}
	}
	return r.Prepare(ctx)
}

// readFirst reads the request's own body, which a GetBody may share. It reads it through
// a source that stores nothing, because its Read may not end with ctx.
func (r *Replay) readFirst(ctx context.Context, req *http.Request, w io.Writer) error {
	r.begun = true
	s := &source{body: req.Body, length: announced(req)}
	s.parts = [][]byte{make([]byte, 0, room(s.length))}
	defer s.finish()
	first, err := s.open(ctx)
	if err != nil {
		return err
	}
	return r.pour(w, first, s.length)
}

// pour writes body to w and closes it.
func (r *Replay) pour(w io.Writer, body io.ReadCloser, length int64) error {
	defer CloseBody(body)
	buf := make([]byte, room(length))
	for {
		n, err := body.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case !r.Replayable():
			return ErrNotReplayable
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// room returns the buffer size for a body whose length may be known.
func room(length int64) int64 {
	if length >= 0 {
		return min(length+1, chunk)
	}
	return chunk
}

// Abandon ends a Replay without an attempt, and closes the body of req.
func (r *Replay) Abandon(req *http.Request) {
	r.Finish()
	if !r.begun && (r.how == fresh || r.how == once) {
		CloseBody(req.Body)
	}
}
