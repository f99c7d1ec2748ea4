package retry_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// traced is a base that runs a step for each attempt, with the trace of that attempt
// and those of all before.
type traced struct {
	http.RoundTripper

	traces []*httptrace.ClientTrace
	steps  []func(traces []*httptrace.ClientTrace) (status int)
}

func (b *traced) Unwrap() http.RoundTripper { return b.RoundTripper }

func (b *traced) RoundTrip(req *http.Request) (*http.Response, error) {
	b.traces = append(b.traces, httptrace.ContextClientTrace(req.Context()))
	switch status := b.steps[len(b.traces)-1](b.traces); status {
	case undialed:
		return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
	case broken:
		return nil, io.ErrUnexpectedEOF
	default:
		return okStatus(req, status), nil
	}
}

// How an attempt can end without a response.
const (
	broken = iota
	undialed
)

func silent(status int) func([]*httptrace.ClientTrace) int {
	return func([]*httptrace.ClientTrace) int { return status }
}

func connects(status int) func([]*httptrace.ClientTrace) int {
	return func(traces []*httptrace.ClientTrace) int {
		last := traces[len(traces)-1]
		last.GetConn("api.example.com:443")
		last.GotConn(httptrace.GotConnInfo{})
		return status
	}
}

func asks(status int) func([]*httptrace.ClientTrace) int {
	return func(traces []*httptrace.ClientTrace) int {
		traces[len(traces)-1].GetConn("api.example.com:443")
		return status
	}
}

// R7: events of an attempt after its end prove nothing about the next one. A POST that failed
// on a base without traces is not retried because an earlier attempt, which a layer below
// had sent twice or which is still dialing, requests a connection.
func TestALateEventProvesNothing(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]func([]*httptrace.ClientTrace) int{
		"after a response": asks(http.StatusTooManyRequests), "after an error": asks(broken), "after an error that nothing announced": silent(undialed),
	} {
		base := &traced{RoundTripper: okBase, steps: []func([]*httptrace.ClientTrace) int{
			first, func(traces []*httptrace.ClientTrace) int { return asks(broken)(traces[:1]) }, connects(http.StatusOK),
		}}
		_, err := atOnce()(base).RoundTrip(postIt(t.Context()))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, name)
		assert.Len(t, base.traces, 2, name)
	}
}

// R8: if the base's callback refuses a server in a handshake that no attempt waits for any
// more, later attempts continue.
func TestALateRefusalEndsNothing(t *testing.T) {
	t.Parallel()
	verifies := &http.Transport{TLSClientConfig: &tls.Config{
		VerifyConnection: func(tls.ConnectionState) error { return nil },
	}}
	base := &traced{RoundTripper: verifies, steps: []func([]*httptrace.ClientTrace) int{
		connects(http.StatusServiceUnavailable),
		func(traces []*httptrace.ClientTrace) int {
			traces[0].TLSHandshakeDone(tls.ConnectionState{}, errors.New("not our server"))
			return connects(broken)(traces)
		},
		connects(http.StatusOK),
	}}
	resp, err := atOnce()(base).RoundTrip(getIt(t.Context()))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Len(t, base.traces, 3)
}

// The attempts of a call share a trace as long as no earlier attempt can write to it.
func TestATraceServesACall(t *testing.T) {
	t.Parallel()
	base := &traced{RoundTripper: okBase, steps: []func([]*httptrace.ClientTrace) int{
		connects(http.StatusTooManyRequests), connects(http.StatusTooManyRequests), asks(broken), connects(http.StatusOK),
	}}
	resp, err := transport.Chain(base, retry.New(retry.WithBaseDelay(0))).RoundTrip(postIt(t.Context()))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Len(t, base.traces, 4)
	assert.Same(t, base.traces[0], base.traces[1])
	assert.Same(t, base.traces[1], base.traces[2])
	assert.NotSame(t, base.traces[2], base.traces[3])
}
