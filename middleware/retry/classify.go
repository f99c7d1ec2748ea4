package retry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/tripware/tripware/transport"
)

// Why a retry loop ended although the last answer asked for a retry. They stand
// on the call's record.
const (
	ReasonAttempts      transport.Reason = "attempts"       // all retries were made
	ReasonElapsed       transport.Reason = "elapsed"        // the next would pass the largest elapsed time
	ReasonDeadline      transport.Reason = "deadline"       // the next would pass the caller's deadline
	ReasonBudget        transport.Reason = "budget"         // the client's retry budget is spent
	ReasonNotReplayable transport.Reason = "not replayable" // the body cannot be sent again
	ReasonMethod        transport.Reason = "method"         // a repeat might do harm
	ReasonHint          transport.Reason = "hint too long"  // the server asks for a longer wait than is followed
	ReasonNested        transport.Reason = "nested"         // a retry loop above does the retries
)

// wish is what an answer asks for: a retry for a cause, none, or one that is
// forbidden for a reason.
type wish struct {
	cause  string // why the attempt should be repeated, in a few words
	reason transport.Reason
}

// wants reads the answer of an attempt.
func (c *call) wants(resp *http.Response, err error) wish {
	if err != nil {
		return c.wantsError(err)
	}
	status := resp.StatusCode
	if status == http.StatusSwitchingProtocols || status == http.StatusProxyAuthRequired || !c.policy.codes.Match(status) {
		return wish{}
	}
	w := wish{cause: statusCause(status)}
	repeat := c.repeat()
	switch {
	case status == http.StatusTooManyRequests || repeat == transport.RepeatAlways:
	case repeat == transport.RepeatRefused:
		if status != http.StatusServiceUnavailable {
			w.reason = ReasonMethod
		}
	case !c.policy.statusAny && !c.idempotent():
		w.reason = ReasonMethod
	}
	return w
}

// statusCause names a status; the usual ones cost no text of their own.
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

func (c *call) wantsError(err error) wish {
	if c.ctx.Err() != nil || final(err) || !sendable(c.req) {
		return wish{}
	}
	w := wish{cause: causeOf(err)}
	repeat := c.repeat()
	if !c.policy.errorAny && repeat != transport.RepeatAlways && !unsent(err) && !c.trace.unsent() &&
		(repeat == transport.RepeatRefused || !c.idempotent()) {
		w.reason = ReasonMethod
	}
	return w
}

func (c *call) repeat() transport.Repeat {
	if safe, _ := c.req.Context().Value(safeKey{}).(bool); safe {
		return transport.RepeatAlways
	}
	repeat, _ := transport.Fact[transport.Repeat](c.record)
	return repeat
}

// idempotent follows RFC 9110 section 9.2.2, and the draft "The Idempotency-Key
// HTTP Header Field".
func (c *call) idempotent() bool {
	switch c.req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	return len(c.req.Header["Idempotency-Key"]) > 0 || len(c.req.Header["X-Idempotency-Key"]) > 0
}

// sendable reports whether net/http would send a request like this at all; a
// retry could not mend it.
func sendable(req *http.Request) bool {
	if req.URL == nil || req.URL.Host == "" || req.Method != "" && !transport.ValidHeaderName(req.Method) {
		return false
	}
	for name, values := range req.Header {
		if !transport.ValidHeaderName(name) {
			return false
		}
		for _, value := range values {
			if !transport.ValidHeaderValue(value) {
				return false
			}
		}
	}
	return strings.EqualFold(req.URL.Scheme, "http") || strings.EqualFold(req.URL.Scheme, "https")
}

// final reports whether an error stays the same however often the request is sent.
func final(err error) bool {
	if r, ok := errors.AsType[interface {
		error
		Retryable() bool
	}](err); ok && !r.Retryable() {
		return true // a refusal: of a limiter, or of a layer with impossible settings
	}
	if p, ok := errors.AsType[*transport.ProxyError](err); ok {
		return p.Status < http.StatusInternalServerError
	}
	return isCertificate(err)
}

func isCertificate(err error) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	alert := isOp && op.Op == "remote error" // crypto/tls: the server ended TLS with an alert, over our certificate or version
	return verification || authority || host || invalid || record || alert
}

// streamError has the shape of HTTP/2's stream error in net/http, which
// matches any target of the same fields. A refused stream was not processed
// (RFC 9113 section 8.7).
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

const codeRefusedStream = 7

func (streamError) Error() string { return "stream error" }

// unsent reports whether err itself proves that no byte of the request was sent.
func unsent(err error) bool {
	if n, ok := errors.AsType[interface {
		error
		NotSent() bool
	}](err); ok && n.NotSent() {
		return true // a layer below says so: no credential was to be had
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	if _, ok := errors.AsType[*transport.ProxyError](err); ok {
		return true
	}
	stream, ok := errors.AsType[streamError](err)
	return ok && stream.Code == codeRefusedStream
}

// causeOf names the kind of a broken attempt without its details, which may be secret.
func causeOf(err error) string {
	t, isTimeout := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	switch {
	case errors.Is(err, ErrAttemptTimeout):
		return "attempt timeout"
	case errors.Is(err, context.DeadlineExceeded) || isTimeout && t.Timeout():
		return "timeout"
	case unsent(err):
		return "no connection"
	default:
		return "broken connection"
	}
}
