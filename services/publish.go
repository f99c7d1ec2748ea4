package services

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// RequestDetails is the Request of a typed call's [metrics.SDKEvent]. It contains no
// credentials. If the call was refused before it was sent, only the route is set.
type RequestDetails struct {
	metrics.RequestView

	Route string          `json:"route"`
	Body  json.RawMessage `json:"body,omitzero"` // only if it is JSON; secrets are masked
}

// ResultDetails is the Result of a typed call's [metrics.SDKEvent]: the metadata of the
// call, and the parts of its response that are safe to show. The methods of its Metadata
// return nothing, since an event keeps neither the response nor the record.
type ResultDetails struct {
	Metadata

	Headers map[string]string // at most 64, as logs show values; without those that hold secrets
	Body    string            `json:",omitzero"` // its beginning, with secrets masked; empty unless the observer used [metrics.WithBodies]
}

// String returns the line of the metadata, the headers, and the size of the body.
func (d ResultDetails) String() string {
	return fmt.Sprintf("%v, headers %v, body of %d bytes", d.Metadata, d.Headers, len(d.Body))
}

// LimitBody returns the details with at most the given number of bytes of the body. The
// publisher calls it for each observer.
func (d ResultDetails) LimitBody(bytes int) any {
	if len(d.Body) > bytes {
		d.Body = strings.ToValidUTF8(d.Body[:bytes], "")
	}
	return d
}

// publish publishes the events of a call that has ended.
func (x *exchange) publish(ctx context.Context, err error, m *Metadata) {
	p := x.client.metrics
	if p == nil || !p.API.Active() && !p.SDK.Active() {
		return
	}
	shared := metrics.Common{
		TransactionID: x.call.TransactionID(),
		Duration:      x.call.Elapsed(),
		Route:         x.route,
	}
	if x.req != nil {
		shared.ResourcePath = redact.Cut(x.req.URL.EscapedPath(), redact.MaxValue)
	}
	if x.resp != nil && p.API.Active() {
		p.API.Publish(ctx, metrics.APIEvent{
			Common: shared,
			Result: x.result(err, m),
			Body:   x.shownBody(p.API.BodyLimit()),
		})
	}
	if p.SDK.Active() {
		p.SDK.Publish(ctx, x.sdkEvent(shared, err, m, p.SDK.BodyLimit()))
	}
}

// result returns the metadata for the API event. Headers take precedence over the body for
// the response time, but not for the request id, as in [Metadata].
func (x *exchange) result(err error, m *Metadata) metrics.ResultMetadata {
	id, took := m.RequestID, m.Took
	if e, ok := errors.AsType[*Error](err); ok {
		id, took = cmp.Or(e.RequestID, id), cmp.Or(e.Took, took)
	}
	rate := x.rate
	rate.RequestID, rate.ResponseTime = id, cmp.Or(rate.ResponseTime, took)
	return metrics.ResultOf(rate, x.call.Retries())
}

func (x *exchange) sdkEvent(shared metrics.Common, err error, m *Metadata, bodyLimit int) metrics.SDKEvent {
	e := metrics.SDKEvent{Common: shared, Request: x.requestDetails()}
	if x.resp != nil {
		e.Result = x.resultDetails(err, *m, bodyLimit)
	}
	if err != nil && !x.call.Expects(x.resp) {
		e.ErrorType, e.ErrorMessage = x.errorType(err), err.Error()
	}
	return e
}

func (x *exchange) errorType(err error) string {
	switch {
	case x.req == nil:
		return metrics.ErrorTypeValidation
	case x.resp == nil:
		return metrics.ErrorTypeSDK
	case errors.Is(err, ErrResponse) || errors.Is(err, ErrTooLarge):
		return metrics.ErrorTypeParsing
	default:
		return metrics.ErrorTypeAPI
	}
}

// requestDetails reads the body of the request again if it is JSON, which is in memory.
func (x *exchange) requestDetails() RequestDetails {
	d := RequestDetails{Route: x.route}
	if x.req == nil {
		return d
	}
	d.RequestView = metrics.ViewRequest(x.req, x.call.AttemptCount())
	if x.req.GetBody == nil || d.Header.ContentType != x.client.jsonType[0] {
		return d
	}
	body, err := x.req.GetBody()
	if err != nil {
		return d
	}
	defer layer.CloseBody(body)
	if text, err := io.ReadAll(body); err == nil {
		if masked := json.RawMessage(redact.Text(string(text))); json.Valid(masked) {
			d.Body = masked
		}
	}
	return d
}

func (x *exchange) resultDetails(err error, m Metadata, bodyLimit int) ResultDetails {
	if m.more == nil { // the response was not decoded
		x.fill(&m)
		if e, ok := errors.AsType[*Error](err); ok {
			m.RequestID, m.Took = e.RequestID, e.Took
		}
	}
	m.more = nil
	return ResultDetails{Metadata: m, Headers: x.shownHeaders(), Body: x.shownBody(bodyLimit)}
}

// maxHeaders bounds how many headers an event has.
const maxHeaders = 64

func (x *exchange) shownHeaders() map[string]string {
	shown := make(map[string]string, min(len(x.resp.Header), maxHeaders))
	for _, name := range slices.Sorted(maps.Keys(x.resp.Header)) {
		if len(shown) == maxHeaders {
			break
		}
		if len(name) > redact.MaxValue || redact.SecretName(name) {
			continue
		}
		shown[name] = redact.Values(x.client.vendor.MaskedValues(x.resp.Header[name]))
	}
	return shown
}

// shownBody returns up to limit bytes of the response's body, as far as it was read.
func (x *exchange) shownBody(limit int) string {
	if limit <= 0 {
		return ""
	}
	body := x.body[:min(len(x.body), limit)]
	return metrics.BodyText(x.resp.Header.Get("Content-Type"), []byte(x.client.vendor.Masked(string(body))), limit)
}
