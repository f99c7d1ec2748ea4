package jsmtest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/events"
	"github.com/tripware/tripware/services/jsm/jsmtest"
	"github.com/tripware/tripware/services/jsm/wire"
	"github.com/tripware/tripware/transport/redact"
)

// connect returns a client that does not wait between attempts and probes.
func connect(tb testing.TB, s *jsmtest.Server, credential auth.Source, opts ...jsm.Option) *jsm.Client {
	tb.Helper()
	c, err := jsm.New(jsm.Site(s.Site), credential, append([]jsm.Option{
		jsm.WithBaseURL(s.URL), jsm.WithPolling(poll.WithBaseDelay(0)), jsm.WithAutoAlias(),
		jsm.WithTransport(
			tripware.WithRetry(retry.WithBaseDelay(0), retry.WithClampedHint(0), retry.WithMaxRetries(8)),
			tripware.WithLimiter(ratelimit.NewLimiter(ratelimit.WithMaxPause(time.Millisecond))),
		),
	}, opts...)...)
	require.NoError(tb, err)
	tb.Cleanup(c.CloseIdleConnections)
	return c
}

func person(s *jsmtest.Server) auth.Source { return auth.Basic(s.Email, redact.NewSecret(s.Token)) }

// S3, S9: a program that creates, reads, acknowledges, notes and closes an alert gets through,
// though the server throttles, breaks connections and cuts responses.
func TestTheClientGetsThroughAStorm(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t, jsmtest.WithSeed(7))
	c := connect(t, s, person(s))
	s.Throttle(jsmtest.DomainAlert, 1)
	s.Inject(jsmtest.Fault{Kind: jsmtest.Reset, AfterApplying: true, Route: "POST " + alerts})
	s.Inject(jsmtest.Fault{Kind: jsmtest.Truncate, Route: "GET " + alerts + "/{id}"})
	pending, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "Disk full", Priority: "P1"})
	require.NoError(t, err)
	made, err := pending.Alert(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "Disk full", made.Value.Message)
	ref := alert.ByID(made.Value.ID)
	pending, err = c.Alerts.Acknowledge(t.Context(), ref)
	require.NoError(t, err)
	_, err = pending.Wait(t.Context())
	require.NoError(t, err)
	_, err = c.Alerts.AddNote(t.Context(), alert.AddNoteRequest{Ref: ref, Note: "seen"})
	require.NoError(t, err)
	pending, err = c.Alerts.Close(t.Context(), ref)
	require.NoError(t, err)
	_, err = pending.Wait(t.Context())
	require.NoError(t, err)
	all := s.Alerts()
	require.Len(t, all, 1, "an alias lets a creation be sent again")
	assert.Equal(t, "closed true 2", fmt.Sprintf("%s %t %d", all[0].Status, all[0].Acknowledged, all[0].Count))
}

// S4: each form of link leads to the next page.
func TestTheClientReadsAllPages(t *testing.T) {
	t.Parallel()
	for _, variants := range [][]jsmtest.Variant{nil, {jsmtest.AbsoluteLinks}, {jsmtest.UnversionedLinks, jsmtest.OtherNames}} {
		s := jsmtest.New(t, jsmtest.WithProcessingPolls(0), jsmtest.WithVariants(variants...))
		c := connect(t, s, person(s))
		for i := range 5 {
			_, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: fmt.Sprint(i), Tags: []string{"a b"}})
			require.NoError(t, err)
		}
		var seen []string
		for each, err := range c.Alerts.All(t.Context(), alert.ListRequest{Query: `tag: "a b"`, Limit: 2, Order: "asc"}) {
			require.NoError(t, err)
			assert.False(t, each.LastOccurred().IsZero())
			seen = append(seen, each.Message)
		}
		assert.Equal(t, "0 1 2 3 4", strings.Join(seen, " "))
	}
}

// The client distinguishes the errors by which requests are refused.
func TestTheClientTellsRefusalsApart(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t, jsmtest.WithBearer("reader", "read:ops-alert:jira-service-management"), jsmtest.WithPlan("Standard"))
	reader := connect(t, s, auth.Bearer(redact.NewSecret("reader")), jsm.WithPrefix(jsm.Gateway))
	_, err := reader.Alerts.List(t.Context(), alert.ListRequest{})
	require.NoError(t, err)
	_, err = reader.Alerts.Close(t.Context(), alert.ByID("x"))
	var scope *wire.ScopeError
	require.ErrorAs(t, err, &scope)
	assert.Contains(t, scope.Scopes, "write:ops-alert:jira-service-management")

	c := connect(t, s, person(s))
	pending, err := c.Alerts.Close(t.Context(), alert.ByID("x"))
	require.NoError(t, err, "accepted")
	_, err = pending.Wait(t.Context())
	require.ErrorIs(t, err, services.ErrFailed)
	require.ErrorContains(t, err, "Alert does not exist")
	_, err = c.Alerts.List(t.Context(), alert.ListRequest{Query: "status: ("})
	require.ErrorContains(t, err, "Query is malformed")
	_, err = c.Alerts.List(t.Context(), alert.ListRequest{Offset: 19_990, Limit: 10})
	require.ErrorIs(t, err, services.ErrInvalid)
	_, err = c.Alerts.Get(t.Context(), alert.ByID("x"))
	require.ErrorIs(t, err, services.ErrNotFound)

	other := connect(t, s, auth.Basic(s.Email, redact.NewSecret("other")))
	_, err = other.Alerts.List(t.Context(), alert.ListRequest{})
	require.ErrorIs(t, err, services.ErrUnauthorised)
}

// The 429 of the gateway states how long to wait only by the time of its reset.
func TestTheClientReadsTheResetOfTheGateway(t *testing.T) {
	t.Parallel()
	ahead := func() time.Time { return time.Now().Add(time.Hour) } // so that the reset is far away
	s := jsmtest.New(t, jsmtest.WithVariants(jsmtest.BareThrottling), jsmtest.WithClock(ahead))
	s.Throttle(jsmtest.DomainAlert, 1)
	c := connect(t, s, person(s), jsm.WithTransport(tripware.WithRetry(retry.Off())))
	_, err := c.Alerts.List(t.Context(), alert.ListRequest{})
	var failed *services.Error
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, services.ErrThrottled)
	assert.Less(t, failed.RateLimit.Remaining, 1)
	assert.Greater(t, failed.RateLimit.Reset, 30*time.Minute)
}

func TestTheEventsClientSendsAlerts(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t, jsmtest.WithProcessingPolls(0))
	c, err := events.New(s.Key, events.WithBaseURL(s.EventsURL))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	_, err = c.Alerts.Create(t.Context(), events.CreateRequest{Message: "m", Alias: "a/b", Responders: []events.Responder{events.TeamByName("Storage")}})
	require.NoError(t, err)
	_, err = c.Alerts.Close(t.Context(), events.ActionRequest{Ref: events.ByAlias("a/b"), User: "bob"})
	require.NoError(t, err)
	a, _ := s.Alert("a/b")
	assert.Equal(t, "closed", a.Status)
}
