// Package front holds what the clients of package jsm and package events share: settings, and
// the chain that they make.
package front

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/fleet"
	"github.com/tripware/tripware/services/jsm/wire"
)

// Host is the URL of the host that serves all sites.
const Host = "https://api.atlassian.com"

// Settings are those that both clients have.
type Settings struct {
	URL        *string // nil if not set
	PlainHTTP  bool
	Bottom     []tripware.Option // at most one
	Transport  []tripware.Option
	Calls      []services.Option
	Publishers *metrics.Publishers
	Fleet      fleet.Fleet
}

// Base returns the base URL, standard unless another is set. If that is invalid, standard is
// returned with the error, so that the other settings can still be checked.
func (s *Settings) Base(standard string) (*url.URL, error) {
	base, err := services.CheckBase(standard)
	if err != nil || s.URL == nil {
		return base, err
	}
	if err := s.fault(*s.URL); err != nil {
		return base, err
	}
	own, err := services.CheckBase(*s.URL)
	if err != nil {
		return base, err
	}
	return own, nil
}

// fault returns what makes a valid base URL unsuitable, or nil. Whether the URL is valid is
// for [services.CheckBase] to say.
func (s *Settings) fault(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil //nolint:nilerr // CheckBase reports it
	}
	switch version := path.Base(strings.TrimRight(u.Path, "/")); {
	case strings.HasSuffix(strings.ToLower(u.Hostname()), ".atlassian.net"):
		return fmt.Errorf("base URL is that of a site, which does not serve the API: write %s, or leave WithBaseURL out", Host)
	case version == "v1" || version == "v2":
		return fmt.Errorf("base URL ends in /%s, which each operation adds: leave it out", version)
	case u.Scheme == "http" && !s.PlainHTTP && !mistake.Loopback(u.Hostname()):
		u.Scheme = "https"
		return fmt.Errorf("base URL is plain http, so that the credential could be read on the way: write %s, or see WithPlainHTTP", u)
	}
	return nil
}

// Check returns an error that lists what is wrong with the settings, except the base URL.
func (s *Settings) Check() error {
	if p := s.Publishers; p == nil || p.API == nil || p.HTTP == nil || p.SDK == nil {
		return errors.New("metrics lack a publisher: use metrics.NewPublishers")
	}
	return nil
}

// Client returns the HTTP client: the chain with the defaults of both clients, then the user's
// settings, and the publishers, which typed calls share. Account identifies the credential and
// what it is used for; its hash is the key of the limiter.
func (s *Settings) Client(base *url.URL, source auth.Source, account string) (*http.Client, error) {
	var signing []auth.Option
	if s.PlainHTTP {
		signing = append(signing, auth.WithPlainHTTP())
	}
	whole := "jsm-" + fleet.Hash(account)[:16]
	limiter := s.Fleet.Limiter(ratelimit.WithKey(keyOf(base, whole)), whole, "jsm/"+strings.ToLower(base.Host), account)
	headers := append(logging.DefaultHeaders(), wire.HeaderReason, wire.HeaderNearLimit, wire.HeaderTraceID)
	opts := []tripware.Option{
		tripware.WithAuth(base.String(), source, signing...),
		tripware.WithLimiter(limiter, ratelimit.WithReader(wire.ReadLimit)),
		tripware.WithLogger(nil, logging.WithHeaders(headers...)),
	}
	opts = append(slices.Concat(opts, s.Bottom), s.Transport...)
	return tripware.New(append(opts, tripware.WithMetrics(s.Publishers))...)
}

// keyOf returns the limiter's key for requests. One host serves all sites, so the key of
// requests to it is an account's.
func keyOf(base *url.URL, key string) func(*http.Request) string {
	return func(req *http.Request) string {
		switch {
		case req.URL == nil:
			return ""
		case strings.EqualFold(req.URL.Host, base.Host):
			return key
		}
		return strings.ToLower(req.URL.Host)
	}
}

// Unnamed returns the error that err wraps, since what a package below was doing does not help
// the caller of this one.
func Unnamed(err error) error { return cmp.Or(errors.Unwrap(err), err) }
