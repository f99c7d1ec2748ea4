package services_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// A repair is a service's own form of a pending request.
type repair struct {
	*services.Pending[status, item]
}

// Promise S3: what was accepted and what is resumed are followed alike, and what was refused is no pending.
func TestATrackerFollowsWhatItSentAndWhatItResumes(t *testing.T) {
	t.Parallel()
	w := &work{after: 1, success: true}
	answers := map[string]http.RoundTripper{
		"POST /v2/things/a/repair": always(202, `{"requestId":"r-7"}`),
		"POST /v2/things/b/repair": always(422, `{}`),
	}
	tracker := services.Tracker[status, item, repair]{
		Client: open(t, transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			return answers[req.Method+" "+req.URL.Path].RoundTrip(req)
		})),
		Tracking: w.tracking(),
		Own:      func(p *services.Pending[status, item]) *repair { return &repair{p} },
	}
	type request struct {
		ID string `path:"id"`
	}
	accepted, err := tracker.Accept(t.Context(), "POST /v2/things/{id}/repair", request{"a"})
	require.NoError(t, err)
	assert.Equal(t, http.StatusAccepted, accepted.Meta.Status)
	for _, p := range []*repair{accepted, tracker.Resume(accepted.RequestID)} {
		id, err := p.ID(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "id-r-7", id)
	}
	refused, err := tracker.Accept(t.Context(), "POST /v2/things/{id}/repair", request{"b"})
	require.ErrorIs(t, err, services.ErrInvalid)
	assert.Nil(t, refused)
	_, err = tracker.Resume("").Wait(t.Context())
	require.ErrorIs(t, err, services.ErrArgument)
}
