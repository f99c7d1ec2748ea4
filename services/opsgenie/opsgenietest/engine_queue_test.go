package opsgenietest_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// The server side of S3.
func TestAWriteIsUnknownForSoManyPollsAndThenDone(t *testing.T) {
	t.Parallel()
	for _, polls := range []int{0, 1, 2, 5} {
		s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(polls))
		c := dial(t, s)
		id := c.do("POST", "/v2/alerts", `{"message":"m","alias":"a"}`).body.RequestID
		for range polls {
			r := c.do("GET", "/v2/alerts/requests/"+id, "")
			require.Equal(t, http.StatusNotFound, r.status)
			assert.Equal(t, "RequestNotProcessed", r.header.Get("X-Opsgenie-Errortype"))
			assert.Empty(t, s.Alerts(), "not before its status is known, for a client that only polls")
		}
		for range 2 {
			var out outcome
			c.get("/v2/alerts/requests/"+id, &out)
			assert.True(t, out.IsSuccess)
			assert.Equal(t, "Create", out.Action)
			assert.Equal(t, "a", out.Alias)
			assert.Equal(t, s.Alerts()[0].ID, out.AlertID)
			assert.NotEmpty(t, out.IntegrationID)
			assert.False(t, out.ProcessedAt.IsZero())
		}
	}
}

func TestAWriteThatNobodyAsksForTakesEffectAfterSoManyRequests(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(2))
	c := dial(t, s)
	id := c.do("POST", "/v2/alerts", `{"message":"m","alias":"a"}`).body.RequestID
	for _, want := range []int{404, 404, 200, 200} {
		assert.Equal(t, want, c.do("GET", "/v2/alerts/a?identifierType=alias", "").status)
	}
	for _, want := range []int{404, 404, 200} {
		assert.Equal(t, want, c.do("GET", "/v2/alerts/requests/"+id, "").status, "its status is as slow as ever")
	}
}

func TestWritesTakeEffectInTheirOrder(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(3))
	c := dial(t, s)
	c.do("POST", "/v2/alerts", `{"message":"1","alias":"a"}`)
	c.do("PUT", "/v2/alerts/a/message?identifierType=alias", `{"message":"2"}`)
	c.do("PUT", "/v2/alerts/a/message?identifierType=alias", `{"message":"3"}`)
	assert.Empty(t, s.Alerts())
	s.Settle()
	require.Len(t, s.Alerts(), 1)
	assert.Equal(t, "3", s.Alerts()[0].Message)
	assert.Len(t, s.Alerts()[0].Logs, 3)
}

func TestSettleMakesEveryStatusKnown(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(1000))
	c := dial(t, s)
	first := c.do("POST", "/v2/alerts", `{"message":"m"}`).body.RequestID
	assert.Equal(t, http.StatusNotFound, c.do("GET", "/v2/alerts/requests/"+first, "").status)
	s.Settle()
	assert.Equal(t, http.StatusOK, c.do("GET", "/v2/alerts/requests/"+first, "").status)
}

func TestWritesMayBeProcessedByTheClock(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithProcessingDelay(time.Second), opsgenietest.WithClock(clock.now))
	c := dial(t, s)
	id := c.do("POST", "/v2/alerts", `{"message":"m"}`).body.RequestID
	for range 5 {
		assert.Equal(t, http.StatusNotFound, c.do("GET", "/v2/alerts/requests/"+id, "").status)
	}
	clock.move(time.Second)
	assert.Equal(t, http.StatusOK, c.do("GET", "/v2/alerts/requests/"+id, "").status)
}

func TestAFailedActionIsKnownByItsStatusOnly(t *testing.T) {
	t.Parallel()
	c := dial(t, opsgenietest.New(t))
	out := c.await("POST", "/v2/alerts/nope/acknowledge", `{}`)
	assert.Equal(t, outcome{Action: "Acknowledge", Status: "Alert does not exist", ProcessedAt: out.ProcessedAt, IntegrationID: out.IntegrationID}, out)
	out = c.await("POST", "/v1/incidents/nope/resolve", `{}`)
	assert.Equal(t, outcome{Action: "Resolve", Status: "Incident does not exist", ProcessedAt: out.ProcessedAt, IntegrationID: out.IntegrationID}, out)
}

func TestTheStatusOfAnUnknownRequestIsAPlain404(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	alert := c.do("POST", "/v2/alerts", `{"message":"m"}`).body.RequestID
	for _, path := range []string{"/v2/alerts/requests/nope", "/v1/incidents/requests/" + alert} {
		r := c.do("GET", path, "")
		assert.Equal(t, http.StatusNotFound, r.status)
		assert.Empty(t, r.header.Get("X-Opsgenie-Errortype"))
	}
}

// Under concurrency too, the number of polls per write is exact: what a test
// counts does not depend on the scheduler.
func TestTheNumberOfPollsIsExactForEveryClient(t *testing.T) {
	t.Parallel()
	const clients = 20
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(3))
	c := dial(t, s)
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			r, err := c.try("POST", "/v2/alerts", `{"message":"m"}`)
			if !assert.NoError(t, err) {
				return
			}
			for _, want := range []int{404, 404, 404, 200} {
				status, err := c.try("GET", "/v2/alerts/requests/"+r.body.RequestID, "")
				if assert.NoError(t, err) {
					assert.Equal(t, want, status.status)
				}
			}
		})
	}
	wg.Wait()
	assert.Equal(t, clients*5, s.Received())
}

func TestAThrottledPollIsNoPoll(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(1))
	c := dial(t, s)
	id := c.do("POST", "/v2/alerts", `{"message":"m"}`).body.RequestID
	s.Throttle(opsgenietest.DomainAlert, 3)
	for _, want := range []int{429, 429, 429, 404, 200} {
		assert.Equal(t, want, c.do("GET", "/v2/alerts/requests/"+id, "").status)
	}
}

func TestTimesAreWrittenWithMilliseconds(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(newClock().now))
	c := dial(t, s)
	id := c.done("POST", "/v2/alerts", `{"message":"m"}`).AlertID
	var shown map[string]json.RawMessage
	c.get("/v2/alerts/"+id, &shown)
	assert.Equal(t, `"2026-05-26T09:30:00.120Z"`, string(shown["createdAt"]))
	assert.Regexp(t, `^[0-9a-f-]{36}-1779787800120$`, id)
}
