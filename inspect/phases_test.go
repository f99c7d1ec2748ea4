package inspect_test

import (
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// T3: the phases of an attempt sum to its elapsed time, wherever it ends.
func TestPhasesSumToElapsed(t *testing.T) {
	t.Parallel()
	lookup := &net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}
	for name, row := range map[string]struct {
		step step
		want inspect.Phases
	}{
		"new connection": {
			step{dns: 2 * ms, connect: 3 * ms, tls: 5 * ms, wait: 7 * ms, head: 11 * ms, status: 200},
			inspect.Phases{DNS: 2 * ms, Connect: 3 * ms, TLS: 5 * ms, Wait: 7 * ms, Head: 11 * ms},
		},
		"without TLS":       {step{connect: 3 * ms, wait: 7 * ms, status: 200}, inspect.Phases{Connect: 3 * ms, Wait: 7 * ms}},
		"reused":            {step{reused: true, wait: 7 * ms, status: 200}, inspect.Phases{Wait: 7 * ms, Reused: true}},
		"dial not used":     {step{dns: ms, connect: 4 * ms, reused: true, wait: 7 * ms, status: 200}, inspect.Phases{Blocked: 5 * ms, Wait: 7 * ms, Reused: true}},
		"unknown host":      {step{dns: 9 * ms, err: lookup}, inspect.Phases{DNS: 9 * ms}},
		"handshake fails":   {step{dns: ms, connect: ms, tls: 9 * ms, err: errors.New("tls: bad")}, inspect.Phases{DNS: ms, Connect: ms, TLS: 9 * ms}},
		"no response":       {step{connect: ms, wait: 9 * ms, err: errReset}, inspect.Phases{Connect: ms, Wait: 9 * ms}},
		"answered at once":  {step{reused: true, status: 200}, inspect.Phases{Reused: true}},
		"slow headers only": {step{reused: true, head: 3 * ms, status: 200}, inspect.Phases{Head: 3 * ms, Reused: true}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, call := transport.Begin(t.Context())
				ctx = retry.WithPolicy(ctx, retry.Off())
				c := client(t, inspect.New(inspect.WithPhases()), row.step.base())
				resp, err := c.Do(request(t, http.MethodGet, "https://api.example.com/", nil).WithContext(ctx))
				if err == nil {
					require.NoError(t, resp.Body.Close())
				}
				call.End()
				got, measured := inspect.PhasesOf(call, 1)
				require.True(t, measured)
				assert.Equal(t, row.want, got)
				sum := got.Blocked + got.DNS + got.Connect + got.TLS + got.Send + got.Wait + got.Head
				assert.InDelta(t, call.Attempts()[0].Elapsed, sum, float64(time.Millisecond))
			})
		})
	}
}

func (s step) base() roundTripper { return script(s) }

// A base that calls no hooks has no phases, instead of wrong ones.
func TestABaseWithoutHooksHasNoPhases(t *testing.T) {
	t.Parallel()
	c := client(t, inspect.New(inspect.WithPhases()), roundTripper(memory))
	resp, _ := send(t, c, request(t, http.MethodGet, "https://api.example.com/", nil))
	_, measured := inspect.PhasesOf(transport.CallOf(resp), 1)
	assert.False(t, measured)
}
