package rttest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

func bodyErrorChecks() []*check {
	const why = "the server takes a truncated body that ends cleanly for a complete one; and a body that has " +
		"failed will not succeed on a retry"
	return []*check{{Check: Check{
		Name: "retry-body-error-of-known-length", Promise: "R8", Claim: ClaimRetries,
		Sentence: "a plain reader of known length that fails once and then returns io.EOF is never sent as if it " +
			"ended there, nor again after its error",
		Why: why,
	}, unless: unlessBody, run: func(s *scene) { bodyError(s, int64(len(firstHalf+secondHalf))) }}, {Check: Check{
		Name: "retry-body-error-of-unknown-length", Promise: "R8", Claim: ClaimRetries,
		Sentence: "a plain reader of unknown length that fails once and then returns io.EOF is never sent as if it " +
			"ended there, nor again after its error",
		Why: why,
	}, unless: unlessBody, run: func(s *scene) { bodyError(s, -1) }}}
}

const firstHalf, secondHalf = "first half, ", "second half"

var errBody = errors.New("rttest: the body could not be read")

// A faulty reader returns what is left, fails once, and then returns io.EOF, as
// bufio.Reader and many hand-written readers do.
type faulty struct {
	left   io.Reader
	failed bool
}

func (f *faulty) Read(b []byte) (int, error) {
	if n, err := f.left.Read(b); err == nil {
		return n, nil
	}
	if f.failed {
		return 0, io.EOF
	}
	f.failed = true
	return 0, errBody
}

// bodyError uploads a body that fails halfway, to a server that reads it to the end
// and to a server that asks for a retry before the body fails.
func bodyError(s *scene, length int64) {
	for _, early := range []bool{false, true} {
		u := &upload{scene: s, early: early}
		base := s.base(u.receive)
		base.unread = true
		body := newPayload(&faulty{left: strings.NewReader(firstHalf)}, length)
		r := s.send(s.wrap(base), s.request(s.bodyMethod(), "/", body))
		s.finish(r)
		if !early && !errors.Is(r.err, errBody) {
			s.failf("the call ended with %s, not with the body's error", describe(r))
		}
		s.letGo(body)
	}
}

// An upload records how the body of each attempt ends.
type upload struct {
	scene *scene
	early bool // the response to the first attempt comes before the body fails

	mu     sync.Mutex
	broken int // the attempt that got the body's error
}

func (u *upload) receive(a *attempt) (*http.Response, error) {
	defer closeBody(a.req.Body)
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.broken > 0 {
		u.scene.failf("attempt %d was made after the body had failed in attempt %d", a.number, u.broken)
	}
	if u.early && a.number == 1 {
		if _, err := io.ReadFull(a.req.Body, make([]byte, len(firstHalf))); err != nil {
			return nil, err
		}
		return respond(a, u.scene.retry.Statuses[0], "try again"), nil
	}
	sent, err := io.ReadAll(a.req.Body)
	if err != nil {
		u.broken = a.number
		return nil, err
	}
	if len(sent) < len(firstHalf+secondHalf) {
		u.scene.failf("attempt %d carried %q, and then a clean end", a.number, sent)
	}
	if a.length >= 0 && a.length != int64(len(sent)) {
		return nil, fmt.Errorf("rttest: ContentLength=%d with Body length %d", a.length, len(sent))
	}
	return respond(a, http.StatusOK, "stored"), nil
}
