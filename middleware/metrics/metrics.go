// Package metrics publishes events about calls and attempts to observers.
//
// For most uses create [Publishers] with [NewPublishers], pass them to
// tripware.WithMetrics, and subscribe an [Observer] to a channel with
// [Publisher.Subscribe]. In a chain of your own, place [Calls] above the retry loop and
// [Attempts] below it.
//
// There are three channels: API has an event for each call with a response, HTTP one for
// each attempt, and SDK one for each typed call. All events of a call have the same
// transaction id. Typed calls publish their API events themselves, instead of [Calls]. A
// channel without observers costs one atomic load.
//
// The events work for any API. Their JSON has the field names of Opsgenie's Python SDK
// (https://docs.opsgenie.com/docs/opsgenie-python-api).
package metrics

import (
	"cmp"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// Calls returns a middleware that publishes an [APIEvent] for each round trip with a
// response. Place it above the retry loop. If p is nil, it adds no layer.
//
// The event is published when the response's body is closed, so that it can contain what
// was read. If the response has no body, or a body that can be written to (a 101), the
// event is published at once. Calls does not publish an event for a [Typed] call.
func Calls(p *Publishers) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		if p == nil || p.API == nil {
			return next
		}
		return &calls{Link: layer.NewLink("metrics.calls", layer.AtCall, next), publisher: p.API, born: time.Now()}
	}
}

type calls struct {
	layer.Link

	publisher *Publisher
	born      time.Time // base of durations, since time.Since reads only one clock and time.Now two
}

func (c *calls) RoundTrip(req *http.Request) (*http.Response, error) {
	if !c.publisher.Active() {
		return c.Send(req)
	}
	if _, typed := transport.Lookup[Typed](req.Context()); typed {
		return c.Send(req)
	}
	begun := time.Since(c.born)
	resp, err := c.Send(req)
	if err != nil {
		return nil, err
	}
	// The record is sealed when RoundTrip returns, so the event must read it now.
	event := APIEvent{Common: commonOf(req), Result: resultOf(req, resp)}
	_, writable := resp.Body.(io.Writer)
	if writable || resp.Body == http.NoBody || resp.StatusCode == http.StatusSwitchingProtocols {
		event.Duration = time.Since(c.born) - begun
		c.publisher.Publish(req.Context(), event)
		return resp, nil
	}
	resp.Body = &tail{
		ReadCloser:  resp.Body,
		layer:       c,
		ctx:         req.Context(),
		begun:       begun,
		event:       event,
		contentType: resp.Header.Get("Content-Type"),
		room:        wanted(resp, c.publisher.BodyLimit()),
	}
	return resp, nil
}

func resultOf(req *http.Request, resp *http.Response) ResultMetadata {
	said := transport.RateLimitOf(resp)
	said.RequestID = cmp.Or(said.RequestID, resp.Header.Get(header.RequestID))
	return ResultOf(said, transport.CallFrom(req.Context()).Retries())
}

// Attempts returns a middleware that publishes an [HTTPEvent] for each attempt when it
// returns. Place it below the retry loop and above middleware/auth. If p is nil, it adds
// no layer.
func Attempts(p *Publishers) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		if p == nil || p.HTTP == nil {
			return next
		}
		return &attempts{Link: layer.NewLink("metrics.attempts", layer.AtAttempt, next), publisher: p.HTTP, born: time.Now()}
	}
}

type attempts struct {
	layer.Link

	publisher *Publisher
	born      time.Time // as in calls
}

func (a *attempts) RoundTrip(req *http.Request) (*http.Response, error) {
	if !a.publisher.Active() {
		return a.Send(req)
	}
	before := transport.CallFrom(req.Context()).AttemptCount()
	begun := time.Since(a.born)
	resp, err := a.Send(req)
	took := time.Since(a.born) - begun
	event := HTTPEvent{Common: commonOf(req), RetryCount: before, Request: ViewRequest(req, before+1)}
	event.Duration = took
	if err != nil {
		event.Error = errorText(req, err)
	} else {
		event.Status, event.StatusCode = statusText(resp), resp.StatusCode
		event.Expected = transport.CallFrom(req.Context()).Expects(resp)
	}
	a.publisher.Publish(req.Context(), event)
	return resp, err
}

// statusText returns the status code with its standard text. A server's own text could
// repeat what it was sent, and mocks often omit it.
func statusText(resp *http.Response) string {
	text := http.StatusText(resp.StatusCode)
	if code, said, _ := strings.Cut(resp.Status, " "); said == text && code != "" {
		if n, err := strconv.Atoi(code); err == nil && n == resp.StatusCode {
			return resp.Status // without a copy
		}
	}
	return strings.TrimSuffix(strconv.Itoa(resp.StatusCode)+" "+text, " ")
}
