package rttest_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/transport/layer"
)

const (
	mostRetries = 2
	pause       = 100 * time.Millisecond
	longest     = 2 * time.Second
)

// A retrier is a small retry loop that passes every check, except for its flaw, which is
// named after the check that finds it.
type retrier struct {
	passing

	flaw string
}

func retrying(flaw string) func(http.RoundTripper) http.RoundTripper {
	return func(base http.RoundTripper) http.RoundTripper { return &retrier{passing{base}, flaw} }
}

func claimRetries() rttest.Option {
	return rttest.Retries(rttest.Retry{
		Max: mostRetries, MaxWait: longest, Statuses: []int{503, 500}, Errors: true, Hints: true, Key: "Idempotency-Key",
	})
}

func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	if resp, err, done := r.flawed(req); done {
		return resp, err
	}
	return r.loop(req)
}

func (r *retrier) loop(req *http.Request) (*http.Response, error) {
	var late []func() // what a flaw does too late
	defer func() {
		for _, f := range late {
			f()
		}
	}()
	next, first := r.first(req), error(nil)
	for retries := 0; ; retries++ {
		resp, err := r.base.RoundTrip(next)
		if first == nil {
			first = err
		}
		if !r.wants(req, resp, err) {
			return r.success(req, resp, err, retries)
		}
		wait, ok := r.wait(req, resp, retries)
		if !ok || retries >= r.most(resp) {
			return r.give(req, resp, first, err, retries)
		}
		var early io.ReadCloser
		if r.flaw == "retry-cancel-closes-body" && req.GetBody != nil {
			early, _ = req.GetBody()
		}
		if r.flaw == "retry-dropped-closed" && resp != nil && resp.ContentLength >= 0 && resp.Body != nil {
			_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
			late = append(late, func() { _ = resp.Body.Close() })
		} else {
			r.drop(resp)
		}
		if err := r.sleep(req.Context(), wait); err != nil {
			return nil, err
		}
		if next, err = r.next(req, early); err != nil {
			return nil, err
		}
	}
}

func (r *retrier) first(req *http.Request) *http.Request {
	if r.flaw != "retry-upload-streams" || req.ContentLength < 1<<20 || req.GetBody == nil {
		return req
	}
	c := *req
	kept, _ := io.ReadAll(req.Body)
	_ = req.Body.Close()
	c.Body = io.NopCloser(bytes.NewReader(kept))
	return &c
}

func (r *retrier) most(resp *http.Response) int {
	switch {
	case r.flaw == "retry-count-by-status" && resp != nil && resp.StatusCode == http.StatusInternalServerError:
		return mostRetries + 1
	case r.flaw == "retry-count-by-error" && resp == nil:
		return mostRetries + 1
	}
	return mostRetries
}

// wants reports whether an attempt should and can be retried.
func (r *retrier) wants(req *http.Request, resp *http.Response, err error) bool {
	if !r.replayable(req, resp) || req.URL == nil || req.Header == nil || resp == nil && err == nil {
		return false
	}
	if req.Context().Err() != nil {
		return r.flaw == "retry-cancelled-caller" && req.URL.Path == "/" && req.Body == nil && err != nil
	}
	idempotent := req.Method != http.MethodPost || req.Header.Get("Idempotency-Key") != "" && r.flaw != "retry-post-with-key"
	if err != nil {
		if _, certificate := errors.AsType[*tls.CertificateVerificationError](err); certificate {
			return r.flaw == "retry-certificate"
		}
		return idempotent || r.flaw == "retry-post-on-error"
	}
	switch resp.StatusCode {
	case http.StatusServiceUnavailable, http.StatusInternalServerError:
		return idempotent || r.flaw == "retry-post-on-status"
	case http.StatusSwitchingProtocols:
		return r.flaw == "retry-no-upgrade"
	}
	return false
}

func (r *retrier) replayable(req *http.Request, resp *http.Response) bool {
	if req.Body == nil || req.Body == http.NoBody || req.GetBody != nil {
		return true
	}
	_, seeks := req.Body.(io.Seeker)
	switch r.flaw {
	case "retry-body-of-seeker":
		return seeks && resp != nil
	case "retry-body-of-known-length":
		return !seeks && resp != nil && req.ContentLength > 0
	case "retry-body-of-unknown-length":
		return resp != nil && req.ContentLength < 0
	}
	return false
}

// next returns the request of the next attempt.
func (r *retrier) next(req *http.Request, early io.ReadCloser) (*http.Request, error) {
	c := *req
	switch {
	case early != nil:
		c.Body = early
	case req.Body == http.NoBody && r.flaw == "retry-no-body-stays-none":
		c.Body = io.NopCloser(strings.NewReader(""))
	case req.GetBody != nil:
		body, err := req.GetBody()
		switch {
		case err != nil && r.flaw == "retry-getbody-fails":
			body = http.NoBody
		case err != nil:
			return nil, err
		case r.flaw == "retry-body-of-getbody":
			_, _ = io.ReadFull(body, make([]byte, 1))
		}
		c.Body = body
	}
	return &c, nil
}

// wait returns how long to wait; ok is false if it must not wait that long.
func (r *retrier) wait(req *http.Request, resp *http.Response, retries int) (wait time.Duration, ok bool) {
	wait, ok = pause, true
	if resp != nil {
		if value := resp.Header.Get("Retry-After"); value != "" {
			wait, ok = r.hint(value)
		}
	}
	if r.flaw == "retry-waits-bounded" && retries == 1 {
		wait += longest
	}
	if deadline, has := req.Context().Deadline(); has && !time.Now().Add(wait).Before(deadline) {
		ok = ok && r.flaw == "retry-heeds-deadline"
	}
	return wait, ok
}

func (r *retrier) hint(value string) (time.Duration, bool) {
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		switch {
		case seconds <= 0:
			return pause, true
		case r.flaw == "retry-hint-overflow" && seconds > 1<<32:
			return time.Duration(seconds) * time.Second, true
		case r.flaw == "retry-hint-is-a-floor" && seconds == 1:
			return time.Duration(seconds) * time.Second / 2, true
		case r.flaw == "retry-hint-of-an-hour" && seconds == 3600:
			return time.Hour, true
		}
		return time.Duration(min(seconds, 3600)) * time.Second, seconds <= int64(longest/time.Second)
	} else if errors.Is(err, strconv.ErrRange) && !strings.HasPrefix(value, "-") {
		return 0, false
	}
	at, err := http.ParseTime(value)
	if r.flaw == "retry-hint-dates" {
		at, err = time.Parse(http.TimeFormat, value)
	}
	if err != nil {
		return pause, r.flaw != "retry-hint-garbage"
	}
	wait := max(time.Until(at), pause)
	return wait, wait <= longest
}

func (r *retrier) sleep(ctx context.Context, wait time.Duration) error {
	if wait <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	if r.flaw == "retry-cancel-in-wait" {
		<-timer.C
		return nil
	}
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		if r.flaw == "retry-cancelled-caller" {
			return nil
		}
		if r.flaw == "retry-cancel-cause" {
			return ctx.Err()
		}
		return context.Cause(ctx)
	}
}

// drop drains and closes a response.
func (r *retrier) drop(resp *http.Response) {
	if resp == nil || resp.Body == nil {
		return
	}
	const within = 500 * time.Millisecond
	begun := time.Now()
	switch r.flaw {
	case "retry-dropped-endless":
		layer.Drain(resp.Body, 1<<62, within)
	case "retry-dropped-stalled":
		defer resp.Body.Close()
		left := 64 << 10
		for b := make([]byte, 1<<10); left > 0 && time.Since(begun) < within; {
			n, err := resp.Body.Read(b)
			if left -= n; err != nil {
				return
			}
		}
	case "retry-dropped-slow":
		timer := time.AfterFunc(within, func() { _ = resp.Body.Close() })
		left := 64 << 10
		for b := make([]byte, 1<<10); left > 0; timer.Reset(within) {
			n, err := resp.Body.Read(b)
			if left -= n; err != nil {
				break
			}
		}
		if timer.Stop() {
			_ = resp.Body.Close()
		}
	case "retry-one-connection":
		_ = resp.Body.Close()
	default:
		layer.Drain(resp.Body, layer.DrainBytes, layer.DrainTime)
	}
}

// success ends the call with a result that is not retried.
func (r *retrier) success(req *http.Request, resp *http.Response, err error, retries int) (*http.Response, error) {
	if r.flaw == "retry-stops-at-success" && retries == mostRetries && req.Body == nil && err == nil {
		if again, err := r.base.RoundTrip(req); err == nil {
			r.drop(again)
		}
	}
	return resp, err
}

// give ends the call with a result that should have been retried.
func (r *retrier) give(req *http.Request, resp *http.Response, first, err error, retries int) (*http.Response, error) {
	switch {
	case r.flaw == "retry-last-error" && err != nil:
		return nil, first
	case r.flaw == "retry-last-response" && err == nil && retries > 0 && resp.Body != nil:
		body, err := slurp(resp)
		resp.Body = io.NopCloser(strings.NewReader(body))
		return resp, err
	case r.flaw == "retry-bodies-closed" && req.GetBody != nil:
		_, _ = req.GetBody() // for an attempt that never comes
	}
	return resp, err
}
