package metrics

import (
	"encoding/json"
	"log/slog"
	"time"

	"github.com/tripware/tripware/transport"
)

// targetJSON has the JSON names of where a request was sent.
type targetJSON struct {
	Method string `json:"method"`
	Host   string `json:"host"`
	Port   int    `json:"port"`
	Scheme string `json:"scheme"`
	Proto  string `json:"proto,omitzero"`
}

type waitJSON struct {
	Cause string  `json:"cause"`
	Count int     `json:"count"`
	Total float64 `json:"total"`
}

func waitsJSON(totals []transport.WaitTotal) []waitJSON {
	list := make([]waitJSON, len(totals))
	for i, w := range totals {
		list[i] = waitJSON{w.Cause, w.Count, w.Total.Seconds()}
	}
	return list
}

// MarshalJSON writes transactionId, duration, resourcePath, route, outcome, statusCode,
// errorClass, error, attempts, waits (each with cause, count and total), reason, method,
// host, port, scheme, proto, requestLength, responseLength, hop, begun, hedges and
// hedgeWins. Times are in seconds. statusCode, errorClass and error are null if there is none;
// route, reason, proto, hedges and hedgeWins are omitted if they are empty.
func (e CallEvent) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		commonJSON

		Outcome    string                `json:"outcome"`
		StatusCode *int                  `json:"statusCode"`
		ErrorClass *transport.ErrorClass `json:"errorClass"`
		Error      *string               `json:"error"`
		Attempts   int                   `json:"attempts"`
		Waits      []waitJSON            `json:"waits"`
		Reason     transport.Reason      `json:"reason,omitzero"`
		targetJSON

		RequestLength  int64     `json:"requestLength"`
		ResponseLength int64     `json:"responseLength"`
		Hop            int       `json:"hop"`
		Begun          time.Time `json:"begun"`
		Hedges         int       `json:"hedges,omitzero"`
		HedgeWins      int       `json:"hedgeWins,omitzero"`
	}{
		e.json(), e.Outcome, orNull(e.StatusCode), orNull(e.ErrorClass), orNull(e.Error), e.Attempts, waitsJSON(e.Waits), e.Reason,
		targetJSON{e.Method, e.Host, e.Port, e.Scheme, e.Proto}, e.RequestLength, e.ResponseLength, e.Hop, e.Begun, e.Hedges, e.HedgeWins,
	})
}

// LogValue returns the event as a group with the same names as in JSON.
func (e CallEvent) LogValue() slog.Value {
	more := []slog.Attr{slog.String("outcome", e.Outcome)}
	more = append(more, endAttrs(e.StatusCode, e.ErrorClass, e.Error)...)
	more = append(more, slog.Int("attempts", e.Attempts))
	waits := make([]slog.Attr, len(e.Waits))
	for i, w := range e.Waits {
		waits[i] = slog.Group(w.Cause, slog.Int("count", w.Count), slog.Duration("total", w.Total))
	}
	more = append(more, slog.Attr{Key: "waits", Value: slog.GroupValue(waits...)})
	if e.Reason != "" {
		more = append(more, slog.String("reason", string(e.Reason)))
	}
	more = append(more, targetAttrs(e.Method, e.Host, e.Port, e.Scheme, e.Proto)...)
	more = append(more,
		slog.Int64("requestLength", e.RequestLength),
		slog.Int64("responseLength", e.ResponseLength),
		slog.Int("hop", e.Hop),
		slog.Time("begun", e.Begun))
	if e.Hedges > 0 {
		more = append(more, slog.Int("hedges", e.Hedges), slog.Int("hedgeWins", e.HedgeWins))
	}
	return e.attrs(more...)
}

// MarshalJSON writes transactionId, duration, resourcePath, route, statusCode, read,
// complete, errorClass, error, method, host, port, scheme, proto and hop. errorClass and
// error are null if there is none; an empty route or proto is omitted.
func (e BodyEvent) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		commonJSON

		StatusCode int                   `json:"statusCode"`
		Read       int64                 `json:"read"`
		Complete   bool                  `json:"complete"`
		ErrorClass *transport.ErrorClass `json:"errorClass"`
		Error      *string               `json:"error"`
		targetJSON

		Hop int `json:"hop"`
	}{
		e.json(), e.StatusCode, e.Read, e.Complete, orNull(e.ErrorClass), orNull(e.Error),
		targetJSON{e.Method, e.Host, e.Port, e.Scheme, e.Proto}, e.Hop,
	})
}

// LogValue returns the event as a group with the same names as in JSON.
func (e BodyEvent) LogValue() slog.Value {
	more := endAttrs(e.StatusCode, e.ErrorClass, e.Error)
	more = append(more, slog.Int64("read", e.Read), slog.Bool("complete", e.Complete))
	more = append(more, targetAttrs(e.Method, e.Host, e.Port, e.Scheme, e.Proto)...)
	return e.attrs(append(more, slog.Int("hop", e.Hop))...)
}

func endAttrs(status int, class transport.ErrorClass, text string) (list []slog.Attr) {
	if status != 0 {
		list = append(list, slog.Int("statusCode", status))
	}
	if class != "" {
		list = append(list, slog.String("errorClass", string(class)), slog.String("error", text))
	}
	return list
}

func targetAttrs(method, host string, port int, scheme, proto string) []slog.Attr {
	list := []slog.Attr{slog.String("method", method), slog.String("host", host), slog.Int("port", port), slog.String("scheme", scheme)}
	if proto != "" {
		list = append(list, slog.String("proto", proto))
	}
	return list
}
