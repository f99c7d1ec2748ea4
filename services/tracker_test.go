package services_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// Promise S3: what was accepted and what is resumed are followed alike, and what was refused is no pending.
func TestATrackerFollowsWhatItSentAndWhatItResumes(t *testing.T) {
	t.Parallel()
	w := &work{after: 1, success: true}
	answers := map[string]http.RoundTripper{
		"POST /v2/things/a/repair": always(202, `{"requestId":"r-7"}`),
		"POST /v2/things/b/repair": always(422, `{}`),
	}
	c := open(t, transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if answer := answers[req.Method+" "+req.URL.Path]; answer != nil {
			return answer.RoundTrip(req)
		}
		return w.RoundTrip(req)
	}))
	tracker := services.NewTracker(c, "GET /requests/{requestId}",
		func(p *services.Pending[status, item]) *repair { return &repair{p} },
		func(context.Context, string) (*services.Result[item], error) { return nil, errRefused })
	type request struct {
		ID string `path:"id"`
	}
	accepted, err := tracker.Accept(t.Context(), "POST /v2/things/{id}/repair", request{"a"}, services.SafeToRetry)
	require.NoError(t, err)
	assert.Equal(t, http.StatusAccepted, accepted.Meta.Status)
	for _, p := range []*repair{accepted, tracker.Resume(accepted.RequestID)} {
		id, err := p.ID(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "id-r-7", id)
	}
	refused, err := tracker.Accept(t.Context(), "POST /v2/things/{id}/repair", request{"b"}, services.SafeToRetry)
	require.ErrorIs(t, err, services.ErrInvalid)
	assert.Nil(t, refused)
	_, err = tracker.Resume("").Wait(t.Context())
	require.ErrorIs(t, err, services.ErrArgument)
}
