package proxy

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// An Error reports that a proxy could not be reached or refused a tunnel. Package
// network exports and documents it.
type Error struct {
	Status int    // of the proxy's response to CONNECT, never 200; 0 if there was no response
	Proxy  string // protocol://host:port, without credentials
	Target string // host:port
	Err    error  // the cause if Status is 0; else the error of the transport's own OnProxyConnectResponse, or nil
}

// Error returns a text with proxy, target, status and cause, but no credentials. The
// status text is the standard one, since the proxy's own could repeat what it was sent.
func (e *Error) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("network: connect to %s through proxy %s: %s", e.Target, e.Proxy, cause(e.Err))
	}
	s := fmt.Sprintf("network: proxy %s refused CONNECT %s: %d %s", e.Proxy, e.Target, e.Status, http.StatusText(e.Status))
	s = strings.TrimSuffix(s, " ")
	if e.Status == http.StatusProxyAuthRequired {
		s += " (check its username and password)"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// ErrorClass returns the error's class for metrics: see transport.ClassifyError.
func (e *Error) ErrorClass() string { return "proxy" }

// NotSent returns true, because no part of the request reached its host.
func (e *Error) NotSent() bool { return true }

// Retryable reports whether a retry may succeed. It returns false if the proxy refused
// with a status below 500, or if Err has a method Retryable that returns false.
func (e *Error) Retryable() bool {
	if inner, ok := errors.AsType[interface {
		error
		Retryable() bool
	}](e.Err); ok && !inner.Retryable() {
		return false
	}
	return e.Status == 0 || e.Status >= http.StatusInternalServerError
}

// Unreached reports whether err is the error of net/http for a proxy that could not be reached.
func Unreached(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && onTheWay(op)
}

func onTheWay(op *net.OpError) bool { return op.Op == "proxyconnect" || op.Op == "socks connect" }

// cause returns the text of err without the operation that net/http adds, which Error
// describes better.
func cause(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && onTheWay(op) && op.Err != nil {
		err = op.Err
	}
	if err == nil {
		return "unknown error"
	}
	return err.Error()
}
