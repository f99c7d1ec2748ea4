package network_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport/network"
)

func TestADialThatHangsIsCutByItsOwnClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		for _, row := range []struct {
			opts []network.Option
			want time.Duration
		}{
			{nil, 10 * time.Second},
			{[]network.Option{network.WithDialTimeout(3 * time.Second)}, 3 * time.Second},
		} {
			base, err := network.New(append(row.opts, network.WithDialContext(hang), network.WithoutProxy())...)
			require.NoError(t, err)
			began := time.Now()
			_, err = fetch(t, base, "http://host.test/")
			assert.Equal(t, row.want, time.Since(began))
			op, ok := errors.AsType[*net.OpError](err)
			require.True(t, ok, "%v", err)
			assert.True(t, op.Op == "dial" && op.Timeout())
			assert.NotErrorIs(t, err, context.DeadlineExceeded, "this is not the caller's deadline")
		}
	})
}

func TestTheCallersDeadlineStaysItsOwnDuringADial(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var dialled error
		base, err := network.New(network.WithoutProxy(), network.WithDialContext(func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, dialled = base.DialContext(ctx, "tcp", "host.test:80")
		assert.ErrorIs(t, dialled, context.DeadlineExceeded)
	})
}

type probedConn struct {
	net.Conn
	got    []net.KeepAliveConfig
	err    error
	closed int
}

func (c *probedConn) Close() error {
	c.closed++
	return c.Conn.Close()
}

func (c *probedConn) SetKeepAliveConfig(cfg net.KeepAliveConfig) error {
	c.got = append(c.got, cfg)
	return c.err
}

func TestKeepAliveReachesConnectionsOfAnotherDialFunction(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	conn := &probedConn{Conn: near}
	dial := network.WithDialContext(func(context.Context, string, string) (net.Conn, error) { return conn, nil })
	for _, opts := range [][]network.Option{{dial}, {dial, network.WithKeepAlive(0)}, {dial, network.WithKeepAlive(time.Minute)}} {
		base, err := network.New(append(opts, network.WithoutProxy())...)
		require.NoError(t, err)
		_, err = base.DialContext(t.Context(), "tcp", "host.test:80")
		require.NoError(t, err)
	}
	assert.Equal(t, []net.KeepAliveConfig{{}, {Enable: true, Idle: time.Minute, Interval: time.Minute}}, conn.got)

	conn.err = errors.New("no such option")
	base, err := network.New(dial, network.WithKeepAlive(time.Minute), network.WithoutProxy())
	require.NoError(t, err)
	got, err := base.DialContext(t.Context(), "tcp", "host.test:80")
	require.EqualError(t, err, "network: dial: set keep-alive: no such option")
	assert.Nil(t, got)
	assert.Equal(t, 1, conn.closed)
}
