package retry

import (
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// An Answer is the result of a [Classifier] for one attempt: [Yes], [No] or [AsUsual].
type Answer int

// The results of a classifier.
const (
	AsUsual Answer = iota // the policy decides
	Yes                   // retry, whatever the method and the status
	No                    // do not retry
)

// A Classifier decides whether an attempt is retried if status codes are not enough. For
// example, an API may throttle with a 400 and a code in the body, or mark a 503 as final in
// a header.
//
// The loop calls it for every response and error, except those that are never retried: a
// 101, a 407, a refused certificate, a request that cannot be sent, a request body that
// failed, a refusal of a limiter, and anything after the caller canceled.
//
// If it returns [Yes], the attempt is treated as if its status were listed and its method
// idempotent. All other limits apply: retries, time, budget, and whether the body can be
// sent again. If it returns [No] after an attempt whose status is listed or that failed, the
// call ends with [ReasonClassifier].
//
// A retry after a Yes spends from the retry budget, unless the response throttles. The budget
// is for outages: if a status is expected for a while, such as a 404 after the creation of
// what is read, it would soon be spent. Add [WithoutBudget] for such calls, by [WithPolicy].
//
// A Classifier runs in the call's goroutine and must be safe for concurrent
// use. A panic counts as [AsUsual]; the layer logs the first one with [slog.Default].
type Classifier func(Outcome) Answer

// An Outcome describes an attempt to a [Classifier].
type Outcome struct {
	Method  string
	URL     string      // without user, and with secret parameters masked
	Attempt int         // counted from 1
	Status  int         // zero without a response
	Header  http.Header // of the response; must not be modified
	Err     error       // nil with a response

	resp *http.Response
}

// The limits of [Outcome.Prefix].
const (
	prefixBytes = 4 << 10
	prefixTime  = 100 * time.Millisecond
)

// Prefix returns the beginning of the response's body: up to 4 KiB, or less if they do not
// arrive within 100 ms. The body can still be read from its start. Prefix returns nil if
// there is no response. It must only be called while the classifier runs.
func (o Outcome) Prefix() []byte {
	if o.resp == nil || o.resp.Body == http.NoBody {
		return nil
	}
	prefix, body := layer.Peek(o.resp.Body, prefixBytes, prefixTime)
	o.resp.Body = body
	return prefix
}

// classify calls the policy's classifier.
func (c *call) classify(resp *http.Response, err error) (answer Answer) {
	if c.policy.classifier == nil {
		return AsUsual
	}
	o := Outcome{Method: c.req.Method, URL: redact.URL(c.req.URL), Attempt: c.attempts, Err: err, resp: resp}
	if resp != nil {
		o.Status, o.Header = resp.StatusCode, resp.Header
	}
	record.Delay(c.ctx)
	c.contain(c.ctx, "classifier", func() { answer = c.policy.classifier(o) })
	return answer
}
