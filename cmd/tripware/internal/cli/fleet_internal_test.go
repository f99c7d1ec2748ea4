package cli

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/middleware/ratelimit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A hook holds the reply of each script back.
type hook struct{ arrived, pass chan struct{} }

func (hook) DialHook(next goredis.DialHook) goredis.DialHook { return next }

func (hook) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}

func (h hook) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		err := next(ctx, cmd)
		if strings.HasPrefix(cmd.Name(), "eval") {
			h.arrived <- struct{}{}
			<-h.pass
		}
		return err
	}
}

// A share that an ask gets while the command ends is given back too.
func TestAnAskAtTheEndOfACommandLeavesNoShare(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	f, err := openFleet("redis://"+server.Addr(), 30*time.Second)
	require.NoError(t, err)
	h := hook{make(chan struct{}, 10), make(chan struct{})}
	f.rdb.AddHook(h)
	f.tell = t.Errorf
	ask := ratelimit.Ask{Member: "one", Want: 1, Horizon: time.Second, Valid: time.Minute}
	leased := make(chan error)
	go func() {
		_, err := f.Lease(context.Background(), "key", ask)
		leased <- err
	}()
	<-h.arrived
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		f.close()
	}()
	require.Eventually(t, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.closed
	}, 10*time.Second, time.Millisecond)
	close(h.pass)
	require.NoError(t, <-leased)
	<-closed
	fields, err := server.HKeys("tripware:limit:key")
	require.NoError(t, err)
	assert.NotContains(t, fields, "m:one")
	_, err = f.Lease(t.Context(), "key", ask)
	assert.ErrorContains(t, err, "the command has ended")
}
