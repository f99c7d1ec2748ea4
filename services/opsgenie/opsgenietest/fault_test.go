package opsgenietest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

const created = `{"message":"m","alias":"a"}`

func faulty(t *testing.T, f opsgenietest.Fault) (*opsgenietest.Server, *client, *opsgenietest.Injected) {
	t.Helper()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	in := s.Inject(f)
	require.NoError(t, in.Err())
	return s, dial(t, s), in
}

func TestAStatusReplacesTheAnswer(t *testing.T) {
	t.Parallel()
	s, c, in := faulty(t, opsgenietest.Fault{
		Kind: opsgenietest.Status, Status: 503, Times: 2, Body: "<html>busy</html>", Header: http.Header{"retry-after": {"7"}},
	})
	for range 2 {
		r := c.do("POST", "/v2/alerts", created)
		assert.Equal(t, http.StatusServiceUnavailable, r.status)
		assert.Equal(t, "<html>busy</html>", string(r.raw))
		assert.Equal(t, "text/html", r.header.Get("Content-Type"))
		assert.Equal(t, "7", r.header.Get("Retry-After"))
		assert.Empty(t, r.header.Get("X-Request-Id"), "a proxy knows no request id")
	}
	assert.Empty(t, s.Alerts(), "nothing was applied")
	assert.Equal(t, http.StatusAccepted, c.do("POST", "/v2/alerts", created).status)
	assert.Equal(t, 2, in.Struck())
	log := s.Requests()
	assert.Equal(t, []string{"status", "status", ""}, []string{log[0].Fault, log[1].Fault, log[2].Fault})
	assert.Equal(t, []int{503, 503, 202}, []int{log[0].Status, log[1].Status, log[2].Status})
}

func TestAStatusWithoutBodyIsTheAPIsOwnError(t *testing.T) {
	t.Parallel()
	_, c, _ := faulty(t, opsgenietest.Fault{
		Kind: opsgenietest.Status, Status: 500, Header: http.Header{"X-Request-Id": nil, "X-RateLimit-State": {"THROTTLED"}},
	})
	r := c.do("GET", "/v2/account", "")
	assert.Equal(t, http.StatusInternalServerError, r.status)
	assert.Equal(t, "Internal Server Error", r.body.Message)
	assert.NotEmpty(t, r.body.RequestID)
	assert.Empty(t, r.header.Get("X-Request-Id"), "nil removes a header")
	assert.Equal(t, "THROTTLED", r.header.Get("X-RateLimit-State"))
}

func TestAResetComesWhereItWasAskedFor(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		fault   opsgenietest.Fault
		head    bool // the client sees status and headers
		body    bool // and a part of the body
		applied bool
	}{
		"before the head":           {fault: opsgenietest.Fault{}},
		"before the head, applied":  {fault: opsgenietest.Fault{AfterApplying: true}, applied: true},
		"after the head":            {fault: opsgenietest.Fault{Point: opsgenietest.AfterHead}, head: true, applied: true},
		"in the middle of the body": {fault: opsgenietest.Fault{Point: opsgenietest.MidBody}, head: true, body: true, applied: true},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.fault.Kind = opsgenietest.Reset
			s, c, _ := faulty(t, row.fault)
			r, err := c.try("POST", "/v2/alerts", created)
			require.Error(t, err)
			require.ErrorIs(t, err, syscall.ECONNRESET)
			assert.Equal(t, row.head, r != nil)
			if row.head {
				assert.Equal(t, http.StatusAccepted, r.status)
				assert.Equal(t, row.body, len(r.raw) > 0)
			}
			assert.Equal(t, row.applied, len(s.Alerts()) == 1)
			assert.Equal(t, "reset", s.Requests()[0].Fault)
			assert.Zero(t, s.Requests()[0].Status)
			assert.Equal(t, http.StatusAccepted, c.do("POST", "/v2/alerts", created).status)
		})
	}
}

func TestATruncatedAnswerEndsHalfWay(t *testing.T) {
	t.Parallel()
	s, c, _ := faulty(t, opsgenietest.Fault{Kind: opsgenietest.Truncate})
	r, err := c.try("POST", "/v2/alerts", created)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NotNil(t, r)
	assert.Equal(t, http.StatusAccepted, r.status)
	assert.NotEmpty(t, r.raw)
	promised, err := strconv.Atoi(r.header.Get("Content-Length"))
	require.NoError(t, err)
	assert.Len(t, r.raw, promised/2, "the head promises all of it")
	assert.Len(t, s.Alerts(), 1)
	assert.Equal(t, "truncate", s.Requests()[0].Fault)
}

func TestAStallEndsWhenTheClientLeaves(t *testing.T) {
	t.Parallel()
	for _, point := range []opsgenietest.Point{opsgenietest.BeforeHead, opsgenietest.AfterHead, opsgenietest.MidBody} {
		s, c, in := faulty(t, opsgenietest.Fault{Kind: opsgenietest.Stall, Point: point})
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, "POST", s.URL+"/v2/alerts", strings.NewReader(created))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		ended := make(chan error)
		go func() {
			_, err := c.send(req)
			ended <- err
		}()
		require.Eventually(t, func() bool { return in.Held() == 1 }, 10*time.Second, time.Millisecond)
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		require.Eventually(t, func() bool { return in.Held() == 0 }, 10*time.Second, time.Millisecond)
		assert.Equal(t, 1, in.Struck())
		assert.Equal(t, http.StatusAccepted, c.do("POST", "/v2/alerts", created).status)
	}
}

func TestCloseLetsStalledAndSlowRequestsGo(t *testing.T) {
	t.Parallel()
	s, err := opsgenietest.Start()
	require.NoError(t, err)
	stall := s.Inject(opsgenietest.Fault{Kind: opsgenietest.Stall, Times: 2})
	slow := s.Inject(opsgenietest.Fault{Kind: opsgenietest.Slow, Latency: time.Hour})
	c := dial(t, s)
	ended := make(chan error)
	for range 3 {
		go func() {
			_, err := c.try("GET", "/v2/account", "")
			ended <- err
		}()
	}
	require.Eventually(t, func() bool { return stall.Held() == 2 && slow.Held() == 1 }, 10*time.Second, time.Millisecond)
	s.Close()
	assert.Zero(t, stall.Held()+slow.Held(), "none of its goroutines is left")
	for range 3 {
		assert.Error(t, <-ended)
	}
}

func TestCloseLetsAPipelinedStallGo(t *testing.T) {
	t.Parallel()
	s, err := opsgenietest.Start()
	require.NoError(t, err)
	stall := s.Inject(opsgenietest.Fault{Kind: opsgenietest.Stall})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	const request = "GET /v2/account HTTP/1.1\r\nHost: x\r\n\r\n"
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return stall.Held() == 1 }, 10*time.Second, time.Millisecond)
	_, err = io.WriteString(conn, request) // from here on net/http does not look at the connection
	require.NoError(t, err)
	dial(t, s).do("GET", "/v2/account", "") // so that the server has had time to read it
	s.Close()
	assert.Zero(t, stall.Held())
}

// A truncated response is not reset: a client that still sends a body receives it.
func TestATruncatedAnswerReachesWhoIsStillSending(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithMaxBody(1))
	require.NoError(t, s.Inject(opsgenietest.Fault{Kind: opsgenietest.Truncate, Times: opsgenietest.Always}).Err())
	for range 50 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
		const size = 512 << 10
		_, err = fmt.Fprintf(conn, "POST /v2/alerts HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
		require.NoError(t, err)
		got, err := io.ReadAll(conn)
		require.NoError(t, err)
		assert.Contains(t, string(got), "HTTP/1.1 4")
		require.NoError(t, conn.Close())
	}
}

func TestASlowAnswerIsTheRightOne(t *testing.T) {
	t.Parallel()
	_, c, _ := faulty(t, opsgenietest.Fault{Latency: 20 * time.Millisecond})
	before := time.Now()
	assert.Equal(t, http.StatusAccepted, c.do("POST", "/v2/alerts", created).status)
	assert.GreaterOrEqual(t, time.Since(before), 20*time.Millisecond)
}

func TestAFaultStrikesTheRequestsItChooses(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	status := func(code int, f opsgenietest.Fault) {
		f.Kind, f.Status = opsgenietest.Status, code
		require.NoError(t, s.Inject(f).Err())
	}
	status(501, opsgenietest.Fault{Route: "POST /v2/alerts/{identifier}/close", Skip: 1})
	status(502, opsgenietest.Fault{Domain: opsgenietest.DomainSearch, Times: opsgenietest.Always})
	status(503, opsgenietest.Fault{Method: "DELETE", AfterApplying: true})
	status(504, opsgenietest.Fault{Match: func(r opsgenietest.Request) bool { return strings.Contains(string(r.Body), "needle") }})
	for _, row := range []struct {
		method, path, body string
		want               int
	}{
		{"POST", "/v2/alerts", created, 202},
		{"POST", "/v2/alerts/a/close?identifierType=alias", "", 202},
		{"POST", "/v2/alerts/a/close?identifierType=alias", "", 501},
		{"POST", "/v2/alerts/a/close?identifierType=alias", "", 202},
		{"GET", "/v2/alerts", "", 502},
		{"GET", "/v2/alerts/count", "", 200},
		{"GET", "/v2/alerts", "", 502},
		{"POST", "/v2/alerts", `{"message":"needle"}`, 504},
		{"POST", "/v2/alerts", `{"message":"needle"}`, 202},
		{"DELETE", "/v2/alerts/a?identifierType=alias", "", 503},
		{"GET", "/v2/alerts/a?identifierType=alias", "", 404},
		{"GET", "/nowhere", "", 404},
	} {
		assert.Equal(t, row.want, c.do(row.method, row.path, row.body).status, row.method+" "+row.path)
	}
}

func TestAStoppedFaultStrikesNoMore(t *testing.T) {
	t.Parallel()
	s, c, in := faulty(t, opsgenietest.Fault{Kind: opsgenietest.Status, Status: 500, Times: opsgenietest.Always})
	for range 3 {
		assert.Equal(t, 500, c.do("GET", "/v2/account", "").status)
	}
	in.Stop()
	in.Stop()
	assert.Equal(t, 200, c.do("GET", "/v2/account", "").status)
	assert.Equal(t, 3, in.Struck())
	assert.Equal(t, 4, s.Received())
}

func TestAnInvalidFaultIsReportedByEveryResponse(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	rows := map[string]opsgenietest.Fault{
		"unknown kind":      {Kind: 9},
		"no latency":        {},
		"unknown route":     {Kind: opsgenietest.Reset, Route: "POST /v2/nothing"},
		"unknown domain":    {Kind: opsgenietest.Reset, Domain: "nobody"},
		"negative skip":     {Kind: opsgenietest.Reset, Skip: -1},
		"negative times":    {Kind: opsgenietest.Reset, Times: -2},
		"chance 1.5":        {Kind: opsgenietest.Reset, Chance: 1.5},
		"negative latency":  {Kind: opsgenietest.Reset, Latency: -1},
		"status 0 is not":   {Kind: opsgenietest.Status},
		"are only for kind": {Kind: opsgenietest.Reset, Status: 500},
		"unknown point":     {Kind: opsgenietest.Reset, Point: 7},
		"Point is only for": {Kind: opsgenietest.Truncate, Point: opsgenietest.AfterHead},
	}
	for part, f := range rows {
		in := s.Inject(f)
		require.ErrorContains(t, in.Err(), part)
		r := c.do("GET", "/v2/account", "")
		assert.Equal(t, 500, r.status)
		assert.Contains(t, r.body.Message, part)
		in.Stop()
	}
	both := s.Inject(opsgenietest.Fault{Kind: opsgenietest.Reset, Skip: -1, Times: -2})
	assert.ErrorContains(t, both.Err(), "skip")
	assert.ErrorContains(t, both.Err(), "times")
	both.Stop()
	for _, in := range []*opsgenietest.Injected{
		s.Throttle(opsgenietest.DomainAlert, 0), s.Throttle("", 1), s.Storm(1.5), s.Storm(-1),
	} {
		assert.Error(t, in.Err())
		in.Stop()
	}
	assert.Equal(t, 200, c.do("GET", "/v2/account", "").status)
}

func TestKindsHaveNames(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "slow reset kind 9", opsgenietest.Slow.String()+" "+opsgenietest.Reset.String()+" "+opsgenietest.Kind(9).String())
}

// A server must not be worn out by clients that go away while they send.
func TestAClientThatLeavesMidRequestIsForgotten(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	body, write := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/v2/alerts", body)
	require.NoError(t, err)
	go func() {
		_, _ = io.WriteString(write, `{"message":`)
		_ = write.CloseWithError(errors.New("gone"))
	}()
	_, err = c.send(req)
	require.Error(t, err)
	assert.Equal(t, 200, c.do("GET", "/v2/account", "").status)
	assert.Equal(t, 1, s.Received())
}
