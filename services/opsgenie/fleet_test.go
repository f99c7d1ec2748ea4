package opsgenie_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/transport"
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

// L5: the limits of an account are shared by domain, and apart from those of other accounts.
func TestAFleetSharesTheLimitsOfAnAccount(t *testing.T) {
	t.Parallel()
	const one, other = "9f8e7d6c-5b4a-4321-8765-0123456789ab", "9f8e7d6c-5b4a-4321-8765-0123456789ac"
	for name, row := range map[string]struct {
		key  string
		opts []opsgenie.Option
		want []string
	}{
		"by the hash of the key": {key: one, want: []string{
			"opsgenie/api.opsgenie.com/a521a351cae8e143893852bcdd3afba2/alert", "opsgenie/api.opsgenie.com/a521a351cae8e143893852bcdd3afba2/search",
		}},
		"by name": {key: other, opts: []opsgenie.Option{opsgenie.WithAccount("acme"), opsgenie.WithRegion(opsgenie.EU)}, want: []string{
			"opsgenie/api.eu.opsgenie.com/acme/alert", "opsgenie/api.eu.opsgenie.com/acme/search",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := &keys{Store: ratelimit.NewMemoryStore(), asked: map[string]bool{}}
				base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
				})
				c, err := opsgenie.New(row.key, append(row.opts, opsgenie.WithFleet(store), opsgenie.WithBase(base))...)
				require.NoError(t, err)
				_, _ = c.Alerts.Get(t.Context(), alert.ByID("a"))
				_, _ = c.Alerts.List(t.Context(), alert.ListRequest{})
				time.Sleep(time.Second)
				store.mu.Lock()
				defer store.mu.Unlock()
				for key := range store.asked {
					assert.NotContains(t, key, row.key)
				}
				for _, want := range row.want {
					assert.Contains(t, store.asked, want)
				}
				assert.Len(t, store.asked, len(row.want))
			})
		})
	}
}

func TestRefusesAnImpossibleFleet(t *testing.T) {
	t.Parallel()
	const key = "9f8e7d6c-5b4a-4321-8765-0123456789ab"
	store := opsgenie.WithFleet(ratelimit.NewMemoryStore())
	for want, opts := range map[string][]opsgenie.Option{
		"store of WithFleet is nil: leave WithFleet out":           {opsgenie.WithFleet(nil)},
		"WithAccount has no effect without WithFleet":              {opsgenie.WithAccount("acme")},
		"account of WithAccount is empty":                          {store, opsgenie.WithAccount(" ")},
		"account of WithAccount contains the credential":           {store, opsgenie.WithAccount("key " + key)},
		"rate 0 limits nothing, so that there is nothing to share": {opsgenie.WithFleet(ratelimit.NewMemoryStore(), ratelimit.WithRate(0, 1))},
	} {
		_, err := opsgenie.New(key, opts...)
		assert.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), key)
	}
}
