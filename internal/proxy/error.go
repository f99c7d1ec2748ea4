package proxy

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// An Error says that a proxy could not be reached, or refused a tunnel. Package
// network gives it its public name and describes it.
type Error struct {
	Status int    // of the proxy's response to CONNECT, not 200; 0 if there was none
	Proxy  string // protocol://host:port, without credentials
	Target string // host:port
	Err    error  // what failed if Status is 0; else what the cloned transport's own OnProxyConnectResponse returned, or nil
}

// Error names proxy, target, status and cause, and no credentials. The status text
// is the standard one: a proxy's own could repeat what it was sent.
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

// NotSent is true: nothing of the request reached its host.
func (e *Error) NotSent() bool { return true }

// Retryable reports whether the same request may pass later. It cannot where the
// proxy refused it with a status below 500, or where Err says so itself.
func (e *Error) Retryable() bool {
	if inner, ok := errors.AsType[interface {
		error
		Retryable() bool
	}](e.Err); ok && !inner.Retryable() {
		return false
	}
	return e.Status == 0 || e.Status >= http.StatusInternalServerError
}

// Unreached reports whether err is that of net/http for a way to a proxy that failed.
func Unreached(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && onTheWay(op)
}

func onTheWay(op *net.OpError) bool { return op.Op == "proxyconnect" || op.Op == "socks connect" }

// cause leaves out what net/http says of the proxy, since Error says more.
func cause(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && onTheWay(op) && op.Err != nil {
		err = op.Err
	}
	if err == nil {
		return "unknown error"
	}
	return err.Error()
}
