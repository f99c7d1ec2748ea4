// Package metrics publishes events about calls and attempts to observers.
//
// For most uses create [Publishers] with [NewPublishers], pass them to
// tripware.WithMetrics, and subscribe an [Observer] to a channel with
// [Publisher.Subscribe]. In a chain of your own, place [Calls] above the retry loop and
// [Attempts] below it.
//
// There are four channels: CALL has an event for each call, however it ends, and one for
// the body of its response; API has an event for each call with a response, HTTP one for
// each attempt, and SDK one for each typed call. To count calls and failures, observe CALL.
// All events of a call have the same transaction id. Typed calls publish their API events
// themselves, instead of [Calls]. A channel without observers costs one atomic load.
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
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// Calls returns a middleware that publishes a [CallEvent] for each round trip when it
// returns, and later a [BodyEvent]; and an [APIEvent] for each round trip with a response.
// Place it above the retry loop. If p is nil, it adds no layer. If a layer below panics,
// nothing is published.
//
// The APIEvent is published when the response's body is closed, so that it can contain what
// was read. If the response has no body, or a body that can be written to (a 101), the
// event is published at once. Calls does not publish an APIEvent for a [Typed] call.
func Calls(p *Publishers) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		if p == nil || p.API == nil && p.Call == nil {
			return next
		}
		return &calls{Link: layer.NewLink("metrics.calls", layer.AtCall, next), call: p.Call, api: p.API}
	}
}

type calls struct {
	layer.Link

	call, api *Publisher
}

func (c *calls) RoundTrip(req *http.Request) (*http.Response, error) {
	wants := c.call.wants()
	api := c.api.Active()
	if api {
		_, typed := transport.Lookup[Typed](req.Context())
		api = !typed
	}
	if !api && wants == (wish{}) {
		return c.Send(req)
	}
	begun := time.Now()
	resp, err := c.Send(req)
	if wants != (wish{}) {
		c.publishCall(req, resp, err, begun, wants)
	}
	if api && err == nil {
		c.publishAPI(req, resp, begun)
	}
	return resp, err
}

// publishCall publishes the event of a round trip, and prepares the one of its body. The
// record is sealed when the round trip returns, so both read it now.
func (c *calls) publishCall(req *http.Request, resp *http.Response, err error, begun time.Time, wants wish) {
	event := newCallEvent(req, resp, err)
	event.Begun, event.Duration = begun, time.Since(begun)
	if wants.bodies && err == nil && hasBody(resp) {
		resp.Body = metered(c.call, req, resp, &event)
	}
	if wants.calls {
		c.call.Publish(req.Context(), event)
	}
}

// publishAPI publishes the event of a response when its body is closed, or now if it has none.
func (c *calls) publishAPI(req *http.Request, resp *http.Response, begun time.Time) {
	event := APIEvent{Common: commonOf(req), Result: resultOf(req, resp)}
	if !hasBody(resp) {
		event.Duration = time.Since(begun)
		c.api.Publish(req.Context(), event)
		return
	}
	resp.Body = &tail{
		ReadCloser:  resp.Body,
		publisher:   c.api,
		ctx:         req.Context(),
		begun:       begun,
		event:       event,
		contentType: resp.Header.Get("Content-Type"),
		room:        wanted(resp, c.api.BodyLimit()),
	}
}

// hasBody reports whether resp has a body that can only be read.
func hasBody(resp *http.Response) bool {
	_, writable := resp.Body.(io.Writer)
	return !writable && resp.Body != http.NoBody && resp.StatusCode != http.StatusSwitchingProtocols
}

func resultOf(req *http.Request, resp *http.Response) ResultMetadata {
	said := transport.RateLimitOf(resp)
	said.RequestID = cmp.Or(said.RequestID, resp.Header.Get(header.RequestID))
	return ResultOf(said, transport.CallFrom(req.Context()).Retries())
}

// Attempts returns a middleware that publishes an [HTTPEvent] for each attempt when it
// returns. What net/http itself sends again, after a reused connection broke, is part of the
// same attempt. Place it below the retry loop and above middleware/auth. If p is nil, it adds
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
	born      time.Time // base of durations, since time.Since reads only one clock and time.Now two
}

func (a *attempts) RoundTrip(req *http.Request) (*http.Response, error) {
	if !a.publisher.Active() {
		return a.Send(req)
	}
	at := record.AttemptOf(req.Context())
	begun := time.Since(a.born)
	resp, err := a.Send(req)
	took := time.Since(a.born) - begun
	to := targetOf(req)
	event := HTTPEvent{
		Common: commonOf(req), RetryCount: at.Number - 1, Request: ViewRequest(req, at.Number),
		ErrorClass: transport.ClassifyError(req, err), Waited: at.Waited, ResendCount: at.Resends, RetryCause: at.Cause,
		Method: to.method, Host: to.host, Port: to.port, Scheme: to.scheme,
		RequestLength: lengthOf(req), ResponseLength: -1, Leg: at.Leg, Lost: record.IsLost(req.Context()),
	}
	event.Duration = took
	if err != nil {
		event.Error = errorText(req, err)
	} else {
		event.Status, event.StatusCode = statusText(resp), resp.StatusCode
		event.Expected = transport.CallFrom(req.Context()).Expects(resp)
		event.Proto, event.ResponseLength = protoOf(resp), announced(resp)
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
