package redis_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// F2: a program that ends takes its share with it.
func TestCloseGivesTheSharesBack(t *testing.T) {
	t.Parallel()
	addr := startServer(t).addr
	ends, stays := newStore(t, connect(t, options(addr))), newStore(t, connect(t, options(addr)))
	gone := members(ends, "key", 3, fleetRate())
	for _, m := range gone {
		m.must(t, ratelimit.Ask{Want: 2})
	}
	gone[2].must(t, ratelimit.Ask{Leave: true})
	m := members(stays, "key", 4, fleetRate())[3]
	require.Equal(t, 3, m.must(t, ratelimit.Ask{Want: 1}).Members)
	require.NoError(t, ends.Close())
	assert.Equal(t, 1, m.must(t, ratelimit.Ask{Want: 1}).Members)
	_, err := gone[0].ask(ratelimit.Ask{Want: 1})
	assert.ErrorContains(t, err, "redis: the store is closed")
}
