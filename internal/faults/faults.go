// Package faults provides a loopback server that misbehaves on purpose, in the ways
// that networks and gateways do by accident, and records what reached it. Only tests
// of this module use it.
//
// For most uses call [New], which speaks HTTP/1.1 byte by byte, or [NewHTTP2], which
// speaks HTTP/2 through net/http. [NewFrames] writes HTTP/2 frames itself, for faults
// that net/http cannot produce. A [Script] decides what happens to each request.
package faults

import (
	"cmp"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// HeaderCall is the header that identifies the call of a request. Requests with the same
// value are counted together. [NewFrames] does not read headers and counts all
// requests together.
const HeaderCall = "X-Call-Id"

// Refusing is an address that refuses every connection. The system assigns no port that
// low, so no other test can happen to listen there, as it could on a port that was
// closed.
const Refusing = "127.0.0.1:1"

// A Kind is what happens to a request.
type Kind int

// The kinds. With HTTP/2, a reset affects the stream and has the code INTERNAL_ERROR.
const (
	Answer         Kind = iota // a complete response: Status, Header, Body
	ResetUnread                // reset after the head of the request, before its body is read
	ResetBefore                // reset after the request was read, before the response
	ResetInHead                // reset in the middle of the response's head; HTTP/1 only
	ResetInBody                // reset after half of the body, when Gate is closed
	StallBefore                // nothing until the client closes the connection
	StallInBody                // half of the body, then nothing until the client closes the connection
	Dribble                    // a complete response, its body byte by byte with a Pause after each
	Truncate                   // half of the announced body, then a regular end
	TruncateChunks             // a chunked body that ends inside a chunk; HTTP/1 only
	Endless                    // an endless body
	Bomb                       // a gzipped body of Size zeros, about a thousandth of that when compressed
	CloseIdle                  // a complete response, then the connection is closed (HTTP/2: GOAWAY)
	HugeHeader                 // a complete response, with Size bytes of headers
	Early                      // a 103 with a Link before a complete response
	Trailers                   // a complete response, with the trailer X-Sum: done
	Upgrade                    // a 101, then everything received is sent back; HTTP/1 only

	RefuseStream // RST_STREAM with REFUSED_STREAM as soon as the stream begins; frames only
	ResetStream  // RST_STREAM with Code after the request was read; frames only
	GoAway       // GOAWAY that excludes the stream, which was not processed; frames only
	GoAwayTaken  // GOAWAY that includes the stream, then the connection is closed; frames only
)

// A Step says what happens to one request. The zero value is a 200.
type Step struct {
	Kind   Kind
	Status int             // 0 means 200
	Header http.Header     // of the response
	Body   string          // empty means "done"
	Size   int             // for Bomb and HugeHeader, in bytes
	Pause  time.Duration   // for Dribble
	Gate   <-chan struct{} // for ResetInBody, which waits until it is closed; nil means no wait
	Code   uint32          // for ResetStream: the error code
}

func (s Step) status() int  { return cmp.Or(s.Status, http.StatusOK) }
func (s Step) body() string { return cmp.Or(s.Body, "done") }

// half returns the part of the body that is sent before it is cut off.
func (s Step) half() string { return s.body()[:len(s.body())/2] }

// refuses reports whether the step tells the client that the request was not processed.
// A 503 does not: a server may process the request first and then fail.
func (s Step) refuses() bool {
	return s.Kind == RefuseStream || s.Kind == GoAway || s.Status == http.StatusTooManyRequests
}

// filler returns values of a header field with Size bytes in total.
func (s Step) filler() []string {
	const line = 4 << 10
	values := make([]string, 0, s.Size/line+1)
	for left := s.Size; left > 0; left -= line {
		values = append(values, strings.Repeat("x", min(left, line)))
	}
	return values
}

// A Script returns what happens to the nth request of a call, counted from 1. It must
// be safe for concurrent use.
type Script func(call string, nth int) Step

// Play returns a script that applies steps to the requests of each call in order, and
// repeats the last one.
func Play(steps ...Step) Script {
	return func(_ string, nth int) Step {
		if len(steps) == 0 {
			return Step{}
		}
		return steps[min(nth, len(steps))-1]
	}
}

// Draw returns a script that applies a random one of steps with probability p, and else
// responds with a 200. The choice depends only on the seed, the call and nth, not on
// the order in which requests arrive.
func Draw(seed uint64, p float64, steps ...Step) Script {
	return func(call string, nth int) Step {
		h := fnv.New64a()
		_, _ = h.Write([]byte(call)) // never fails
		dice := rand.New(rand.NewPCG(seed, h.Sum64()+uint64(nth)))
		if len(steps) == 0 || dice.Float64() >= p {
			return Step{}
		}
		return steps[dice.IntN(len(steps))]
	}
}
