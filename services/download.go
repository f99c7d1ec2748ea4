package services

import (
	"context"
	"fmt"
	"io"
)

// Download sends one operation whose response is a file, asks for it by its media type, such
// as "text/calendar", and copies it to w as it comes: nothing is kept in memory, and the size
// is not limited. The value of the result is the number of bytes. A nil w is refused before
// sending.
//
// An attempt that fails before the head of its response is retried like any other. One that
// breaks off in the file is not, because w has a part of it by then; errors.Is then matches
// [ErrResponse]. A name that the server gives the file is not used.
func Download(ctx context.Context, c *Client, route string, in any, accept string, w io.Writer) (*Result[int64], error) {
	f := &file{accept: accept, to: w}
	got, err := run[int64](ctx, c, operation{route: route, in: in, file: f})
	if err != nil {
		return nil, err
	}
	got.Value = f.size
	return got, nil
}

func (x *exchange) save(ctx context.Context, f *file) (err error) {
	if err := foreignFile(x.resp, f.accept); err != nil {
		return x.fail(ErrResponse, err) // before anything of it is written
	}
	to := &destination{Writer: f.to}
	f.size, err = io.Copy(to, x.resp.Body)
	switch {
	case to.err != nil:
		return x.fail(nil, fmt.Errorf("write response after %d bytes: %w", f.size, to.err))
	case err != nil:
		return x.fail(ErrResponse, fmt.Errorf("copy response: it broke off after %d bytes: %w", f.size, ended(ctx, err)))
	}
	return nil
}

// A destination is the caller's writer; it remembers the error that is the writer's.
type destination struct {
	io.Writer

	err error
}

func (d *destination) Write(p []byte) (n int, err error) {
	n, err = d.Writer.Write(p)
	d.err = err
	return n, err
}
