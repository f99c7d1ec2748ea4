package opsgenie_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/transport"
)

// watcher keeps the events of all channels that it is subscribed to.
type watcher struct {
	mu     sync.Mutex
	events []metrics.Event
}

func (w *watcher) Notify(_ context.Context, e metrics.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, e)
}

func watch(p *metrics.Publishers) *watcher {
	w := &watcher{}
	for _, channel := range []*metrics.Publisher{p.API, p.HTTP, p.SDK} {
		channel.Subscribe(w, metrics.WithBodies(1<<20))
	}
	return w
}

func (w *watcher) of(channel metrics.Channel) (found []metrics.Event) {
	for _, e := range w.events {
		if e.Channel() == channel {
			found = append(found, e)
		}
	}
	return found
}

// O2, O4: HTTP tells of each attempt, API and SDK of the call, and one
// transaction id joins them.
func TestOneTransactionIDJoinsTheThreeChannels(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	w := watch(c.Metrics)
	s.Throttle(opsgenietest.DomainAlert, 1)
	pending, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "m", Alias: "a"})
	require.NoError(t, err)

	require.Len(t, w.of(metrics.ChannelHTTP), 2)
	require.Len(t, w.of(metrics.ChannelAPI), 1)
	require.Len(t, w.of(metrics.ChannelSDK), 1)
	for _, e := range w.events {
		assert.Equal(t, pending.Meta.TransactionID, e.Shared().TransactionID)
		assert.Equal(t, "POST /v2/alerts", e.Shared().Route)
		assert.Equal(t, "/v2/alerts", e.Shared().ResourcePath)
	}
	api, _ := w.of(metrics.ChannelAPI)[0].(metrics.APIEvent)
	assert.Equal(t, 1, api.Result.RetryCount)
	assert.Equal(t, pending.RequestID, api.Result.RequestID)
	assert.Contains(t, api.Body, "Request will be processed")
	assert.Equal(t, pending.Meta.TransactionID, s.Requests()[0].Header.Get(transport.HeaderTransactionID))
}

// S3: of a wait that needs three probes, no event is an error and no line a warning.
func TestAWaitIsNoFailureForObservers(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(2))
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelInfo}))
	c := dial(t, s, opsgenie.WithTransport(tripware.WithLogger(logger)))
	w := watch(c.Metrics)
	pending, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "m", Alias: "a"})
	require.NoError(t, err)
	_, err = pending.Wait(t.Context())
	require.NoError(t, err)
	var statuses []int
	var expected []bool
	for _, e := range w.of(metrics.ChannelHTTP) {
		attempt, _ := e.(metrics.HTTPEvent)
		statuses = append(statuses, attempt.StatusCode)
		expected = append(expected, attempt.Expected)
		assert.Empty(t, attempt.Error)
	}
	assert.Equal(t, []int{202, 404, 404, 200}, statuses)
	assert.Equal(t, []bool{false, true, true, false}, expected)
	for _, e := range w.of(metrics.ChannelSDK) {
		call, _ := e.(metrics.SDKEvent)
		assert.Empty(t, call.ErrorType+call.ErrorMessage)
	}
	assert.Equal(t, 4, strings.Count(log.String(), `"level":"INFO"`))
	assert.Equal(t, 4, strings.Count(log.String(), "\n"), "nothing above INFO")

	_, err = c.Alerts.GetRequestStatus(t.Context(), "no-such-request")
	require.ErrorIs(t, err, services.ErrNotFound)
	assert.Contains(t, log.String(), `"level":"WARN"`)
}

// O4: what is refused before sending is told on the SDK channel, with the
// field's name.
func TestARefusedCallIsToldOnTheSDKChannel(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	w := watch(c.Metrics)
	_, err := c.Alerts.Create(t.Context(), alert.CreateRequest{})
	require.ErrorIs(t, err, services.ErrArgument)
	require.Len(t, w.events, 1)
	e, ok := w.events[0].(metrics.SDKEvent)
	require.True(t, ok)
	assert.Equal(t, metrics.ErrorTypeValidation, e.ErrorType)
	assert.Contains(t, e.ErrorMessage, "message is required")
	assert.NotEmpty(t, e.TransactionID)
	assert.Zero(t, s.Received())
}

// S6: clients share nothing but what was passed in.
func TestClientsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithReadOnlyKey("read-only"))
	mine := dial(t, s)
	theirs, err := opsgenie.New("read-only", opsgenie.WithBaseURL(s.URL))
	require.NoError(t, err)
	t.Cleanup(theirs.CloseIdleConnections)
	seen := watch(mine.Metrics)
	_, err = theirs.Account.Get(t.Context())
	require.NoError(t, err)
	_, err = theirs.Alerts.Create(t.Context(), alert.CreateRequest{Message: "m"})
	require.ErrorIs(t, err, services.ErrForbidden)
	assert.Empty(t, seen.events)

	shared := metrics.NewPublishers()
	both := watch(shared)
	for range 2 {
		_, err = dial(t, s, opsgenie.WithMetrics(shared)).Account.Get(t.Context())
		require.NoError(t, err)
	}
	assert.Len(t, both.of(metrics.ChannelSDK), 2)
	assert.Len(t, both.of(metrics.ChannelHTTP), 2)
}

// shown returns all the ways in which a value may end up in a log.
func shown(v any) []string {
	texts := []string{fmt.Sprintf("%v", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%s", v), fmt.Sprintf("%q", v)}
	if encoded, err := json.Marshal(v); err == nil {
		texts = append(texts, string(encoded))
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("canary", slog.Any("value", v))
	return append(texts, logged.String())
}

// A3: the key is in no error, metric, record or log.
func TestTheKeyIsShownNowhere(t *testing.T) {
	t.Parallel()
	const canary = "canary-3f9c51e7-key"
	s := opsgenietest.New(t, opsgenietest.WithKey(canary))
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := dial(t, s, opsgenie.WithTransport(tripware.WithLogger(logger, logging.WithBodies(1<<20))))
	w := watch(c.Metrics)
	s.Inject(opsgenietest.Fault{Kind: opsgenietest.Reset, Method: "POST"})
	s.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 500, Method: "GET", Times: 9})

	var texts []string
	_, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "m"})
	require.Error(t, err)
	texts = append(texts, shown(err)...)
	_, err = c.Alerts.Get(t.Context(), alert.ByID("x"))
	require.ErrorIs(t, err, services.ErrServer)
	texts = append(texts, shown(err)...)
	texts = append(texts, shown(transport.CallOfError(err))...)
	pending, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "m", Alias: "a"})
	require.NoError(t, err)
	texts = append(texts, shown(pending.Meta)...)
	texts = append(texts, shown(pending.Meta.Call())...)
	texts = append(texts, shown(c)...)
	texts = append(texts, shown(c.HTTP().Transport)...)
	for _, e := range w.events {
		texts = append(texts, shown(e)...)
	}
	require.NotEmpty(t, log.String())
	texts = append(texts, log.String())
	for _, text := range texts {
		assert.NotContains(t, text, canary)
	}
	require.Len(t, s.Requests(), 8, "the canary was sent: 1 reset, 6 failures, 1 success")
}
