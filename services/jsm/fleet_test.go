package jsm_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// keys is a store that records the keys that it is asked for.
type keys struct {
	ratelimit.Store

	mu    sync.Mutex
	asked map[string]bool
}

func (s *keys) Lease(ctx context.Context, key string, ask ratelimit.Ask) (ratelimit.Lease, error) {
	s.mu.Lock()
	s.asked[key] = true
	s.mu.Unlock()
	return s.Store.Lease(ctx, key, ask)
}

// L5: the limit of a tenant and credential is shared, and apart from those of others.
func TestAFleetSharesTheLimitOfATenant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &keys{Store: ratelimit.NewMemoryStore(), asked: map[string]bool{}}
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		})
		const cloud, other = "8a7b6c5d-4e3f-4a1b-9c0d-1e2f3a4b5c6d", "8a7b6c5d-4e3f-4a1b-9c0d-1e2f3a4b5c6e"
		ada, bob := auth.Basic("ada@example.com", redact.NewSecret("t0ken-of-ada")), auth.Basic("bob@example.com", redact.NewSecret("t0ken-of-bob"))
		call := func(cloud string, source auth.Source, opts ...jsm.Option) {
			c, err := jsm.New(jsm.CloudID(cloud), source, append(opts, jsm.WithFleet(store), jsm.WithBase(base))...)
			require.NoError(t, err)
			_, _ = c.Alerts.Get(t.Context(), alert.ByID("a"))
		}
		call(cloud, ada)
		call(cloud, ada)
		call(cloud, bob)
		call(other, ada)
		call(other, ada, jsm.WithAccount("acme"))
		call(cloud, bob, jsm.WithAccount("acme"))
		time.Sleep(time.Second)
		store.mu.Lock()
		defer store.mu.Unlock()
		assert.Len(t, store.asked, 4, "three accounts by hash, and one by name")
		assert.Contains(t, store.asked, "jsm/api.atlassian.com/acme")
		for key := range store.asked {
			assert.True(t, strings.HasPrefix(key, "jsm/api.atlassian.com/"), key)
			assert.NotContains(t, key, "t0ken")
		}
	})
}

func TestRefusesAnImpossibleFleet(t *testing.T) {
	t.Parallel()
	for want, opts := range map[string][]jsm.Option{
		"store of WithFleet is nil":                      {jsm.WithFleet(nil)},
		"WithAccount has no effect without WithFleet":    {jsm.WithAccount("acme")},
		"account of WithAccount contains the credential": {jsm.WithFleet(ratelimit.NewMemoryStore()), jsm.WithAccount("t0ken-of-ada")},
	} {
		_, err := jsm.New(jsm.CloudID("8a7b6c5d-4e3f-4a1b-9c0d-1e2f3a4b5c6d"), auth.Basic("ada@example.com", redact.NewSecret("t0ken-of-ada")), opts...)
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "t0ken-of-ada")
	}
}
