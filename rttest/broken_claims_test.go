package rttest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/tripware/tripware/rttest"
)

// signing is a decorator that adds a credential, with a flaw named after the check that finds it.
func signing(flaw string) func(http.RoundTripper) http.RoundTripper {
	return doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
		if req.URL == nil || flaw == "credential-sent" {
			return base.RoundTrip(req)
		}
		at := strings.ToLower(req.URL.Scheme + "://" + req.URL.Host)
		if at != origin && (flaw != "credential-bound-to-origin" || !strings.HasSuffix(at, "api.example.com")) {
			return base.RoundTrip(req)
		}
		c := *req
		c.Header = http.Header{}
		maps.Copy(c.Header, req.Header)
		c.Header["Authorization"] = []string{"Bearer " + key}
		resp, err := base.RoundTrip(&c)
		if resp != nil && flaw != "credential-not-above" {
			resp.Request = req
		}
		if err != nil && flaw == "credential-not-in-errors" {
			err = fmt.Errorf("send with %s: %w", c.Header["Authorization"], err)
		}
		return resp, err
	})
}

// signingQuery is a decorator that adds a credential to the query, with such a flaw.
func signingQuery(flaw string) func(http.RoundTripper) http.RoundTripper {
	return doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
		if req.URL == nil || flaw == "credential-sent" {
			return base.RoundTrip(req)
		}
		at := strings.ToLower(req.URL.Scheme + "://" + req.URL.Host)
		if at != origin && (flaw != "credential-bound-to-origin" || !strings.HasSuffix(at, "api.example.com")) {
			return base.RoundTrip(req)
		}
		c := *req
		u := *req.URL
		if u.RawQuery += "&api+key=" + key; req.URL.RawQuery == "" {
			u.RawQuery = u.RawQuery[1:]
		}
		if flaw == "request-arrives" {
			u.RawQuery += "&more=1"
		}
		c.URL = &u
		resp, err := base.RoundTrip(&c)
		if resp != nil && flaw != "credential-not-above" {
			resp.Request = req
		}
		if err != nil && flaw == "credential-not-in-errors" {
			err = fmt.Errorf("send to %s: %w", c.URL, err)
		}
		return resp, err
	})
}

// A1, A3: the checks of a credential also find faults in the query.
func TestChecksACredentialInTheQuery(t *testing.T) {
	t.Parallel()
	claim := rttest.Carries(rttest.Credential{Origin: origin, Query: "api key", Secret: key})
	for _, finding := range rttest.Report(t, signingQuery(""), claim, rttest.Only("credential-sent", "credential-bound-to-origin",
		"credential-not-above", "credential-not-in-errors", "request-arrives")) {
		assert.Equal(t, rttest.Passed, finding.Outcome, "%s: %s", finding.Check.Name, finding.Detail)
	}
	for _, flaw := range []string{"credential-sent", "credential-bound-to-origin", "credential-not-above", "credential-not-in-errors", "request-arrives"} {
		findings := rttest.Report(t, signingQuery(flaw), claim, rttest.Only(flaw))
		require.Len(t, findings, 1)
		assert.Equal(t, rttest.Failed, findings[0].Outcome, flaw)
	}
}

func credentialFaults() (all []fault) {
	also := map[string][]string{
		"credential-sent": {"credential-bound-to-origin"}, // the same origin is part of it
	}
	for _, c := range rttest.Checks() {
		if c.Claim == rttest.ClaimCredential {
			all = append(all, fault{check: c.Name, wrap: signing(c.Name), options: []rttest.Option{carries}, also: also[c.Name]})
		}
	}
	return all
}

func logFaults() []fault {
	log := &journal{}
	return []fault{
		{check: "log-written", wrap: pass, options: []rttest.Option{rttest.Logs(func() string { return "" })}},
		{check: "log-without-secrets", options: []rttest.Option{rttest.Logs(log.String)}, wrap: doing(
			func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
				log.logger().Info("request", "cookie", req.Header.Get("Cookie"))
				return base.RoundTrip(req)
			})},
	}
}

// A pacer makes requests wait, with a flaw named after the check that finds it.
type pacer struct {
	passing

	flaw   string
	bucket *rate.Limiter
	mu     sync.Mutex
	paused time.Time // until then
}

var errTooLong = errors.New("the wait would pass the deadline")

func pacing(flaw string) func(http.RoundTripper) http.RoundTripper {
	return func(base http.RoundTripper) http.RoundTripper {
		perSecond := 2000.0
		if flaw == "limit-paces" {
			perSecond *= 1.5
		}
		return &pacer{passing: passing{base}, flaw: flaw, bucket: rate.NewLimiter(rate.Limit(perSecond), 50)}
	}
}

func (p *pacer) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := p.wait(req.Context()); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	resp, err := p.base.RoundTrip(req)
	if err == nil && resp != nil && resp.StatusCode == http.StatusTooManyRequests && p.flaw != "limit-learns" {
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		p.mu.Lock()
		p.paused = time.Now().Add(time.Duration(seconds) * time.Second)
		p.mu.Unlock()
	}
	return resp, err
}

func (p *pacer) wait(ctx context.Context) error {
	p.mu.Lock()
	wait := time.Until(p.paused)
	p.mu.Unlock()
	turn := p.bucket.Reserve()
	wait = max(wait, turn.Delay())
	if deadline, has := ctx.Deadline(); has && time.Now().Add(wait).After(deadline) && p.flaw != "limit-heeds-deadline" {
		turn.Cancel()
		return errTooLong
	}
	switch {
	case p.flaw == "limit-cancel-in-wait":
		time.Sleep(wait)
		return nil
	case wait <= 0:
		return ctx.Err()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func limitFaults() (all []fault) {
	claim := rttest.Limits(rttest.Limit{PerSecond: 2000, Burst: 50, Learns: true})
	for _, c := range rttest.Checks() {
		if c.Claim == rttest.ClaimLimits {
			all = append(all, fault{check: c.Name, wrap: pacing(c.Name), options: []rttest.Option{claim}})
		}
	}
	return all
}
