package bench

import (
	"context"
	"errors"
	"io"
	"net/http"
)

// An Upload is a body of zeros that takes no memory. It can be read again: by
// GetBody, or by seeking.
type Upload struct {
	Size  int64
	Again bool // with GetBody; else it can seek and nothing else
}

func (u Upload) open() *zeros { return &zeros{size: u.Size} }

// request returns a PUT of net/http with the body.
func (u Upload) request(ctx context.Context, url string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, u.open())
	if err != nil {
		return nil, err
	}
	req.ContentLength = u.Size
	if u.Again {
		req.Body = io.NopCloser(io.LimitReader(u.open(), u.Size)) // hides that it can seek
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(u.open(), u.Size)), nil }
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

// Close lets a client close what it was given; it can be read on.
func (*zeros) Close() error { return nil }
