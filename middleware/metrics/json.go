package metrics

import (
	"encoding/json"
	"log/slog"

	"github.com/tripware/tripware/transport"
)

// commonJSON is [Common] with its JSON names. It is embedded, because a MarshalJSON of
// Common would be promoted to the events.
type commonJSON struct {
	TransactionID string  `json:"transactionId"`
	Duration      float64 `json:"duration"`
	ResourcePath  string  `json:"resourcePath"`
	Route         string  `json:"route,omitzero"`
}

func (c Common) json() commonJSON {
	return commonJSON{
		TransactionID: c.TransactionID,
		Duration:      c.Duration.Seconds(),
		ResourcePath:  c.ResourcePath,
		Route:         c.Route,
	}
}

func (c Common) attrs(more ...slog.Attr) slog.Value {
	attrs := []slog.Attr{
		slog.String("transactionId", c.TransactionID),
		slog.Duration("duration", c.Duration),
		slog.String("resourcePath", c.ResourcePath),
	}
	if c.Route != "" {
		attrs = append(attrs, slog.String("route", c.Route))
	}
	return slog.GroupValue(append(attrs, more...)...)
}

// MarshalJSON writes transactionId, duration, resourcePath, route, resultMetadata
// and httpResponse. Durations are in seconds; an empty route or body is omitted.
func (e APIEvent) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		commonJSON

		Result ResultMetadata `json:"resultMetadata"`
		Body   string         `json:"httpResponse,omitzero"`
	}{e.json(), e.Result, e.Body})
}

// LogValue returns the event as a group with the same names as in JSON.
func (e APIEvent) LogValue() slog.Value {
	more := []slog.Attr{slog.Any("resultMetadata", e.Result)}
	if e.Body != "" {
		more = append(more, slog.String("httpResponse", e.Body))
	}
	return e.attrs(more...)
}

// MarshalJSON writes RequestId, ResponseTime, RateLimitState, RateLimitReason,
// RateLimitPeriod and RetryCount. Times are in seconds.
func (m ResultMetadata) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		RequestID       string `json:"RequestId"`
		ResponseTime    float64
		RateLimitState  string
		RateLimitReason string
		RateLimitPeriod float64
		RetryCount      int
	}{m.RequestID, m.ResponseTime.Seconds(), m.RateLimitState, m.RateLimitReason, m.RateLimitPeriod.Seconds(), m.RetryCount})
}

// LogValue returns the metadata as a group with the same names as in JSON.
func (m ResultMetadata) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("RequestId", m.RequestID),
		slog.Duration("ResponseTime", m.ResponseTime),
		slog.String("RateLimitState", m.RateLimitState),
		slog.String("RateLimitReason", m.RateLimitReason),
		slog.Duration("RateLimitPeriod", m.RateLimitPeriod),
		slog.Int("RetryCount", m.RetryCount),
	)
}

// MarshalJSON writes transactionId, duration, resourcePath, route, retryCount, error,
// status, statusCode, expected, request, errorClass, method, host, port, scheme, proto,
// requestLength, responseLength, waited, resendCount, retryCause, leg and lost. error and
// errorClass are null if there is none; status and statusCode are null if there is no
// response; expected, proto, retryCause, leg and lost are omitted if they are empty.
func (e HTTPEvent) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		commonJSON

		RetryCount int         `json:"retryCount"`
		Error      *string     `json:"error"`
		Status     *string     `json:"status"`
		StatusCode *int        `json:"statusCode"`
		Expected   bool        `json:"expected,omitzero"`
		Request    RequestView `json:"request"`

		ErrorClass *transport.ErrorClass `json:"errorClass"`
		targetJSON

		RequestLength  int64   `json:"requestLength"`
		ResponseLength int64   `json:"responseLength"`
		Waited         float64 `json:"waited"`
		ResendCount    int     `json:"resendCount"`
		RetryCause     string  `json:"retryCause,omitzero"`
		Leg            int     `json:"leg,omitzero"`
		Lost           bool    `json:"lost,omitzero"`
	}{
		e.json(), e.RetryCount, orNull(e.Error), orNull(e.Status), orNull(e.StatusCode), e.Expected, e.Request,
		orNull(e.ErrorClass), targetJSON{e.Method, e.Host, e.Port, e.Scheme, e.Proto},
		e.RequestLength, e.ResponseLength, e.Waited.Seconds(), e.ResendCount, e.RetryCause, e.Leg, e.Lost,
	})
}

// LogValue returns the event as a group with the same names as in JSON.
func (e HTTPEvent) LogValue() slog.Value {
	more := []slog.Attr{slog.Int("retryCount", e.RetryCount)}
	if e.Error != "" {
		more = append(more, slog.String("error", e.Error))
	}
	if e.StatusCode != 0 {
		more = append(more, slog.String("status", e.Status), slog.Int("statusCode", e.StatusCode))
	}
	if e.Expected {
		more = append(more, slog.Bool("expected", true))
	}
	more = append(more, slog.Attr{Key: "request", Value: e.Request.group()})
	if e.ErrorClass != "" {
		more = append(more, slog.String("errorClass", string(e.ErrorClass)))
	}
	more = append(more, targetAttrs(e.Method, e.Host, e.Port, e.Scheme, e.Proto)...)
	more = append(more,
		slog.Int64("requestLength", e.RequestLength),
		slog.Int64("responseLength", e.ResponseLength),
		slog.Duration("waited", e.Waited),
		slog.Int("resendCount", e.ResendCount))
	if e.RetryCause != "" {
		more = append(more, slog.String("retryCause", e.RetryCause))
	}
	if e.Leg != 0 {
		more = append(more, slog.Int("leg", e.Leg))
	}
	if e.Lost {
		more = append(more, slog.Bool("lost", true))
	}
	return e.attrs(more...)
}

// group is not called LogValue, because a struct that embeds a RequestView would inherit
// it and log only the view.
func (r RequestView) group() slog.Value {
	return slog.GroupValue(
		slog.String("method", r.Method),
		slog.String("url", r.URL),
		slog.Any("header", r.Header),
		slog.Int64("contentLength", r.ContentLength),
		slog.Int("attempt", r.Attempt),
	)
}

// LogValue returns the headers that were set as a group.
func (h RequestHeader) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, header := range [...]struct{ name, value string }{
		{"Accept", h.Accept},
		{"Content-Encoding", h.ContentEncoding},
		{"Content-Type", h.ContentType},
		{"User-Agent", h.UserAgent},
		{"X-Transaction-Id", h.TransactionID},
	} {
		if header.value != "" {
			attrs = append(attrs, slog.String(header.name, header.value))
		}
	}
	return slog.GroupValue(attrs...)
}

// MarshalJSON writes transactionId, duration, resourcePath, route, errorType,
// errorMessage, sdkRequestDetails and sdkResultDetails. Empty values are null.
func (e SDKEvent) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		commonJSON

		ErrorType    *string `json:"errorType"`
		ErrorMessage *string `json:"errorMessage"`
		Request      any     `json:"sdkRequestDetails"`
		Result       any     `json:"sdkResultDetails"`
	}{e.json(), orNull(e.ErrorType), orNull(e.ErrorMessage), e.Request, e.Result})
}

// LogValue returns the event as a group with the same names as in JSON.
func (e SDKEvent) LogValue() slog.Value {
	var more []slog.Attr
	if e.ErrorType != "" {
		more = append(more, slog.String("errorType", e.ErrorType), slog.String("errorMessage", e.ErrorMessage))
	}
	if e.Request != nil {
		more = append(more, slog.Any("sdkRequestDetails", e.Request))
	}
	if e.Result != nil {
		more = append(more, slog.Any("sdkResultDetails", e.Result))
	}
	return e.attrs(more...)
}

// orNull returns nil for the zero value, which is null in JSON.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
