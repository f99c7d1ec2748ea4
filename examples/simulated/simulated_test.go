// Package simulated shows how to test code that calls Opsgenie against a simulated
// Opsgenie on loopback, which has state, asynchronous results and faults.
package simulated_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// report is the code under test: it creates one alert for each disk and returns its number.
func report(ctx context.Context, client *opsgenie.Client, disk string) (string, error) {
	pending, err := client.Alerts.Create(ctx, alert.CreateRequest{
		Message: disk + " is full", Alias: "disk/" + disk, Responders: []shape.Responder{shape.TeamByName("storage")},
	})
	if err != nil {
		return "", fmt.Errorf("report %s: %w", disk, err)
	}
	got, err := pending.Alert(ctx)
	if err != nil {
		return "", fmt.Errorf("report %s: %w", disk, err)
	}
	return got.Value.TinyID, nil
}

// connect returns a client that retries and polls without waits.
func connect(t *testing.T, server *opsgenietest.Server) *opsgenie.Client {
	t.Helper()
	client, err := opsgenie.New(server.Key, opsgenie.WithBaseURL(server.URL),
		opsgenie.WithPolling(poll.WithBaseDelay(0)),
		opsgenie.WithTransport(tripware.WithRetry(retry.WithBaseDelay(0))))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func TestTheSameDiskIsReportedOnce(t *testing.T) {
	server := opsgenietest.New(t)
	client := connect(t, server)
	first, err := report(t.Context(), client, "/var")
	require.NoError(t, err)
	second, err := report(t.Context(), client, "/var")
	require.NoError(t, err)
	assert.Equal(t, first, second)
	require.Len(t, server.Alerts(), 1)
	assert.Equal(t, 2, server.Alerts()[0].Count)
}

// The response to the first request is lost after the alert was created. Because of the
// alias, it is safe to send the request again.
func TestALostResponseCreatesNoSecondAlert(t *testing.T) {
	server := opsgenietest.New(t)
	lost := server.Inject(opsgenietest.Fault{Route: "POST /v2/alerts", Kind: opsgenietest.Reset, AfterApplying: true})
	_, err := report(t.Context(), connect(t, server), "/var")
	require.NoError(t, err)
	assert.Equal(t, 1, lost.Struck())
	assert.Len(t, server.Alerts(), 1)
}

func TestAnOutageIsAnError(t *testing.T) {
	server := opsgenietest.New(t)
	server.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 503, Times: opsgenietest.Always})
	_, err := report(t.Context(), connect(t, server), "/var")
	require.ErrorIs(t, err, services.ErrServer)
	fault, ok := errors.AsType[*services.Error](err)
	require.True(t, ok)
	assert.Equal(t, 6, fault.Attempts)
}
