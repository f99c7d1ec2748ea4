// Package logging logs calls and attempts to a [slog.Logger].
//
// For most uses pass a logger to tripware.WithLogger. In a chain of your own, place
// [Calls] above the retry loop, which logs each call as "http call", and [Attempts] below
// it, which logs each attempt as "http attempt". Both take the same options. Waits
// ("http wait") and bodies ("http body") are separate records, disabled by default. A
// program without a logger can open one with [Config].
//
// Records do not contain credentials: URLs are logged without user and query values, only
// allowed headers are logged, and all text goes through [redact.Text].
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

// DefaultHeaders returns the headers that are logged by default. See [WithHeaders].
func DefaultHeaders() []string {
	return []string{
		"Content-Type", "Content-Length", "User-Agent",
		header.RetryAfter, header.RequestID, header.Limit, header.Remaining, header.Reset,
	}
}

// Calls returns a middleware that logs each call when it returns, with method, URL,
// route, status, attempts, waits, duration, rate-limit state, the reason why retries
// ended, and the error. Place it above the retry loop. If logger is nil, or with [Off],
// the middleware adds no layer.
func Calls(logger *slog.Logger, opts ...Option) transport.Middleware {
	j := newJournal(logger, KindCall, opts)
	return func(next http.RoundTripper) http.RoundTripper {
		if j == nil {
			return next
		}
		return &calls{Link: layer.NewLink("logging.calls", layer.AtCall, next, j.fault), journal: j}
	}
}

// Attempts returns a middleware that logs each attempt when it returns, with its number,
// and its bodies if [WithBodies] is given. Place it below the retry loop and above
// middleware/auth. If logger is nil, or with [Off], the middleware adds no layer.
func Attempts(logger *slog.Logger, opts ...Option) transport.Middleware {
	j := newJournal(logger, KindAttempt, opts)
	return func(next http.RoundTripper) http.RoundTripper {
		if j == nil {
			return next
		}
		return &attempts{Link: layer.NewLink("logging.attempts", layer.AtAttempt, next, j.fault), journal: j}
	}
}

// An Option configures [Calls] and [Attempts]. Pass the same options to both; each uses
// those that apply to it. To keep a default, leave its option out: zero does not stand for
// it.
type Option func(*config)

type config struct {
	off     bool
	levels  func(Outcome) slog.Level
	ceiling slog.Level // the highest that levels can return
	headers []string
	query   []string
	bodies  int // bytes of each body; 0 for none
	waits   bool
	report  func(any)
	faults  []error
}

// Off switches logging off: the middleware adds no layer.
func Off() Option { return func(c *config) { c.off = true } }

// WithLevels sets the function that returns the level of each record. The default is
// [DefaultLevel], which rule may call. It must be safe for concurrent use and not nil.
// Since its results are not known in advance, records are prepared unless the handler is
// disabled at every level.
func WithLevels(rule func(Outcome) slog.Level) Option {
	return func(c *config) {
		if rule == nil {
			c.faults = append(c.faults, errors.New("logging: levels: rule is nil: leave WithLevels out for DefaultLevel"))
			return
		}
		c.levels, c.ceiling = rule, highest
	}
}

// WithHeaders sets the request and response headers that are logged, instead of
// [DefaultHeaders]. Without names, none are logged. Headers that carry credentials
// (Authorization, Proxy-Authorization, Cookie, Set-Cookie, and any [redact.SecretName])
// are invalid and make the middleware refuse every call.
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

// unlogged returns why a header or query parameter cannot be logged.
func unlogged(name string) string {
	switch {
	case name == "":
		return "the name is empty"
	case redact.SecretName(name):
		return "it holds a secret"
	}
	return "the name is invalid"
}

// WithQuery sets the query parameters whose values are logged. By default a URL is logged
// with the names of its parameters only. A parameter with a secret name
// ([redact.SecretName]) is invalid and makes the middleware refuse every call.
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

// WithBodies makes [Attempts] log up to this many bytes of each request and response
// body, as a record "http body" at debug level. The default is 0, which logs no bodies; a
// negative number is invalid and makes the middleware refuse every call.
//
// Only unencoded text is logged (text, JSON, XML, forms), with secrets redacted. Nothing
// is read in advance: the record of a response body is written when its reader reaches
// its end or closes it. [WithoutBodies] makes an exception for single calls.
func WithBodies(bytes int) Option {
	return func(c *config) {
		if bytes < 0 {
			c.faults = append(c.faults, fmt.Errorf("logging: bodies: %d bytes are negative: 0 logs none", bytes))
		}
		c.bodies = bytes
	}
}

// WithWaits makes [Calls] log each wait of the retry loop and of a limiter, as a record
// "http wait" at debug level. The record is written when the wait begins, with its
// expected duration, so that the log explains why a call takes long. By default only
// the sum of the waits is logged, in the call's record.
func WithWaits() Option { return func(c *config) { c.waits = true } }

// WithPanicReport sets a function that is called when the log handler or the function of
// WithLevels panics. Such a panic loses the record, but does not affect the call. Only
// the first panic of each middleware is reported. By default it is logged as an error to
// [slog.Default]; nil reports nothing.
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

// newJournal returns nil if logging is off.
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
