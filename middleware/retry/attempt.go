package retry

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
)

// attempt makes one attempt.
func (c *call) attempt() (*http.Response, error) {
	c.attempts++
	c.broken = nil
	ctx := c.traced()
	if c.policy.attemptTimeout > 0 {
		return c.timedAttempt(ctx)
	}
	resp, err := c.send(ctx)
	if err == nil && c.wantsWhole(resp) {
		c.readWhole(ctx, resp)
	}
	return resp, err
}

// timedAttempt makes one attempt with a clock, which runs until the response headers have
// arrived, or the body if it is part of the attempt. After a panic below, leave ends the
// clock.
func (c *call) timedAttempt(ctx context.Context) (*http.Response, error) {
	ctx, c.clock = startClock(ctx, c.policy.attemptTimeout)
	resp, err := c.send(ctx)
	if err != nil {
		c.release()
		return nil, err
	}
	whole := c.wantsWhole(resp)
	read := whole && c.readWhole(ctx, resp)
	if c.clock.stop() || read {
		return resp, nil
	}
	timeout := c.clock.err() // reading the rest of the body would fail
	if whole {
		c.broken = cmp.Or(c.broken, timeout)
		return resp, nil
	}
	c.drop(resp, c.policy.drainTime)
	c.failed = true
	return nil, timeout
}

// send sends the request of the next attempt, with ctx.
func (c *call) send(ctx context.Context) (*http.Response, error) {
	req, err := c.replay.Attempt(ctx, c.req, c.offer)
	if err != nil {
		c.failed = true
		return nil, fmt.Errorf("retry: open the request body: %w", err)
	}
	resp, err := c.Send(req)
	if c.failed = err != nil; c.failed {
		if lacksCredential(err) {
			c.unsigned++
		}
		return nil, blame(ctx, err)
	}
	return layer.Restore(resp, c.req), nil
}

// wantsWhole reports whether reading the response's body is part of the attempt.
func (c *call) wantsWhole(resp *http.Response) bool {
	return c.whole > 0 && resp.StatusCode != http.StatusSwitchingProtocols && !c.listed(resp)
}

// readWhole reads the part of the response's body that belongs to the attempt, and reports
// whether that is all of it. The bytes are put back; if the body fails, its error follows
// them.
func (c *call) readWhole(ctx context.Context, resp *http.Response) (all bool) {
	record.Delay(ctx)
	whole := newWholeBody(resp, c.whole)
	begin, err := readUpTo(resp.Body, c.whole, whole.all)
	if err == nil && int64(len(begin)) < c.whole {
		whole.all = begin
		whole.Reset(begin)
		resp.Body = whole
		return true
	}
	rest := io.Reader(resp.Body)
	if err != nil {
		c.broken = blame(ctx, err)
		rest = failing{c.broken}
	}
	resp.Body = &readAhead{Reader: io.MultiReader(bytes.NewReader(begin), rest), Closer: resp.Body}
	return false
}

// readUpTo reads up to limit bytes, behind what is in all.
func readUpTo(body io.Reader, limit int64, all []byte) ([]byte, error) {
	for int64(len(all)) < limit {
		if len(all) == cap(all) {
			all = append(all, 0)[:len(all)]
		}
		n, err := body.Read(all[len(all):min(int64(cap(all)), limit)])
		all = all[:len(all)+n]
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// A wholeBody is a [record.WholeBody].
type wholeBody struct {
	bytes.Reader
	io.Closer

	all []byte
}

// shortBody is the length of a body that is stored beside its wholeBody, in bytes.
const shortBody = 128

// newWholeBody returns the body of a response, with memory for what the response says that it
// has: not more than 64 KiB before they have arrived, and with a short one in one allocation.
func newWholeBody(resp *http.Response, limit int64) *wholeBody {
	size := int64(bytes.MinRead)
	if n := resp.ContentLength; n > 0 {
		size = min(n, limit, 64<<10) + 1 // one more byte finds the end
	}
	if size <= shortBody {
		short := &struct {
			wholeBody

			bytes [shortBody]byte
		}{}
		short.all, short.Closer = short.bytes[:0], resp.Body
		return &short.wholeBody
	}
	return &wholeBody{Closer: resp.Body, all: make([]byte, 0, size)}
}

// Whole returns all bytes of the body.
func (b *wholeBody) Whole() []byte { return b.all }

// A readAhead is a body whose first part has already been read.
type readAhead struct {
	io.Reader
	io.Closer
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// blame returns the policy's timeout if one ended the attempt or the wait, and err
// otherwise.
func blame(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	if timeout, ok := context.Cause(ctx).(*TimeoutError); ok { //nolint:errorlint // a caller may have wrapped that of another call
		return timeout
	}
	return err
}
