package transport_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// An observing layer has a place in the order of layers.
type observing struct {
	layer.Link

	before, after func(req *http.Request)
}

func (o *observing) RoundTrip(req *http.Request) (*http.Response, error) {
	o.before(req)
	resp, err := o.Send(req)
	o.after(req)
	return resp, err
}

// An observer gets the reading of the clock that the record has, unless time has passed since.
func TestObserversShareTheReadingOfTheClock(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		layers        []transport.Middleware
		shared, delay bool
	}{
		"layers with a place": {nil, true, false},
		"a delay":             {nil, true, true},
		"a foreign layer":     {[]transport.Middleware{layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) { return next.RoundTrip(req) })}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				reads := func(req *http.Request, want time.Duration) {
					assert.Equal(t, want, record.Now(req.Context()).Sub(begun))
				}
				pick := func(shared, read time.Duration) time.Duration {
					if row.shared {
						return shared
					}
					return read
				}
				watch := func(next http.RoundTripper) http.RoundTripper {
					return &observing{
						layer.NewLink("observing", layer.AtCall, next), func(req *http.Request) {
							time.Sleep(time.Second)
							reads(req, pick(0, time.Second))
							assert.Equal(t, row.shared, record.AttemptOf(req.Context()).AtOnce)
						}, func(req *http.Request) {
							time.Sleep(time.Second)
							trip, _ := record.NodeOf(req.Context()).(record.Trip)
							report := trip.Report()
							assert.Equal(t, pick(3*time.Second, 4*time.Second), report.Now.Sub(begun))
							assert.Equal(t, "GET /things", report.Route)
							assert.Equal(t, transport.CallFrom(req.Context()).TransactionID(), report.ID)
							assert.Equal(t, 1, report.Attempts)
							assert.False(t, record.AttemptOf(req.Context()).AtOnce)
							if row.delay {
								record.Delay(req.Context())
								reads(req, 4*time.Second)
							}
						},
					}
				}
				base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					reads(req, time.Second)
					time.Sleep(2 * time.Second)
					return answer(http.StatusOK)(req)
				})
				rt := transport.Chain(base, append([]transport.Middleware{watch}, row.layers...)...)
				resp, err := rt.RoundTrip(get(t, transport.WithRoute(t.Context(), "GET /things")))
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				time.Sleep(time.Minute)
				reads(resp.Request, 64*time.Second)
			})
		})
	}
}

// An observer's fact is stored once, and found with the number of an attempt.
func TestAnObserversFactIsStoredOnce(t *testing.T) {
	t.Parallel()
	type fact struct{ n int }
	ctx, call := transport.Begin(t.Context())
	var now time.Time
	stored, found := record.Observe(record.NodeOf(ctx), &fact{1}, &now)
	assert.False(t, found, stored)
	first, found := record.Observe(record.NodeOf(ctx), &fact{2}, &now)
	assert.True(t, found)
	assert.Equal(t, &fact{1}, first)
	assert.WithinDuration(t, time.Now(), now, time.Minute)
	rt := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		again, found := record.Observe(record.NodeOf(req.Context()), &fact{3}, &now)
		assert.True(t, found)
		assert.Equal(t, &fact{1}, again)
		a, known := record.AttemptWith[*fact](req.Context())
		assert.Equal(t, &fact{1}, known)
		assert.Equal(t, record.AttemptOf(req.Context()), a)
		_, none := record.AttemptWith[fact](req.Context())
		assert.Zero(t, none)
		return answer(http.StatusOK)(req)
	}))
	resp, err := rt.RoundTrip(get(t, ctx))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	call.End()
	_, found = record.Observe(record.NodeOf(ctx), fact{4}, &now)
	assert.False(t, found)
	_, late := transport.Fact[fact](call)
	assert.False(t, late, "the record is sealed")
}

// Without a record an observer gets the clock.
func TestAnObserverWithoutARecord(t *testing.T) {
	t.Parallel()
	var now time.Time
	_, found := record.Observe(nil, 1, &now)
	assert.False(t, found)
	assert.WithinDuration(t, time.Now(), now, time.Minute)
	assert.WithinDuration(t, time.Now(), record.Now(t.Context()), time.Minute)
	a, known := record.AttemptWith[int](t.Context())
	assert.Equal(t, record.Attempt{Number: 1}, a)
	assert.Zero(t, known)
}
