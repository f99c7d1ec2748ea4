// Package logging writes calls and attempts to a [slog.Logger].
//
// [Calls] stands above the retry loop and writes one record per call: "http
// call". [Attempts] stands below it and writes one per attempt: "http attempt".
// Waits ("http wait") and bodies ("http body") are records of their own, and are
// off until asked for. One list of options serves both.
//
// No record holds a credential: URLs go without user and query values, headers
// are allow-listed, and all text goes through [redact.Text].
package logging

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// DefaultHeaders returns the headers that are logged unless [WithHeaders] names others.
func DefaultHeaders() []string {
	return []string{
		"Content-Type", "Content-Length", "User-Agent",
		header.RetryAfter, header.RequestID, header.Limit, header.Remaining, header.Reset,
	}
}

// Calls returns a middleware that logs each call once, when its answer or error
// is there: method, URL, route, status, attempts, waits, duration, rate-limit
// state, the reason why retries ended, and the error. Place it above the retry
// loop. A nil logger, or [Off], puts up no layer at all.
func Calls(logger *slog.Logger, opts ...Option) transport.Middleware {
	j := newJournal(logger, KindCall, opts)
	return func(next http.RoundTripper) http.RoundTripper {
		if j == nil {
			return next
		}
		return &calls{Link: layer.NewLink("logging.calls", layer.AtCall, next, j.fault), journal: j}
	}
}

// Attempts returns a middleware that logs each attempt, with its number, when
// its answer or error is there, and the bodies if [WithBodies] asks for them.
// Place it below the retry loop and above what signs. A nil logger, or [Off],
// puts up no layer at all.
func Attempts(logger *slog.Logger, opts ...Option) transport.Middleware {
	j := newJournal(logger, KindAttempt, opts)
	return func(next http.RoundTripper) http.RoundTripper {
		if j == nil {
			return next
		}
		return &attempts{Link: layer.NewLink("logging.attempts", layer.AtAttempt, next, j.fault), journal: j}
	}
}

// An Option sets what is logged, and how. The same list serves [Calls] and
// [Attempts]; each takes what concerns it. A default is had by leaving its option out.
type Option func(*config)

type config struct {
	off     bool
	levels  func(Outcome) slog.Level
	ceiling slog.Level // the highest that levels can return
	headers []string
	query   []string
	bodies  int // bytes of each; zero: none
	waits   bool
	report  func(any)
	faults  []error
}

// Off switches logging off: the middleware puts up no layer.
func Off() Option { return func(c *config) { c.off = true } }

// WithLevels sets the rule that gives each record its level; it must be safe for
// concurrent use. A rule of your own can wrap [DefaultLevel], which is the
// default. Its results are not known in advance, so that a record is prepared
// for unless the handler refuses every level.
func WithLevels(rule func(Outcome) slog.Level) Option {
	return func(c *config) {
		if rule == nil {
			c.faults = append(c.faults, errors.New("logging: levels: rule is nil: leave WithLevels out for DefaultLevel"))
			return
		}
		c.levels, c.ceiling = rule, highest
	}
}

// WithHeaders names the request and response headers that are logged, instead of
// [DefaultHeaders]; without a name none is. Headers that carry credentials
// (Authorization, Proxy-Authorization, Cookie, Set-Cookie, and any
// [redact.SecretName]) cannot be named: every call is refused then.
func WithHeaders(names ...string) Option {
	return func(c *config) {
		c.headers = nil
		for _, name := range names {
			if name == "" || strings.ContainsAny(name, " \t\r\n:") || redact.SecretName(name) {
				c.faults = append(c.faults, fmt.Errorf("logging: headers: %q is not logged: %s", name, unlogged(name)))
			}
			c.headers = append(c.headers, http.CanonicalHeaderKey(name))
		}
	}
}

// unlogged says what is wrong with the name of a header or a query parameter.
func unlogged(name string) string {
	switch {
	case name == "":
		return "the name is empty"
	case redact.SecretName(name):
		return "it holds a secret"
	}
	return "the name is invalid"
}

// WithQuery names the query parameters whose values are logged. The default is
// none: a URL shows the names of its parameters only. One that holds a secret by
// its name ([redact.SecretName]) cannot be named: every call is refused then.
func WithQuery(names ...string) Option {
	return func(c *config) {
		c.query = slices.Clone(names)
		for _, name := range names {
			if name == "" || redact.SecretName(name) {
				c.faults = append(c.faults, fmt.Errorf("logging: query: parameter %q is not logged: %s", name, unlogged(name)))
			}
		}
	}
}

// WithBodies logs so many bytes of the beginning of each request and response body,
// as a record "http body" of [Attempts] at debug level. The default logs no bodies,
// which 0 means too; a negative number is invalid and refuses every call. Only text is logged (text, JSON, XML, forms) that is not encoded, with what
// looks like a secret replaced; a body of any other kind gets no record. Bodies
// are copied aside while they pass: nothing is read in advance, and a response
// body's record comes when its reader reaches its end or closes it.
func WithBodies(bytes int) Option {
	return func(c *config) {
		if bytes < 0 {
			c.faults = append(c.faults, fmt.Errorf("logging: bodies: %d bytes are negative: 0 logs none", bytes))
		}
		c.bodies = bytes
	}
}

// WithWaits logs each wait before an attempt, that of the retry loop and that of a
// limiter, as a record "http wait" of [Calls] at debug level. The record is
// written when the wait begins, with the time that it is expected to take, so that
// the log of a call that is silent tells why. The default is off: a call's record
// tells their sum.
func WithWaits() Option { return func(c *config) { c.waits = true } }

// WithPanicReport sets what is told of a panic in the log handler or the level
// rule. Such a panic costs its record and nothing else; the first of each
// middleware is reported. The default writes an error to [slog.Default]. Nil
// reports nothing.
func WithPanicReport(report func(recovered any)) Option {
	return func(c *config) {
		if c.report = report; report == nil {
			c.report = func(any) {}
		}
	}
}

func reportToDefault(recovered any) {
	slog.Default().Error("logging: a log handler panicked", slog.String("panic", redact.Cut(fmt.Sprint(recovered), redact.MaxError)))
}

// newJournal returns nil when there is nothing to log to.
func newJournal(logger *slog.Logger, kind Kind, opts []Option) *journal {
	c := config{levels: DefaultLevel, ceiling: slog.LevelError, headers: DefaultHeaders(), report: reportToDefault}
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	if c.off || logger == nil {
		return nil
	}
	j := &journal{config: c, logger: logger, kind: kind, fault: errors.Join(c.faults...)}
	j.silent = logger.Handler() == slog.DiscardHandler
	switch logger.Handler().(type) {
	case *slog.JSONHandler, *slog.TextHandler:
		j.pure = true
	}
	for _, name := range c.headers {
		key := strings.ToLower(name)
		j.names = append(j.names, headerName{name: name, request: "request." + key, response: "response." + key})
	}
	return j
}
