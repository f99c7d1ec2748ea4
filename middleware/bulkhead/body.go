package bulkhead

import (
	"io"
	"net/http"
)

// holdUntilRead makes the end of resp's body release the permit, and reports whether it does:
// a response without a body releases it now.
func (p *permit) holdUntilRead(resp *http.Response) bool {
	if resp.Body == http.NoBody {
		return false
	}
	p.body.ReadCloser = resp.Body
	p.body.permit = p
	resp.Body = &p.body
	if w, ok := p.body.ReadCloser.(io.Writer); ok { // the body of a 101 must stay writable
		resp.Body = &connection{held: &p.body, Writer: w}
	}
	return true
}

// A held body is one whose end releases a permit.
type held struct {
	io.ReadCloser

	permit *permit
}

// Read reads from the body. Its end, or an error, releases the permit.
func (h *held) Read(b []byte) (int, error) {
	n, err := h.ReadCloser.Read(b)
	if err != nil {
		h.permit.release()
	}
	return n, err
}

// Close closes the body and releases the permit.
func (h *held) Close() error {
	defer h.permit.release() // also if Close panics
	return h.ReadCloser.Close()
}

type connection struct {
	*held
	io.Writer
}
