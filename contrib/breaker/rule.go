package breaker

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// An Outcome is what an attempt says about its server.
type Outcome int

// The outcomes.
const (
	Ignored Outcome = iota // nothing; a probe gives its place back
	Success
	Failure
)

// A Sample is an attempt that has ended.
type Sample struct {
	Request  *http.Request
	Response *http.Response // nil if there is an error; its body must not be read
	Err      error
	Elapsed  time.Duration // until the response headers or the error
}

// patience is how long an attempt must have lasted at least for its caller's deadline to say
// something about the server.
const patience = time.Second

// Classify returns what an attempt says by default; see the package comment. The rule of
// [WithRule] may call it.
func Classify(s Sample) Outcome {
	if s.Err != nil {
		return classifyError(s)
	}
	switch status := s.Response.StatusCode; {
	case status >= http.StatusInternalServerError:
		if transport.CallFrom(s.Request.Context()).Expects(s.Response) {
			return Success
		}
		return Failure
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && transport.RateLimitOf(s.Response).Throttles(status):
		return Ignored
	}
	return Success
}

// classifyError counts errors of the server, the network and the clocks. Others are those of the
// client or of its caller, such as a refusal, a cancellation, or an attempt of a hedge that lost.
func classifyError(s Sample) Outcome {
	switch class := transport.ClassifyError(s.Request, s.Err); {
	case slices.Contains(failures(), class):
		return Failure
	case class == transport.ClassDeadline, class == transport.ClassCallTimeout:
		unsent, ok := errors.AsType[retry.UnsentError](s.Err)
		if s.Elapsed >= patience && !(ok && unsent.NotSent()) {
			return Failure
		}
	}
	return Ignored
}

func failures() []transport.ErrorClass {
	return []transport.ErrorClass{
		transport.ClassAttemptTimeout, transport.ClassTimeout, transport.ClassDNS, transport.ClassRefused, transport.ClassReset,
		transport.ClassTLS, transport.ClassCertificate, transport.ClassProxy, transport.ClassOther,
	}
}

// judge calls the rule. A rule that panics says nothing.
func (b *Breaker) judge(s Sample) (outcome Outcome) {
	defer func() {
		if recover() != nil {
			outcome = Ignored
		}
	}()
	return b.rule(s)
}

// hintOf returns how long the server asks to wait, or 0.
func hintOf(resp *http.Response) time.Duration {
	if resp == nil {
		return 0
	}
	return transport.RateLimitOf(resp).Hint(resp.StatusCode)
}

// causeOf names a failure without details, which may be secret.
func causeOf(req *http.Request, resp *http.Response, err error) string {
	if resp != nil {
		return "status " + strconv.Itoa(resp.StatusCode)
	}
	return string(transport.ClassifyError(req, err))
}
