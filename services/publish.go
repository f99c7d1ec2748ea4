package services

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// RequestDetails is what the SDK event of a typed call says of its request. It
// holds no credential.
type RequestDetails struct {
	metrics.RequestView                 // empty if the call was refused before sending
	Route               string          `json:"route"`
	Body                json.RawMessage `json:"body,omitzero"` // JSON bodies only, with secrets masked
}

// publish tells the observers of a call that has ended.
func (x *exchange) publish(ctx context.Context, err error, m *Metadata) {
	p := x.client.metrics
	if p == nil || !p.API.Active() && !p.SDK.Active() {
		return
	}
	common := metrics.Common{
		TransactionID: x.call.TransactionID(),
		Duration:      x.call.Elapsed(),
		Route:         x.route,
	}
	if x.req != nil {
		common.ResourcePath = redact.Cut(x.req.URL.EscapedPath(), redact.MaxValue)
	}
	if x.resp != nil && p.API.Active() {
		event := metrics.APIEvent{
			Common: common,
			Result: metrics.ResultOf(x.rate, x.call.Retries()),
			Body:   metrics.BodyText(x.resp.Header.Get("Content-Type"), x.body, p.API.BodyLimit()),
		}
		event.Result.RequestID = requestID(err, m)
		p.API.Publish(ctx, event)
	}
	if p.SDK.Active() {
		p.SDK.Publish(ctx, x.sdkEvent(common, err, m))
	}
}

// requestID is the server's id of the request, whether a header told it or the body.
func requestID(err error, m *Metadata) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RequestID
	}
	return m.RequestID
}

func (x *exchange) sdkEvent(common metrics.Common, err error, m *Metadata) metrics.SDKEvent {
	e := metrics.SDKEvent{Common: common, Request: x.details()}
	if x.resp != nil {
		if m.more == nil {
			x.fill(m)
		}
		result := *m
		result.more = nil // an event keeps neither headers nor the record
		e.Result = result
	}
	if err != nil {
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

// details reads the body of the request afresh if it is JSON, which is in memory.
func (x *exchange) details() RequestDetails {
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
