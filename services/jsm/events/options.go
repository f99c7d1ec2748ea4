package events

import (
	"net/http"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/front"
)

// config holds the settings of a client.
type config struct{ front.Settings }

// An Option configures [New]. To keep a default, leave its option out.
type Option func(*config)

// WithBaseURL sets the address of the API: scheme, host, and perhaps a port and a path, to
// which the paths of all operations are appended. The default is
// https://api.atlassian.com/jsm/ops/integration, for all regions.
func WithBaseURL(base string) Option { return func(c *config) { c.URL = &base } }

// WithPlainHTTP allows the key to be sent unencrypted, to a base URL of scheme http that is
// not a loopback address or through a proxy, where others can read it. By default both are
// refused.
func WithPlainHTTP() Option { return func(c *config) { c.PlainHTTP = true } }

// WithBase sets the round tripper at the bottom of the chain, such as a mock. The default is
// that of [tripware.New]; nil is invalid. To set the address of the API, use [WithBaseURL].
func WithBase(rt http.RoundTripper) Option {
	return func(c *config) { c.Bottom = []tripware.Option{tripware.WithBase(rt)} }
}

// WithTransport sets options of the chain, such as retries, connections, a proxy, logs, or
// more layers. They apply after the defaults of this package. To set the publishers use
// [WithMetrics]; tripware.WithMetrics has no effect here.
func WithTransport(opts ...tripware.Option) Option {
	return func(c *config) { c.Transport = append(c.Transport, opts...) }
}

// WithMetrics sets the publishers of the client, which clients may share. By default each
// client has its own; nil is invalid.
func WithMetrics(p *metrics.Publishers) Option { return func(c *config) { c.Publishers = p } }

// WithMaxBody limits the size of a response body, after decompression. A longer one is an
// error that matches [services.ErrTooLarge]. The default is [services.DefaultMaxBody]; 0
// means no limit.
func WithMaxBody(n int64) Option { return WithCalls(services.WithMaxBody(n)) }

// WithCalls sets options of the typed calls, such as [services.WithStrictDecoding]. To set the
// publishers use [WithMetrics]; services.WithMetrics has no effect here.
func WithCalls(opts ...services.Option) Option {
	return func(c *config) { c.Calls = append(c.Calls, opts...) }
}

// newConfig returns the defaults, changed by opts.
func newConfig(opts []Option) *config {
	c := &config{front.Settings{Publishers: metrics.NewPublishers()}}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	return c
}
