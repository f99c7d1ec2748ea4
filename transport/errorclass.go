package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/transport/layer"
)

// An ErrorClass is the kind of an error that ended a call or an attempt. It is suitable as a
// label of metrics, since there are no others than these. It is empty if there is no error.
type ErrorClass string

// The classes of errors.
const (
	ClassAttemptTimeout ErrorClass = "attempt_timeout"     // the timeout of an attempt (retry.WithAttemptTimeout)
	ClassCallTimeout    ErrorClass = "call_timeout"        // the timeout of a call (retry.WithCallTimeout)
	ClassDeadline       ErrorClass = "deadline"            // the deadline of the caller's context, or http.Client.Timeout
	ClassCanceled       ErrorClass = "canceled"            // the caller canceled the call
	ClassTimeout        ErrorClass = "timeout"             // another timeout, such as that of the dial or of the TLS handshake
	ClassDNS            ErrorClass = "dns"                 // the host name could not be resolved
	ClassRefused        ErrorClass = "connection_refused"  // nothing listens on the port
	ClassReset          ErrorClass = "connection_reset"    // the connection broke, or the server closed it early
	ClassTLS            ErrorClass = "tls"                 // the TLS handshake failed, but not because of the server's certificate
	ClassCertificate    ErrorClass = "certificate"         // the server's certificate is not valid for the host
	ClassProxy          ErrorClass = "proxy"               // a proxy could not be reached, or refused a tunnel
	ClassRateLimited    ErrorClass = "rate_limited"        // refused by a limiter of this client; not sent
	ClassBreakerOpen    ErrorClass = "breaker_open"        // refused by a circuit breaker of this client; not sent
	ClassHedgeLost      ErrorClass = "hedge_lost"          // canceled by a hedge of this client, since another attempt came first
	ClassBulkheadFull   ErrorClass = "bulkhead_full"       // refused by a bulkhead of this client; not sent
	ClassNotReplayable  ErrorClass = "body_not_replayable" // the request body would have to be read again, and cannot be
	ClassRequestBody    ErrorClass = "request_body"        // the request body failed, or is longer or shorter than announced
	ClassCredential     ErrorClass = "credential"          // no credential could be had, such as a token; not sent
	ClassInvalid        ErrorClass = "invalid"             // invalid settings, or a request that cannot be sent
	ClassOther          ErrorClass = "_OTHER"              // none of these
)

// ClassifyError returns the class of err, with which req or reading its response ended. req
// is the request as the calling layer got it; its context tells the caller's deadline and
// cancellation from others. If err is nil, the class is empty.
//
// An error of another package can name its class by a method ErrorClass() string. Of several
// in the tree of err the outermost counts, and a class that is none of the constants is
// ignored. Everything else is decided by the types of errors, never by their text.
func ClassifyError(req *http.Request, err error) ErrorClass {
	if err == nil {
		return ""
	}
	for _, class := range [...]func(*http.Request, error) ErrorClass{endedByCaller, named, ofBody, ofNetwork, ofEnd} {
		if found := class(req, err); found != "" {
			return found
		}
	}
	return ClassOther
}

// endedByCaller classifies an error because the context of the request has ended.
func endedByCaller(req *http.Request, err error) ErrorClass {
	select {
	case <-req.Cancel: //nolint:staticcheck // deprecated, but net/http still honors it
		return ClassCanceled
	default:
	}
	ctx := req.Context()
	ended, cause := ctx.Err(), context.Cause(ctx)
	switch {
	case ended == nil || !errors.Is(err, ended) && !errors.Is(err, cause):
		return ""
	case ofClock(cause) != "":
		return ofClock(cause)
	case errors.Is(ended, context.DeadlineExceeded):
		return ClassDeadline
	}
	return ClassCanceled
}

// ofClock returns the class of the timeout that ended a context, if it was one of this module's.
// Their contexts end with the error itself. A caller that cancels a call because another one
// timed out wraps that error, so that it is not taken for the timeout of this call.
func ofClock(cause error) ErrorClass {
	if _, own := cause.(interface{ ErrorClass() string }); own {
		return named(nil, cause)
	}
	return ""
}

// named returns the class that an error in the tree of err names.
func named(_ *http.Request, err error) ErrorClass {
	e, ok := errors.AsType[interface {
		error
		ErrorClass() string
	}](err)
	if !ok {
		return ""
	}
	switch class := ErrorClass(e.ErrorClass()); class {
	case ClassAttemptTimeout, ClassCallTimeout, ClassDeadline, ClassCanceled, ClassTimeout, ClassDNS, ClassRefused, ClassReset, ClassTLS,
		ClassCertificate, ClassProxy, ClassRateLimited, ClassBreakerOpen, ClassHedgeLost, ClassBulkheadFull, ClassNotReplayable,
		ClassRequestBody,
		ClassCredential, ClassInvalid:
		return class
	case ClassOther:
	}
	return ""
}

func ofBody(_ *http.Request, err error) ErrorClass {
	if errors.Is(err, layer.ErrNotReplayable) {
		return ClassNotReplayable
	}
	return ""
}

// ofNetwork classifies the errors of the network and of TLS.
func ofNetwork(_ *http.Request, err error) ErrorClass {
	_, dns := errors.AsType[*net.DNSError](err)
	switch {
	case dns:
		return ClassDNS
	case isCertificate(err):
		return ClassCertificate
	case isTLS(err):
		return ClassTLS
	case errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, errWindowsRefused):
		return ClassRefused
	case isReset(err):
		return ClassReset
	}
	return ""
}

// ofEnd classifies what is left: timeouts of the base, and requests that it refuses.
func ofEnd(req *http.Request, err error) ErrorClass {
	t, timeout := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	switch {
	case errors.Is(err, context.Canceled):
		return ClassCanceled
	case timeout && t.Timeout() || errors.Is(err, context.DeadlineExceeded):
		return ClassTimeout
	case !header.Sendable(req):
		return ClassInvalid
	}
	return ""
}

func isCertificate(err error) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	return verification || authority || host || invalid
}

func isTLS(err error) bool {
	_, garbled := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	return garbled || alert || isOp && (op.Op == "remote error" || op.Op == "local error") // alerts, as crypto/tls returns them
}

// The errors of Windows for a connection that is refused, reset and aborted, which package
// syscall does not name on all systems.
const (
	errWindowsRefused = syscall.Errno(10061)
	errWindowsReset   = syscall.Errno(10054)
	errWindowsAborted = syscall.Errno(10053)
)

// A streamError has the fields of HTTP/2's stream error in net/http, which errors.As
// converts to any type with the same fields.
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

func (streamError) Error() string { return "stream error" }

func isReset(err error) bool {
	if _, stream := errors.AsType[streamError](err); stream {
		return true
	}
	for _, broken := range [...]error{
		syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED, errWindowsReset, errWindowsAborted, io.EOF, io.ErrUnexpectedEOF,
	} {
		if errors.Is(err, broken) {
			return true
		}
	}
	return false
}
