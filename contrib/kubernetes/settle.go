package kubernetes

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

const retryAfter = "Retry-After"

// hidden returns resp without its Retry-After header until its body is read. client-go decides
// on a retry before it reads the body, and reads the header for its error afterwards.
func hidden(resp *http.Response) *http.Response {
	after := resp.Header[retryAfter]
	if len(after) == 0 {
		return resp
	}
	h := *resp
	h.Header = resp.Header.Clone()
	h.Header.Del(retryAfter)
	h.Body = &revealing{ReadCloser: resp.Body, header: h.Header, after: after}
	return &h
}

// A revealing body adds the Retry-After header of its response when it is first read.
type revealing struct {
	io.ReadCloser

	header http.Header
	after  []string
}

func (r *revealing) Read(p []byte) (int, error) {
	if r.after != nil {
		r.header[retryAfter], r.after = r.after, nil
	}
	return r.ReadCloser.Read(p)
}

// recognizable returns err in a form that client-go takes for a lost connection if it is one:
// it compares with io.EOF, which a chain wraps to add the record of the call.
func recognizable(err error) error {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, end) {
			return end
		}
	}
	return err
}

// settled returns err in a form that client-go does not take for a lost connection, after
// which it would repeat a GET.
func settled(req *http.Request, err error) error {
	if req.Method != http.MethodGet || !isLost(err) {
		return err
	}
	text := phrases().Replace(err.Error())
	if isLost(errors.New(text)) {
		text = "connection lost"
	}
	return &lostError{text: text, cause: err}
}

// isLost reports whether client-go repeats a GET after err.
func isLost(err error) bool {
	return utilnet.IsConnectionReset(err) || utilnet.IsProbableEOF(err) || utilnet.IsHTTP2ConnectionLost(err)
}

// phrases replaces the texts by which client-go knows a lost connection.
func phrases() *strings.Replacer {
	return strings.NewReplacer(
		"connection reset by peer", "connection reset by the server",
		"use of closed network connection", "use of a closed network connection",
		"http2: server sent GOAWAY and closed the connection", "http2: server closed the connection after GOAWAY",
		"http2: client connection lost", "http2: connection lost",
	)
}

// A lostError has the text of a lost connection in other words, and is otherwise its cause,
// but for the syscall.Errno.
type lostError struct {
	text  string
	cause error
}

func (e *lostError) Error() string { return e.text }

// Is reports whether errors.Is matches target in the cause.
func (e *lostError) Is(target error) bool { return errors.Is(e.cause, target) }

// As finds target in the cause, unless it is a syscall.Errno.
func (e *lostError) As(target any) bool {
	if _, number := target.(*syscall.Errno); number {
		return false
	}
	return errors.As(e.cause, target)
}

// Timeout reports whether the cause is a timeout. http.Client asks the error itself.
func (e *lostError) Timeout() bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.cause)
	return ok && t.Timeout()
}
