package bench

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
)

// A body of a request is bytes in memory, or a number of zeros that take no memory.
// The zeros can be read again: by GetBody, or by seeking.
type body struct {
	bytes    []byte
	zeros    int64
	seekable bool // the zeros can seek and have no GetBody
}

func (b body) open() io.ReadSeeker {
	if b.bytes != nil {
		return bytes.NewReader(b.bytes)
	}
	return &zeros{size: b.zeros}
}

// request returns a request of net/http with the body.
func (b body) request(ctx context.Context, method, url string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, b.open())
	if err != nil || b.bytes != nil {
		return req, err
	}
	req.ContentLength = b.zeros
	if !b.seekable {
		again := func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(b.open(), b.zeros)), nil } // hides Seek
		req.Body, _ = again()
		req.GetBody = again
	}
	return req, nil
}

// zeros is a file of zeros.
type zeros struct{ at, size int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.at >= z.size {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.size-z.at)
	clear(p[:n])
	z.at += n
	return int(n), nil
}

func (z *zeros) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += z.at
	case io.SeekEnd:
		offset += z.size
	}
	if offset < 0 {
		return 0, errors.New("bench: seek before the start")
	}
	z.at = offset
	return offset, nil
}

// Close does nothing: the zeros can still be read.
func (*zeros) Close() error { return nil }
