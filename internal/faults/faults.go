// Package faults is a server on loopback that does on purpose what networks and
// gateways do by accident, and keeps a journal of what reached it. Tests of this
// module alone use it.
//
// [New] speaks HTTP/1.1 by hand, byte by byte; [NewHTTP2] speaks HTTP/2 through
// net/http; [NewFrames] speaks HTTP/2 by hand, for what net/http never says. A
// [Script] says what happens to each request.
package faults

import (
	"cmp"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// HeaderCall names the call that a request belongs to: what has the same value
// is counted together. [NewFrames] does not read headers and counts all as one.
const HeaderCall = "X-Call-Id"

// Refusing is an address that refuses every connection: the system hands out no
// port as low for one, so that no other test can listen there meanwhile, as on a
// port that was listened on and let go.
const Refusing = "127.0.0.1:1"

// A Kind is what happens to a request.
type Kind int

// The kinds. On HTTP/2 a reset is that of the stream, with INTERNAL_ERROR.
const (
	Answer         Kind = iota // the whole answer: Status, Header, Body
	ResetUnread                // reset when the head of the request was read and its body was not
	ResetBefore                // reset when the request was read, before the answer
	ResetInHead                // reset in the middle of the answer's head; HTTP/1 only
	ResetInBody                // reset after half of the body, once Gate lets it
	StallBefore                // no byte of the answer until the client goes away
	StallInBody                // nothing after half of the body until the client goes away
	Dribble                    // the whole answer, its body byte by byte with a Pause after each
	Truncate                   // half of the promised body, then a regular end
	TruncateChunks             // a chunked body that ends inside a chunk; HTTP/1 only
	Endless                    // a body without end
	Bomb                       // a gzipped body of Size zeros, about a thousandth of it on the wire
	CloseIdle                  // the whole answer, then the connection is closed (HTTP/2: GOAWAY)
	HugeHeader                 // the whole answer, with Size bytes of headers
	Early                      // a 103 with a Link before the whole answer
	Trailers                   // the whole answer, and a trailer X-Sum: done
	Upgrade                    // a 101, then everything that comes is sent back; HTTP/1 only

	RefuseStream // RST_STREAM with REFUSED_STREAM as soon as the stream begins; frames only
	ResetStream  // RST_STREAM with Code when the request was read; frames only
	GoAway       // GOAWAY that leaves the stream out: it was not processed; frames only
	GoAwayTaken  // GOAWAY that covers the stream, then the end of the connection; frames only
)

// A Step is what happens to one request, and how. Its zero value is a 200.
type Step struct {
	Kind   Kind
	Status int             // 0 means 200
	Header http.Header     // set on the answer
	Body   string          // empty means "done"
	Size   int             // of Bomb and HugeHeader, in bytes
	Pause  time.Duration   // of Dribble
	Gate   <-chan struct{} // of ResetInBody: it waits until this is closed; nil does not wait
	Code   uint32          // of ResetStream: the error code
}

func (s Step) status() int  { return cmp.Or(s.Status, http.StatusOK) }
func (s Step) body() string { return cmp.Or(s.Body, "done") }

// half is what comes of the body before it breaks off.
func (s Step) half() string { return s.body()[:len(s.body())/2] }

// refuses reports whether the step tells the client that nothing was done. A
// 503 does not: the worst server works first and fails then.
func (s Step) refuses() bool {
	return s.Kind == RefuseStream || s.Kind == GoAway || s.Status == http.StatusTooManyRequests
}

// filler is a header field of HugeHeader with as many values as size needs.
func (s Step) filler() []string {
	const line = 4 << 10
	values := make([]string, 0, s.Size/line+1)
	for left := s.Size; left > 0; left -= line {
		values = append(values, strings.Repeat("x", min(left, line)))
	}
	return values
}

// A Script says what happens to the nth request of a call, counted from 1. It
// must be safe for concurrent use.
type Script func(call string, nth int) Step

// Play plays steps to each call in their order, the last one again and again.
func Play(steps ...Step) Script {
	return func(_ string, nth int) Step {
		if len(steps) == 0 {
			return Step{}
		}
		return steps[min(nth, len(steps))-1]
	}
}

// Draw plays, with probability p, one of steps to a request, and else an answer.
// What is drawn follows from the seed, the call and n alone, so that it does not
// matter which request comes first.
func Draw(seed uint64, p float64, steps ...Step) Script {
	return func(call string, nth int) Step {
		h := fnv.New64a()
		_, _ = h.Write([]byte(call)) // a hash takes everything
		dice := rand.New(rand.NewPCG(seed, h.Sum64()+uint64(nth)))
		if len(steps) == 0 || dice.Float64() >= p {
			return Step{}
		}
		return steps[dice.IntN(len(steps))]
	}
}
