package services

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
)

// An outcomeError is a vendor's error for a request that failed, with the id of the request.
type outcomeError struct{ says string }

func (o *outcomeError) Error() string { return o.says }

// S3: a request that was accepted and then failed is an Error that wraps the vendor's, with
// the id of the request, and the route and ids of the call that reported it.
func TestAFinalFailureIsAnError(t *testing.T) {
	t.Parallel()
	_, call := transport.Begin(t.Context())
	m := Metadata{
		Route: "GET /v2/requests/{requestId}", Status: 200, RequestID: "r-2", TransactionID: "t-1", Took: time.Second,
		RateLimit: transport.RateLimit{State: "OK"}, Attempts: 2, more: &origin{call: call},
	}
	cause := &outcomeError{"alert: close: Alert does not exist [request r-1]"}
	err := failed(m, "r-1", cause)
	e, ok := errors.AsType[*Error](err)
	require.True(t, ok)
	require.ErrorIs(t, err, cause)
	assert.Same(t, call, e.Call())
	e.Err, e.call = nil, nil
	assert.Equal(t, &Error{
		Route: m.Route, Status: 200, RequestID: "r-1", TransactionID: "t-1", Took: time.Second, RateLimit: m.RateLimit, Attempts: 2,
	}, e)

	const route = "services: GET /v2/requests/{requestId}: 200: alert: close: "
	for says, want := range map[string]string{
		"alert: close: No such alert [request r-1]":                 route + "No such alert [request r-1] [2 attempts]",
		"alert: close: No such alert":                               route + "No such alert [request r-1, 2 attempts]",
		"alert: close: See https://a.example.com/?token=s [r]\nnow": route + "See https://a.example.com/?token=*** [r] now [request r-1, 2 attempts]",
	} {
		require.EqualError(t, failed(m, "r-1", &outcomeError{says}), want)
	}
	require.NoError(t, failed(m, "r-1", nil))
}

// S3: a success that lacks what the call needs is the server's mistake, not the caller's.
func TestASuccessWithoutAnIDIsTheServersMistake(t *testing.T) {
	t.Parallel()
	m := Metadata{Route: "POST /v2/alerts", Status: 202, TransactionID: "t-1", Attempts: 1}
	for _, cause := range []error{errNoRequestID, errNoEntityID} {
		err := failure(m, ErrResponse, cause)
		require.ErrorIs(t, err, ErrResponse)
		require.NotErrorIs(t, err, ErrArgument)
		require.EqualError(t, err, "services: POST /v2/alerts: 202: "+cause.Error())
		assert.Nil(t, err.Call())
	}
}
