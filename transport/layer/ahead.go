package layer

import (
	"context"
	"io"
	"net/http"
)

// ReadAhead writes the body to w before the first attempt, as a signature of it
// needs; the attempts then send it from its start. They get it from GetBody, or it is
// rewound if it can seek, and any other body is kept up to the ceiling. A Read ends
// with ctx.
//
// The error matches [ErrNotReplayable] for a body that cannot be sent after it was
// read; it is a [*BodyError], or that of GetBody, Seek, w, or the cause of the end of
// ctx. Then no attempt can be made: see [Replay.Abandon].
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

// readFirst reads the body that came with the request, since a GetBody may take it
// away. It goes by way of a source that keeps nothing: its Read may not obey ctx.
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

// pour writes body to w and lets go of it.
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

// room is how much of a body to read at once, where its length may be known.
func room(length int64) int64 {
	if length >= 0 {
		return min(length+1, chunk)
	}
	return chunk
}

// Abandon ends a Replay of which no attempt was made, and closes the body of req.
func (r *Replay) Abandon(req *http.Request) {
	r.Finish()
	if !r.begun && (r.how == fresh || r.how == once) {
		CloseBody(req.Body)
	}
}
