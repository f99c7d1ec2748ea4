package redis_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/contrib/redis"
	"github.com/tripware/tripware/middleware/ratelimit"
)

func TestMain(m *testing.M) {
	goredis.SetLogger(silent{}) // servers end in the middle of tests
	goleak.VerifyTestMain(m)
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// onEach runs a test on miniredis, and on a real server if there is one.
func onEach(t *testing.T, f func(t *testing.T, addr string)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		f(t, miniredis.RunT(t).Addr())
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		f(t, startServer(t).addr)
	})
}

// A server is a redis-server on loopback that ends with the test.
type server struct {
	addr    string
	process *os.Process
}

// startServer starts a real server. Without one the test is skipped.
func startServer(tb testing.TB, args ...string) *server {
	tb.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		tb.Skip("there is no redis-server: apt-get install redis-server")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	addr := listener.Addr().String()
	_, port, err := net.SplitHostPort(addr)
	require.NoError(tb, err)
	listener.Close()
	args = append([]string{"--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", tb.TempDir()}, args...)
	cmd := exec.Command(program, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(tb, cmd.Start())
	s := &server{addr, cmd.Process}
	tb.Cleanup(func() {
		_ = s.process.Signal(syscall.SIGCONT)
		_ = s.process.Kill()
		_ = cmd.Wait()
	})
	require.Eventually(tb, func() bool {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, 15*time.Second, 5*time.Millisecond, "redis-server on port "+port)
	return s
}

// options are those that a store needs.
func options(addr string) *goredis.Options {
	return &goredis.Options{Addr: addr, MaxRetries: -1, ContextTimeoutEnabled: true, DisableIdentity: true}
}

func connect(tb testing.TB, opts *goredis.Options) *goredis.Client {
	tb.Helper()
	rdb := goredis.NewClient(opts)
	tb.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

func newStore(tb testing.TB, rdb goredis.UniversalClient, opts ...redis.Option) *redis.Store {
	tb.Helper()
	store, err := redis.New(rdb, opts...)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, store.Close()) })
	return store
}

// A member asks a store, as a limiter does.
type member struct {
	store ratelimit.Store
	key   string
	name  string
	rates []ratelimit.Rate
	last  ratelimit.Lease
}

// valid is long, so that a test does not fail on a machine that is busy.
const valid = 2 * time.Second

func (m *member) ask(ask ratelimit.Ask) (ratelimit.Lease, error) {
	ask.Member, ask.Rates, ask.Last = m.name, m.rates, m.last
	if ask.Horizon == 0 {
		ask.Horizon = 500 * time.Millisecond
	}
	if ask.Valid == 0 {
		ask.Valid = valid
	}
	lease, err := m.store.Lease(context.Background(), m.key, ask)
	if err == nil {
		m.last = lease
		m.last.Turns, m.last.Paused = nil, 0
	}
	return lease, err
}

// must is ask without an error.
func (m *member) must(tb testing.TB, ask ratelimit.Ask) ratelimit.Lease {
	tb.Helper()
	lease, err := m.ask(ask)
	require.NoError(tb, err)
	return lease
}

func members(store ratelimit.Store, key string, n int, rates ...ratelimit.Rate) []*member {
	all := make([]*member, n)
	for i := range all {
		all[i] = &member{store: store, key: key, name: "member" + strconv.Itoa(i), rates: rates}
	}
	return all
}

func fleetRate() ratelimit.Rate { return ratelimit.Rate{PerSecond: 200, Burst: 50} }

func (m *member) String() string { return fmt.Sprintf("%s of %s", m.name, m.key) }
