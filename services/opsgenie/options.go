package opsgenie

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/poll"
)

// A Region is where an account lives.
type Region string

// The regions. An account lives in one of them, and only there is its key known.
const (
	US      Region = "us"
	EU      Region = "eu"
	Sandbox Region = "sandbox"
)

// URL returns the base URL of a region; empty if it is none of the constants.
func (r Region) URL() string {
	switch r {
	case US:
		return "https://api.opsgenie.com"
	case EU:
		return "https://api.eu.opsgenie.com"
	case Sandbox:
		return "https://api.sandbox.opsgenie.com"
	}
	return ""
}

// config is what the options add up to.
type config struct {
	region     *Region
	url        *string
	plainHTTP  bool
	bottom     []tripware.Option // at most one
	transport  []tripware.Option
	polling    []poll.Option
	autoAlias  bool
	publishers *metrics.Publishers
	maxBody    int64
}

// An Option sets one part of a client. A default is had by leaving its option out.
type Option func(*config)

// WithRegion sets the region of the account. The default is [US].
func WithRegion(r Region) Option { return func(c *config) { c.region = &r } }

// WithBaseURL sets what all paths are joined to, instead of a region: scheme,
// host, perhaps a port and a path. A version such as /v2 at its end is refused, as
// each operation adds its own, and so is the web interface. Creating, acknowledging and closing alerts
// and adding notes work too at the integration events API of Jira Service
// Management, https://api.atlassian.com/jsm/ops/integration, with a key of an
// integration there. It sets an address; for the round tripper that sends the requests
// see [WithBase].
func WithBaseURL(base string) Option { return func(c *config) { c.url = &base } }

// WithPlainHTTP lets the key go to a base URL of scheme http that is not
// loopback, or through a proxy, where anyone on the way can read it. The default
// refuses both. It is [auth.WithPlainHTTP] for the key's origin.
func WithPlainHTTP() Option { return func(c *config) { c.plainHTTP = true } }

// WithBase puts rt at the bottom of the chain: a mock, or a transport of your
// own. The default is that of [tripware.New]; nil is invalid. The address of the API is
// set by [WithBaseURL].
func WithBase(rt http.RoundTripper) Option {
	return func(c *config) { c.bottom = []tripware.Option{tripware.WithBase(rt)} }
}

// WithTransport sets options of the chain, after the defaults of this package:
// retries, connections, proxy, logs, identity, layers of your own. Credentials
// given so replace the API key. Publishers are set by [WithMetrics] alone,
// because typed calls publish on them too.
func WithTransport(opts ...tripware.Option) Option {
	return func(c *config) { c.transport = append(c.transport, opts...) }
}

// WithPolling sets how a wait for an asynchronous request polls, unless the wait
// itself says otherwise. The default is that of [poll.Until]: 10 retries after
// the first probe, full jitter from 200 ms to 5 s.
func WithPolling(opts ...poll.Option) Option {
	return func(c *config) { c.polling = append(c.polling, opts...) }
}

// WithAutoAlias gives each alert that is created without an alias a random one,
// so that its creation can be repeated after any failure without a second alert.
func WithAutoAlias() Option { return func(c *config) { c.autoAlias = true } }

// WithMetrics sets the publishers, which clients may share. The default is a set of
// the client's own; nil is invalid.
func WithMetrics(p *metrics.Publishers) Option { return func(c *config) { c.publishers = p } }

// WithMaxBody sets how many bytes of an answer are read, after decompression.
// The default is [services.DefaultMaxBody]; 0 means no bound.
func WithMaxBody(n int64) Option { return func(c *config) { c.maxBody = n } }

// base returns the base URL; empty if there is none.
func (c *config) base() string {
	switch {
	case c.url != nil:
		return *c.url
	case c.region != nil:
		return cmp.Or(c.region.URL(), US.URL()) // an unknown one is told by check
	}
	return US.URL()
}

// path returns the escaped path of the base URL, without a slash at its end.
func (c *config) path() string {
	u, err := url.Parse(c.base())
	if err != nil {
		return "" // services.New tells
	}
	return strings.TrimRight(u.EscapedPath(), "/")
}

// check returns what is wrong with the options that are this package's own.
func (c *config) check() (faults []error) {
	if c.region != nil && c.region.URL() == "" {
		faults = append(faults, fmt.Errorf("region %q is not one of %s, %s, %s", *c.region, US, EU, Sandbox))
	}
	if c.region != nil && c.url != nil {
		faults = append(faults, errors.New("WithRegion and WithBaseURL exclude each other: leave one of them out"))
	}
	if p := c.publishers; p == nil || p.API == nil || p.HTTP == nil || p.SDK == nil {
		faults = append(faults, errors.New("metrics lack a publisher: make them by metrics.NewPublishers"))
	}
	// A poll whose first answer settles asks once, if its options are possible.
	_, err := poll.Until(context.Background(), func(context.Context) (struct{}, bool, error) {
		return struct{}{}, true, nil
	}, c.polling...)
	return append(faults, err)
}
