package opsgenie_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// S3, R9: the main job, while the server throttles, fails and resets.
func TestAnAlertIsCreatedAwaitedAndReadWhileTheServerMisbehaves(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	throttled := s.Throttle(opsgenietest.DomainAlert, 2)
	lost := s.Inject(opsgenietest.Fault{Kind: opsgenietest.Reset, Route: "POST /v2/alerts", AfterApplying: true})
	broken := s.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 503, Body: "<html>", Route: "GET /v2/alerts/{identifier}"})

	pending, err := c.Alerts.Create(t.Context(), alert.CreateRequest{
		Message: "Replication lag", Alias: "db/lag 1", Priority: shape.P1,
		Responders: []shape.Responder{shape.TeamByName("Storage")},
		Details:    map[string]string{"region": "eu"},
	})
	require.NoError(t, err)
	assert.Equal(t, 4, pending.Meta.Attempts, "two 429s, a lost answer, a success")
	assert.NotEmpty(t, pending.RequestID)
	assert.Equal(t, "Request will be processed", pending.Meta.Result)

	got, err := pending.Alert(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "Replication lag", got.Value.Message)
	assert.Equal(t, shape.P1, got.Value.Priority)
	assert.Equal(t, shape.KindTeam, got.Value.Responders[0].Kind())
	assert.Equal(t, "eu", got.Value.Details["region"])
	assert.False(t, got.Value.CreatedAt.IsZero())
	assert.Equal(t, 2, got.Meta.Attempts)

	status, err := pending.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "db/lag 1", status.Value.Alias)
	id, err := pending.ID(t.Context())
	require.NoError(t, err)
	assert.Equal(t, got.Value.ID, id)

	assert.Len(t, s.Alerts(), 1, "the repeat was de-duplicated by its alias")
	for _, fault := range []*opsgenietest.Injected{throttled, lost, broken} {
		require.NoError(t, fault.Err())
		assert.Positive(t, fault.Struck())
	}
}

// R9: without an alias a lost answer is not repeated; with WithAutoAlias it is.
func TestACreationWithoutAliasIsRepeatedOnlyIfItGetsOne(t *testing.T) {
	t.Parallel()
	fault := opsgenietest.Fault{Kind: opsgenietest.Reset, Route: "POST /v2/alerts", AfterApplying: true}
	in := alert.CreateRequest{Message: "Disk full"}

	s := opsgenietest.New(t)
	s.Inject(fault)
	_, err := dial(t, s).Alerts.Create(t.Context(), in)
	require.Error(t, err)
	s.Settle()
	assert.Len(t, s.Alerts(), 1, "it was created once, although its creator does not know")

	s = opsgenietest.New(t)
	s.Inject(fault)
	pending, err := dial(t, s, opsgenie.WithAutoAlias()).Alerts.Create(t.Context(), in)
	require.NoError(t, err)
	got, err := pending.Alert(t.Context())
	require.NoError(t, err)
	assert.Len(t, s.Alerts(), 1)
	assert.Len(t, got.Value.Alias, 36)
	assert.Empty(t, in.Alias, "the request stays the caller's")
}

// R9: a 500 to a creation without an alias is final, and a 503 is not.
func TestACreationWithoutAliasIsRepeatedWhenItWasRefused(t *testing.T) {
	t.Parallel()
	for status, repeated := range map[int]bool{429: true, 503: true, 500: false, 502: false, 504: false} {
		s := opsgenietest.New(t)
		s.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: status})
		_, err := dial(t, s).Alerts.Create(t.Context(), alert.CreateRequest{Message: "m"})
		assert.Equal(t, repeated, err == nil, "%d: %v", status, err)
		_, err = dial(t, s).Incidents.Create(t.Context(), incident.CreateRequest{Message: "m"})
		require.NoError(t, err)
	}
}

// S9: a note is sent again only after a status that says it was refused.
func TestANoteIsSentAgainOnlyIfItWasRefused(t *testing.T) {
	t.Parallel()
	for status, attempts := range map[int]int{500: 1, 503: 3} {
		s := opsgenietest.New(t)
		s.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: status, Times: 2})
		_, err := dial(t, s).Alerts.AddNote(t.Context(), alert.AddNoteRequest{Ref: alert.ByAlias("x"), Note: "n"})
		assert.Equal(t, attempts == 1, err != nil, "%d: %v", status, err)
		assert.Equal(t, attempts, s.Received(), status)
	}
}

// S3: isSuccess=false is final, typed, and asked for once.
func TestAChangeThatFailsIsATypedError(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	pending, err := c.Alerts.Acknowledge(t.Context(), alert.ActionRequest{Ref: alert.ByID("nobody")})
	require.NoError(t, err)
	_, err = pending.Alert(t.Context())
	require.ErrorIs(t, err, services.ErrFailed)
	cause, ok := errors.AsType[*shape.ActionError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "Alert does not exist", cause.Status)
	failed, ok := errors.AsType[*services.Error](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, pending.RequestID, failed.RequestID)
	assert.ErrorContains(t, err, ": acknowledge failed: Alert does not exist [request "+pending.RequestID)

	sent := s.Received()
	_, again := pending.Wait(t.Context())
	assert.Equal(t, err, again)
	assert.Equal(t, sent, s.Received(), "a final answer is remembered")
}

// S3: the request id is all that another process needs.
func TestAnotherClientResumesFromTheRequestID(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(3))
	first, second := dial(t, s), dial(t, s)
	created, err := first.Incidents.Create(t.Context(), incident.CreateRequest{Message: "Checkout is failing"})
	require.NoError(t, err)
	opened, err := second.Incidents.Resume(created.RequestID).Incident(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "Checkout is failing", opened.Value.Message)

	closed, err := second.Alerts.Close(t.Context(), alert.ActionRequest{Ref: alert.ByID("x")})
	require.NoError(t, err)
	_, err = first.Alerts.Resume(closed.RequestID).Wait(t.Context())
	require.ErrorAs(t, err, new(*shape.ActionError))
}

// S3: WithPolling sets how long a wait goes on, a 404 of another kind ends it.
func TestAWaitEndsAsTheOptionsSay(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(50))
	c := dial(t, s, opsgenie.WithPolling(poll.WithMaxRetries(2)))
	pending, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "m"})
	require.NoError(t, err)
	_, err = pending.Wait(t.Context())
	require.ErrorIs(t, err, poll.ErrUnsettled)
	require.ErrorIs(t, err, services.ErrNotProcessed)
	unsettled, ok := errors.AsType[*poll.UnsettledError](err)
	require.True(t, ok)
	assert.Equal(t, 3, unsettled.Probes)
	_, err = pending.Wait(t.Context(), poll.WithMaxRetries(60))
	require.NoError(t, err, "it can be waited for again")

	before := s.Received()
	_, err = c.Alerts.Resume("no-such-request").Wait(t.Context())
	require.ErrorIs(t, err, services.ErrNotFound)
	assert.NotErrorIs(t, err, services.ErrNotProcessed)
	assert.Equal(t, before+1, s.Received())
}

// S4: pages are fetched as the loop comes to them; breaking off fetches no more.
func TestAListIsReadPageByPage(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithLinkBase("https://api.opsgenie.com"))
	c := dial(t, s)
	for i := range 7 {
		_, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: fmt.Sprintf("alert %d", i)})
		require.NoError(t, err)
	}
	request := alert.ListRequest{Query: "status: open", Limit: 3, Sort: alert.SortCreatedAt, Order: shape.Ascending}
	var messages []string
	for a, err := range c.Alerts.All(t.Context(), request) {
		require.NoError(t, err)
		messages = append(messages, a.Message)
	}
	assert.Len(t, messages, 7)
	assert.Equal(t, "alert 0", messages[0])

	before := s.Received()
	for _, err := range c.Alerts.All(t.Context(), request) {
		require.NoError(t, err)
		break
	}
	assert.Equal(t, before+1, s.Received())

	count, err := c.Alerts.Count(t.Context(), alert.CountRequest{Query: "status: open"})
	require.NoError(t, err)
	assert.Equal(t, 7, count.Value)
}

// S11: to close the alerts of a query loses none of a list that shrinks and grows meanwhile, and
// tries one that cannot be closed once.
func TestEachAlertOfAQueryIsClosedOnce(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(1))
	c := dial(t, s)
	create := func(ctx context.Context, i int) error {
		pending, err := c.Alerts.Create(ctx, alert.CreateRequest{Message: "m", Alias: fmt.Sprint(i)})
		if err == nil {
			_, err = pending.Wait(ctx)
		}
		return err
	}
	for i := range 25 {
		require.NoError(t, create(t.Context(), i))
	}
	stuck := opsgenietest.Fault{Kind: opsgenietest.Status, Status: 403, Route: "POST /v2/alerts/{identifier}/close", Skip: 4}
	require.NoError(t, s.Inject(stuck).Err())

	tried := map[string]int{}
	acted, err := c.Alerts.Each(t.Context(), alert.ListRequest{Query: "status: open", Limit: 10}, func(ctx context.Context, a alert.Alert) error {
		tried[a.ID]++
		if a.Alias == "12" {
			require.NoError(t, create(ctx, 100))
		}
		closing, err := c.Alerts.Close(ctx, alert.ActionRequest{Ref: alert.ByID(a.ID)})
		if err == nil {
			_, err = closing.Wait(ctx)
		}
		return err
	})
	require.NoError(t, err)
	assert.Equal(t, 26, acted.Tried)
	assert.Len(t, tried, 26)
	require.Len(t, acted.Failures, 1)
	assert.ErrorIs(t, acted.Failures[0].Err, services.ErrForbidden)
	assert.Equal(t, 1, tried[acted.Failures[0].Key])
	for _, a := range s.Alerts() {
		assert.Equal(t, a.ID == acted.Failures[0].Key, a.Status == "open", a.ID)
	}
}

// S5: what is sent again after a 503 is the same, to the byte.
func TestAnUploadIsSentAgainWithTheSameBytes(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	_, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "m", Alias: "a"})
	require.NoError(t, err)
	s.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 503, Method: http.MethodPost})

	content := bytes.Repeat([]byte("line of a log\r\n"), 1000)
	added, err := c.Alerts.AddAttachment(t.Context(), alert.AddAttachmentRequest{
		Ref: alert.ByAlias("a"), User: "ada@example.com",
		File: services.File{Name: "../../etc/lag.log", Type: "text/plain", Content: bytes.NewReader(content)},
	})
	require.NoError(t, err)
	assert.Equal(t, 2, added.Meta.Attempts)
	assert.Equal(t, http.StatusCreated, added.Meta.Status)
	sent := s.Requests()
	first, second := sent[len(sent)-2], sent[len(sent)-1]
	assert.Equal(t, first.Body, second.Body)
	assert.Equal(t, "alias", second.Query.Get("alertIdentifierType"))
	assert.NotContains(t, second.Query, "identifierType")

	stored, _ := s.Alert("a")
	require.Len(t, stored.Attachments, 1)
	assert.Equal(t, content, stored.Attachments[0].Content)
	assert.Equal(t, "ada@example.com", stored.Attachments[0].User)

	list, err := c.Alerts.ListAttachments(t.Context(), alert.ByAlias("a"))
	require.NoError(t, err)
	require.Len(t, list.Value, 1)
	assert.Equal(t, added.Value.ID, list.Value[0].ID)
	got, err := c.Alerts.GetAttachment(t.Context(), alert.ByAlias("a"), added.Value.ID)
	require.NoError(t, err)
	assert.NotEmpty(t, got.Value.URL)
	_, err = c.Alerts.RemoveAttachment(t.Context(), alert.RemoveAttachmentRequest{Ref: alert.ByAlias("a"), ID: added.Value.ID})
	require.NoError(t, err)
}
