package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

func ExampleWithRoute() {
	client := &http.Client{Transport: transport.Chain(answer(200))}
	ctx := transport.WithRoute(context.Background(), "GET /users/{id}")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/users/7", http.NoBody)
	if err != nil {
		panic(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	route, _ := transport.Fact[transport.Route](transport.CallOf(resp))
	fmt.Println(route)
	// Output: GET /users/{id}
}

const usersRoute = "GET /users/{id}"

// routeOf makes a call and returns the route in its record.
func routeOf(t *testing.T, ctx context.Context, rt http.RoundTripper) string {
	t.Helper()
	resp, err := rt.RoundTrip(get(t, ctx))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	route, ok := transport.Fact[transport.Route](transport.CallOf(resp))
	assert.Equal(t, ok, route != "")
	return string(route)
}

// O3: the route of a call is in its record, its log and its events.
func TestAPlainCallHasTheRouteThatIsSet(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p := metrics.NewPublishers()
	var events []metrics.Event
	collect := metrics.ObserverFunc(func(_ context.Context, e metrics.Event) { events = append(events, e) })
	p.API.Subscribe(collect)
	p.HTTP.Subscribe(collect)
	rt := transport.Chain(answer(200), transport.Identity(), logging.Calls(logger), metrics.Calls(p), logging.Attempts(logger), metrics.Attempts(p))
	resp, err := rt.RoundTrip(get(t, transport.WithRoute(t.Context(), usersRoute)))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Len(t, events, 2)
	for _, e := range events {
		assert.Equal(t, usersRoute, e.Shared().Route, e.Channel())
	}
	assert.Equal(t, 2, bytes.Count(log.Bytes(), []byte(`route="`+usersRoute+`"`)), log.String())
	data, err := json.Marshal(transport.CallOf(resp))
	require.NoError(t, err)
	assert.Contains(t, string(data), `"route":"`+usersRoute+`"`)
}

// O3: a route applies to calls made with its context. The innermost route counts, that of
// the first round trip of a record, and an empty one means none.
func TestTheNearestRouteHolds(t *testing.T) {
	t.Parallel()
	rt := transport.Chain(answer(200), transport.Identity())
	set := transport.WithRoute(t.Context(), usersRoute)
	assert.Equal(t, usersRoute, routeOf(t, set, rt))
	assert.Equal(t, usersRoute, routeOf(t, set, rt), "each call that is made with it")
	assert.Empty(t, routeOf(t, t.Context(), rt))
	assert.Empty(t, routeOf(t, transport.WithRoute(set, ""), rt))
	assert.Equal(t, "GET /teams", routeOf(t, transport.WithRoute(set, "GET /teams"), rt))

	begun, call := transport.Begin(set)
	assert.Equal(t, usersRoute, routeOf(t, begun, rt))
	assert.Equal(t, usersRoute, routeOf(t, transport.WithRoute(begun, "GET /teams"), rt), "the first round trip's")
	call.End()
	begun, call = transport.Begin(t.Context())
	assert.Equal(t, "GET /teams", routeOf(t, transport.WithRoute(begun, "GET /teams"), rt))
	call.End()
	begun, call = transport.Begin(set)
	layer.Put(begun, transport.Route("GET /v1/typed"))
	assert.Equal(t, "GET /v1/typed", routeOf(t, begun, rt), "a typed call has its own")
	call.End()
	data, err := json.Marshal(call)
	require.NoError(t, err)
	assert.Contains(t, string(data), `"route":"GET /v1/typed"`)
}

// O3: new requests of a layer, and those with another context, are separate calls.
func TestARouteStaysWithItsCall(t *testing.T) {
	t.Parallel()
	other := transport.Chain(answer(200), transport.Identity())
	var anew, detached, own string
	layered := transport.Chain(answer(200), layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		ctx := req.Context()
		elsewhere := func(ctx context.Context) string {
			again := get(t, ctx)
			again.URL = again.URL.JoinPath("token")
			resp, err := other.RoundTrip(again)
			require.NoError(t, err)
			route, _ := transport.Fact[transport.Route](transport.CallOf(resp))
			return string(route)
		}
		anew, detached, own = elsewhere(ctx), elsewhere(layer.Detach(ctx)), elsewhere(transport.WithRoute(ctx, "POST /token"))
		return next.RoundTrip(req)
	}))
	assert.Equal(t, usersRoute, routeOf(t, transport.WithRoute(t.Context(), usersRoute), layered))
	assert.Equal(t, []string{"", "", "POST /token"}, []string{anew, detached, own})
}
