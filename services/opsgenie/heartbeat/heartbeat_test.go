package heartbeat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/heartbeat"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v2/heartbeats/nightly%2Fbackup"
	const name = "nightly/backup"
	on := heartbeat.State{Name: "nightly-backup", Enabled: true}
	full := heartbeat.Heartbeat{
		Name: "nightly-backup", Description: "Backup job", Interval: 26, IntervalUnit: heartbeat.Hours, Enabled: true,
		OwnerTeam: shape.OwnerTeam{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"},
		AlertTags: []string{"backup"}, AlertPriority: shape.P2, AlertMessage: "Backup did not report",
		LastPingTime: shape.Time{Time: time.Date(2026, 5, 26, 2, 14, 9, 0, time.UTC)},
	}
	apitest.Run(t, open, []row{
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, heartbeat.CreateRequest{Name: name, Description: "d", Interval: 26, IntervalUnit: heartbeat.Hours, Enabled: services.Set(true),
					OwnerTeam: shape.OwnerTeam{Name: "Storage"}, AlertMessage: "m", AlertTags: []string{"backup"}, AlertPriority: shape.P2}))
			},
			Exchange: apitest.Exact("POST /v2/heartbeats", `{"name":"nightly/backup","description":"d","interval":26,"intervalUnit":"hours","enabled":true,`+
				`"ownerTeam":{"name":"Storage"},"alertMessage":"m","alertTags":["backup"],"alertPriority":"P2"}`, 201, "create"),
			Repeat: services.RetryIfRefused,
			Want:   heartbeat.Heartbeat{Name: "nightly-backup", Enabled: true},
		},
		{ // S10: nothing is disabled because a field was left out.
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, heartbeat.CreateRequest{Name: "n", Interval: 1, IntervalUnit: heartbeat.Days})
			},
			Exchange: apitest.Exact("POST /v2/heartbeats", `{"name":"n","interval":1,"intervalUnit":"days","enabled":true}`, 201, "create"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name: "Create/disabled",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, heartbeat.CreateRequest{Name: "n", Interval: 1, IntervalUnit: heartbeat.Days, Enabled: services.Set(false)})
			},
			Exchange: apitest.Exact("POST /v2/heartbeats", `{"name":"n","interval":1,"intervalUnit":"days","enabled":false}`, 201, "create"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s service) (any, error) {
				got, err := s.Get(ctx, name)
				return withoutOther(got.Value), err
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "get"),
			Want:     full,
		},
		{
			Name: "Get/no name",
			Call: func(ctx context.Context, s service) (any, error) { return s.Get(ctx, "") },
			Err:  services.ErrArgument,
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				got, err := s.List(ctx)
				return []heartbeat.Heartbeat{withoutOther(got.Value[0]), got.Value[1]}, err
			},
			Exchange: apitest.Exact("GET /v2/heartbeats", "", 200, "list"),
			Want:     []heartbeat.Heartbeat{full, {Name: "mail-relay", Interval: 10, IntervalUnit: heartbeat.Minutes, Expired: true}},
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Update(ctx, heartbeat.UpdateRequest{
					Name: name, Description: services.Set("d"), Interval: services.Set(2), IntervalUnit: services.Set(heartbeat.Days), Enabled: services.Set(false),
					OwnerTeam: services.Set(shape.OwnerTeam{ID: "t-1"}), AlertMessage: services.Set("m"), AlertTags: services.Set([]string{"x"}), AlertPriority: services.Set(shape.P5),
				}))
			},
			Exchange: apitest.Exact("PATCH "+at, `{"description":"d","interval":2,"intervalUnit":"days","enabled":false,`+
				`"ownerTeam":{"id":"t-1"},"alertMessage":"m","alertTags":["x"],"alertPriority":"P5"}`, 200, "enable"),
			Repeat: services.SafeToRetry,
			Want:   on,
		},
		{ // S10: empty and null are not the same as left out.
			Name: "Update/to what is empty",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, heartbeat.UpdateRequest{Name: name, Description: services.Set(""), OwnerTeam: services.Null[shape.OwnerTeam](), AlertTags: services.Set([]string{})})
			},
			Exchange: apitest.Exact("PATCH "+at, `{"description":"","ownerTeam":null,"alertTags":[]}`, 200, "enable"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Enable",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Enable(ctx, name))
			},
			Exchange: apitest.Exact("POST "+at+"/enable", "", 200, "enable"),
			Repeat:   services.SafeToRetry,
			Want:     on,
		},
		{
			Name: "Disable",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Disable(ctx, name))
			},
			Exchange: apitest.Exact("POST "+at+"/disable", "", 200, "enable"),
			Repeat:   services.SafeToRetry,
			Want:     on,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, name)
			},
			Exchange: apitest.Exact("DELETE "+at, "", 200, "deleted"),
		},
		{
			Name: "Ping",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Ping(ctx, name)
			},
			Exchange: apitest.Exact("GET "+at+"/ping", "", 202, "ping"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				pong, ok := got.(*services.Result[services.None])
				require.True(tb, ok)
				assert.Equal(tb, "PONG - Heartbeat received", pong.Meta.Result)
			},
		},
	})
}

// withoutOther returns a heartbeat without what it keeps: the milliseconds of its last ping.
func withoutOther(h heartbeat.Heartbeat) heartbeat.Heartbeat {
	h.Other = services.Other{}
	return h
}

// S7: what was read is written back, with all that the struct does not have.
func TestAHeartbeatIsWrittenBackAsItWasRead(t *testing.T) {
	t.Parallel()
	const read = `{"name":"a/b","description":null,"interval":26,"intervalUnit":"hours","enabled":false,"expired":false,"alertTags":[],` +
		`"ownerTeam":{"id":"t-1","color":"red"},"lastPingTime":"2026-05-26T02:14:09.000Z","quiet":{"from":1.50}}`
	var h heartbeat.Heartbeat
	require.NoError(t, json.Unmarshal([]byte(read), &h))
	_, err := apitest.Verify(t.Context(), open, row{
		Call: func(ctx context.Context, s service) (any, error) { return s.Update(ctx, h.Request()) },
		Exchange: apitest.Exchange{Send: "PATCH /v2/heartbeats/a%2Fb", Answer: `{"data":{"name":"a/b"}}`,
			Body: `{"description":null,"interval":26,"intervalUnit":"hours","enabled":false,"alertTags":[],"ownerTeam":{"id":"t-1","color":"red"},"quiet":{"from":1.50}}`},
		Repeat: services.SafeToRetry,
	})
	require.NoError(t, err)
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), heartbeat.CreateRequest{})
	require.EqualError(t, err, "services: POST /v2/heartbeats: argument name is required; "+
		"argument interval must be at least 1; argument intervalUnit is required")
	_, err = s.Update(t.Context(), heartbeat.UpdateRequest{Interval: services.Set(0), IntervalUnit: services.Set(heartbeat.Unit(""))})
	require.EqualError(t, err, "services: PATCH /v2/heartbeats/{name}: "+
		"argument interval must be at least 1; argument intervalUnit is required; argument name is required")
}

func TestAnIntervalIsADuration(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 10*time.Minute, heartbeat.Heartbeat{Interval: 10, IntervalUnit: heartbeat.Minutes}.Every())
	assert.Equal(t, 48*time.Hour, heartbeat.Heartbeat{Interval: 2, IntervalUnit: heartbeat.Days}.Every())
	assert.Zero(t, heartbeat.Heartbeat{Interval: 2, IntervalUnit: "moons"}.Every())
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL.EscapedPath())
		body := io.NopCloser(strings.NewReader(`{"result": "PONG - Heartbeat received", "took": 0.004}`))
		return &http.Response{StatusCode: 202, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	pong, err := heartbeat.New(client).Ping(context.Background(), "nightly backup")
	if err != nil {
		panic(err)
	}
	fmt.Println(pong.Meta.Result)
	// Output:
	// GET /v2/heartbeats/nightly%20backup/ping
	// PONG - Heartbeat received
}
