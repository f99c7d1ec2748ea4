package rttest_test

import (
	"bytes"
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/rttest"
)

type passing struct{ base http.RoundTripper }

func (p *passing) RoundTrip(req *http.Request) (*http.Response, error) { return p.base.RoundTrip(req) }
func (p *passing) Unwrap() http.RoundTripper                           { return p.base }
func (p *passing) CloseIdleConnections() {
	if c, ok := p.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func pass(base http.RoundTripper) http.RoundTripper { return &passing{base} }

func TestADecoratorThatDoesNothingPasses(t *testing.T) {
	t.Parallel()
	rttest.Run(t, pass, rttest.Unwraps())
}

// An unwiped body is read into a buffer with old contents.
type unwiped struct {
	io.ReadCloser
	left *atomic.Int64 // how many bytes of that came through
}

func (u unwiped) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 0xff
	}
	n, err := u.ReadCloser.Read(b)
	u.left.Add(int64(bytes.Count(b[:n], []byte{0xff})))
	return n, err
}

type unwiping struct {
	passing

	left *atomic.Int64
}

func (u *unwiping) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil && req.Body != http.NoBody {
		sent := *req
		sent.Body = unwiped{req.Body, u.left}
		req = &sent
	}
	resp, err := u.base.RoundTrip(req)
	if resp != nil && resp.Body != nil && resp.Body != http.NoBody && resp.StatusCode != http.StatusSwitchingProtocols {
		resp.Body = unwiped{resp.Body, u.left}
	}
	return resp, err
}

// The bodies of the checks are what they say that they read. Else a decorator that
// logs bodies shows what lay in io.Discard's buffers.
func TestBodiesFillTheBuffersThatTheyAreGiven(t *testing.T) {
	t.Parallel()
	var left atomic.Int64
	t.Run("checks", func(t *testing.T) {
		rttest.Run(t, func(base http.RoundTripper) http.RoundTripper {
			return retry.New()(&unwiping{passing{base}, &left})
		}, retries)
	})
	assert.Zero(t, left.Load(), "bytes that were in a buffer before it was read into")
}
