package services

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// A file is where an answer without an envelope goes.
type file struct {
	accept string // media type
	to     io.Writer
	size   int64
}

// Download sends one operation whose answer is a file, asks for it by its media
// type, such as "text/calendar", and copies it to w as it comes: nothing is kept
// in memory, and its size has no limit but w's. The value of the result is the
// number of bytes.
//
// An attempt that fails before the head of its answer is retried like any other.
// One that breaks off in the file is not, since w has a part of it by then; the
// error Is [ErrResponse]. No name that the server may give the file is used.
func Download(ctx context.Context, c *Client, route string, in any, accept string, w io.Writer) (*Result[int64], error) {
	o := operation{route: route, in: in, file: &file{accept: accept, to: w}}
	var meta Metadata
	if err := c.send(ctx, o, nil, &meta); err != nil {
		return nil, err
	}
	return &Result[int64]{Value: o.file.size, Meta: meta}, nil
}

func (x *exchange) save(ctx context.Context, f *file, m *Metadata) error {
	if f.to == nil {
		return x.fail(ErrArgument, errors.New("the writer is nil"))
	}
	var err error
	if f.size, err = io.Copy(f.to, x.resp.Body); err != nil {
		return x.fail(ErrResponse, fmt.Errorf("copy the answer: it broke off after %d bytes: %w", f.size, ended(ctx, err)))
	}
	x.fill(m)
	return nil
}
