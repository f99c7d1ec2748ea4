package retry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// The reasons why a retry loop ended although the last response or error called for a
// retry. The call's record has the reason.
const (
	ReasonAttempts      transport.Reason = "attempts"       // all retries were made
	ReasonElapsed       transport.Reason = "elapsed"        // the next attempt would begin after WithMaxElapsed
	ReasonDeadline      transport.Reason = "deadline"       // the next attempt would begin after the caller's deadline
	ReasonBudget        transport.Reason = "budget"         // the client's retry budget is spent
	ReasonNotReplayable transport.Reason = "not replayable" // the body cannot be sent again
	ReasonBody          transport.Reason = "request body"   // the request body failed, or is longer or shorter than announced
	ReasonMethod        transport.Reason = "method"         // the method is not idempotent, and the request may have been received
	ReasonClassifier    transport.Reason = "classifier"     // the function of WithClassifier returned No
	ReasonHint          transport.Reason = "hint too long"  // the server asks for a longer wait than WithMaxHint
	ReasonLimit         transport.Reason = "limiter"        // the limiter would refuse the next attempt
	ReasonBreaker       transport.Reason = "breaker"        // a circuit breaker is open for longer than is left
	ReasonBulkhead      transport.Reason = "bulkhead"       // a bulkhead refused the attempt
	ReasonHost          transport.Reason = "unknown host"   // the host does not exist, after up to three attempts
	ReasonNested        transport.Reason = "nested"         // a retry loop above does the retries
)

// A RetryableError is an error of a layer below that knows whether another attempt may
// succeed. If Retryable returns false, the call ends with the error. If it returns true,
// the attempt is retried like one whose connection broke, depending on the method.
type RetryableError interface {
	error
	Retryable() bool
}

// An UnsentError is an error of a layer below that knows whether any part of the request
// was sent. If NotSent returns true, the attempt is retried for every method, unless it had
// a connection.
type UnsentError interface {
	error
	NotSent() bool
}

// A PostponedError is an error of a layer below, such as an open circuit breaker, that
// refused the attempt before any part of it was sent, and that admits attempts again at a
// known time. The loop makes the next attempt at that time, or a random part later, for every
// method and without asking a [Classifier]. If NotBefore is too late for the limits of time or
// the context's deadline, the call ends at once with [ReasonBreaker]. The retry spends from the
// budget, so that not all calls of an outage wait for its end and then come at the same time.
//
// If NotBefore is zero, the time is unknown, and the loop waits as after other errors. The
// other interfaces of an error are not asked.
type PostponedError interface {
	error
	NotBefore() time.Time
}

// A verdict says whether the outcome of an attempt calls for a retry.
type verdict struct {
	cause       string           // why the attempt should be retried, in a few words; empty if it should not
	reason      transport.Reason // why it must not be retried although it should
	throttled   bool             // the server asked for the retry, which therefore does not spend from the budget
	unknownHost bool
	until       time.Duration // until a layer below admits an attempt, if it said so
}

// verdict returns the verdict on an attempt.
func (c *call) verdict(resp *http.Response, err error) verdict {
	if err != nil {
		return c.verdictOnError(err)
	}
	if resp.StatusCode == http.StatusSwitchingProtocols || resp.StatusCode == http.StatusProxyAuthRequired {
		return verdict{}
	}
	if c.broken != nil {
		if c.over() != nil {
			return verdict{}
		}
		v := verdict{cause: "broken body"}
		if !c.repeatable() {
			v.reason = ReasonMethod
		}
		return v
	}
	return c.verdictOnStatus(resp)
}

func (c *call) verdictOnStatus(resp *http.Response) verdict {
	listed, answer := c.listed(resp), c.classify(resp, nil)
	if !listed && answer != Yes {
		return verdict{}
	}
	v := verdict{cause: statusCause(resp.StatusCode), throttled: throttled(resp)}
	switch {
	case answer == Yes:
	case answer == No:
		v.reason = ReasonClassifier
	case v.throttled || c.repeat == record.RepeatAlways:
	case c.repeat == record.RepeatRefused:
		if resp.StatusCode != http.StatusServiceUnavailable {
			v.reason = ReasonMethod
		}
	case !c.policy.statusAny && !c.idempotent():
		v.reason = ReasonMethod
	}
	return v
}

// listed reports whether the status is to be retried.
func (c *call) listed(resp *http.Response) bool { return c.policy.Fails(resp) }

// throttled reports whether the status of the response asks the client to slow down.
func throttled(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden: // GitHub's secondary limit
		return transport.RateLimitOf(resp).Throttles(resp.StatusCode)
	}
	return false
}

// statusCause returns the text for a status. The common ones need no allocation.
func statusCause(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return "status 429"
	case http.StatusInternalServerError:
		return "status 500"
	case http.StatusBadGateway:
		return "status 502"
	case http.StatusServiceUnavailable:
		return "status 503"
	case http.StatusGatewayTimeout:
		return "status 504"
	}
	return fmt.Sprintf("status %d", status)
}

func (c *call) verdictOnError(err error) verdict {
	if c.over() != nil {
		return verdict{}
	}
	if p, ok := errors.AsType[PostponedError](err); ok && !c.trace.sent() {
		return verdictOnPostponed(p)
	}
	if final(err) {
		return verdict{reason: refusal(err)}
	}
	if c.trace.refusedByCallback() || !header.Sendable(c.req) {
		return verdict{}
	}
	v := verdict{cause: c.causeOf(err), unknownHost: unknownHost(err)}
	switch answer := c.classify(nil, err); {
	case answer == Yes:
	case answer == No:
		v.reason = ReasonClassifier
	case !c.repeatable() && !c.unsent(err):
		v.reason = ReasonMethod
	}
	return v
}

func verdictOnPostponed(err PostponedError) verdict {
	v := verdict{cause: "breaker open"}
	if at := err.NotBefore(); !at.IsZero() {
		v.until = max(0, time.Until(at))
	}
	return v
}

// refusal returns the reason for an error of a layer below that refused the attempt, if it
// has one.
func refusal(err error) transport.Reason {
	if classOf(err) == transport.ClassBulkheadFull {
		return ReasonBulkhead
	}
	return ""
}

// repeatable reports whether an attempt may be retried although the server may have
// processed it.
func (c *call) repeatable() bool {
	switch c.repeat {
	case record.RepeatAlways:
		return true
	case record.RepeatRefused:
		return c.policy.errorAny
	default:
		return c.policy.errorAny || c.idempotent()
	}
}

func (c *call) idempotent() bool { return record.Idempotent(c.req) }

// final reports whether a retry would fail with the same error.
func final(err error) bool {
	if r, ok := errors.AsType[RetryableError](err); ok && !r.Retryable() {
		return true // refused by a limiter, a proxy, or a layer with invalid settings
	}
	return isCertificate(err)
}

func isCertificate(err error) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	_, garbled := errors.AsType[tls.RecordHeaderError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	alert := isOp && op.Op == "remote error" // a TLS alert of the server, about the client's certificate or version
	return verification || authority || host || invalid || garbled || alert
}

// A streamError has the fields of HTTP/2's stream error in net/http, which errors.As
// converts to any type with the same fields. A refused stream was not processed (RFC 9113
// section 8.7).
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

const codeRefusedStream = 7

func (streamError) Error() string { return "stream error" }

// unsent reports whether it is proved that no part of the request was processed. The trace
// takes precedence over the error, which may belong to another request of a layer below,
// except for a refused stream, which belongs to this request.
func (c *call) unsent(err error) bool {
	if stream, ok := errors.AsType[streamError](err); ok && stream.Code == codeRefusedStream {
		return true
	}
	if c.trace.sent() {
		return false
	}
	return c.trace.saw() || noConnection(err)
}

// noConnection reports whether the type of err says that nothing was sent.
func noConnection(err error) bool {
	if n, ok := errors.AsType[UnsentError](err); ok && n.NotSent() {
		return true // such as without a credential, or if a proxy opened no tunnel
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "dial" || op.Op == "proxyconnect")
}

// lacksCredential reports whether the layer that signs the request got no credential.
func lacksCredential(err error) bool { return classOf(err) == transport.ClassCredential }

// classOf returns the class that err names itself, or the empty string.
func classOf(err error) transport.ErrorClass {
	e, ok := errors.AsType[interface {
		error
		ErrorClass() string
	}](err)
	if !ok {
		return ""
	}
	return transport.ErrorClass(e.ErrorClass())
}

// causeOf names the kind of a failed attempt without details, which may be secret.
func (c *call) causeOf(err error) string {
	t, isTimeout := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	switch {
	case lacksCredential(err): // before the others: it wraps the error of another call
		return "no credential"
	case errors.Is(err, ErrAttemptTimeout):
		return "attempt timeout"
	case errors.Is(err, context.DeadlineExceeded) || isTimeout && t.Timeout():
		return "timeout"
	case !c.trace.sent() && (c.trace.saw() || noConnection(err)):
		return "no connection"
	default:
		return "broken connection"
	}
}

// faultOf adds the error of the request's body to err, unless err already wraps it:
// net/http may have copied only its text.
func faultOf(fault, err error) error {
	if _, ok := errors.AsType[*layer.BodyError](err); ok || err == nil {
		return err
	}
	return fmt.Errorf("%w: %w", fault, err)
}
