package jsm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/google/uuid"

	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/wire"
)

// A site requests its cloud id once, and stores it.
type site struct {
	host   string
	client *services.Client // nil if host is invalid

	mu      sync.Mutex
	id      string  // empty until it is known
	running *lookup // nil if none runs
}

// A lookup is one request for the cloud id, which several calls may wait for.
type lookup struct {
	done    chan struct{} // closed when the fields below are set
	id      string
	err     error
	dropped bool // the call that sent the request ended; another must send one
}

// maxTenantInfo is the largest response with a cloud id, in bytes.
const maxTenantInfo = 64 << 10

func newSite(host string, client *http.Client) *site {
	s := &site{host: host}
	s.client, _ = services.New(client, mistake.Scheme(host)+"://"+host, wire.Codec{}, services.WithMaxBody(maxTenantInfo))
	return s // Tenant.check reports an invalid host
}

// below returns the function for [services.WithPathBelow].
func (s *site) below(prefix Prefix) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		id, err := s.cloudID(ctx)
		if err != nil {
			return "", err
		}
		return prefix.path(id), nil
	}
}

// cloudID returns the cloud id. If it is unknown, the first call requests it on its own
// context, and others wait; if that context ends, one of the others takes its place.
func (s *site) cloudID(ctx context.Context) (string, error) {
	for {
		s.mu.Lock()
		if s.id != "" {
			s.mu.Unlock()
			return s.id, nil
		}
		l, first := s.running, s.running == nil
		if first {
			l = &lookup{done: make(chan struct{}), dropped: true}
			s.running = l
		}
		s.mu.Unlock()
		if first {
			s.lead(ctx, l)
			return l.id, l.err
		}
		select {
		case <-l.done:
			if !l.dropped {
				return l.id, l.err
			}
		case <-ctx.Done():
			return "", fmt.Errorf("wait for the cloud id of %s: %w", s.host, context.Cause(ctx))
		}
	}
}

// lead sends the request. It ends the lookup even if a transport panics, as dropped then.
func (s *site) lead(ctx context.Context, l *lookup) {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.id, s.running = cmp.Or(s.id, l.id), nil
		close(l.done)
	}()
	l.id, l.err = s.request(ctx)
	l.dropped = ctx.Err() != nil && l.err != nil
}

// request requests the cloud id, without credentials.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/intro (confirmed)
func (s *site) request(ctx context.Context) (string, error) {
	ctx = auth.WithSource(ctx, auth.None())
	got, err := services.Do[struct {
		CloudID string `json:"cloudId"`
	}](ctx, s.client, "GET /_edge/tenant_info", nil, services.ByMethod)
	switch {
	case err != nil:
		return "", &siteError{s.host, err}
	case uuid.Validate(got.Value.CloudID) != nil:
		return "", &siteError{s.host, errors.New("the response has no cloud id that is a UUID")}
	}
	return got.Value.CloudID, nil
}

// A siteError reports that the cloud id of a site could not be looked up. It matches errors of
// the network and of the context, but not the kind of a response: that was not a response to
// the call that failed.
type siteError struct {
	host string
	err  error
}

func (e *siteError) Error() string {
	text := "look up the cloud id of " + e.host + ": " + e.err.Error()
	if e.Unwrap() == nil {
		text += "; check the name of the site, or pass jsm.CloudID"
	}
	return text
}

func (e *siteError) Unwrap() error {
	if sent, ok := errors.AsType[*services.Error](e.err); ok && sent.Status == 0 {
		return sent.Err
	}
	return nil
}
