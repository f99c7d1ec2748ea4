package transport

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
)

// MarshalJSON returns the record as a JSON object, or null for a nil Call. Keys that end in
// _ms have milliseconds with up to three decimals. The keys, which [Call.LogValue] also
// uses, are
//
//	transaction_id  string
//	method, url     of the first round trip, with secrets masked; omitted before it begins
//	route           of a typed call, or from WithRoute; omitted if there is none
//	start           RFC 3339
//	elapsed_ms      how long the call took, or has taken so far
//	sealed          whether the call has ended
//	status          of the last attempt that has not lost in a hedge; omitted if it has no response
//	attempt_count   how many attempts were made
//	round_trips     how many round trips share the record; omitted if there was one
//	attempts        at most 16: attempt (its number), start_ms (since the call's start), elapsed_ms, status or error,
//	                and for an attempt of a hedge leg (its number there) and lost (if another won)
//	wait_count      how many waits there were
//	waited_ms       total duration of all of them
//	waits           at most 16: before_attempt, wait_ms, reason, cause
//	reason          why retries ended; omitted if no further retry was needed
//	rate_limit      state, reason, limit, remaining, reset_ms, retry_after_ms, request_id; each only if the server sent it
//	hops            earlier hops of a redirect, oldest first, each with these keys
//
// Of more than 16 attempts or waits, the first and the last eight are listed; of an earlier
// hop, at most four. A running attempt has neither status nor error. Secrets are masked and
// long texts are cut.
func (c *Call) MarshalJSON() ([]byte, error) {
	if c == nil {
		return []byte("null"), nil
	}
	data, err := json.Marshal(c.view())
	if err != nil {
		return nil, fmt.Errorf("transport: marshal record of a call: %w", err)
	}
	return data, nil
}

// LogValue returns the record as a group with the keys of [Call.MarshalJSON], or the zero
// Value for a nil Call.
func (c *Call) LogValue() slog.Value {
	if c == nil {
		return slog.Value{}
	}
	v := c.view()
	list := make([]slog.Attr, 0, 16)
	text := func(key, value string) {
		if value != "" {
			list = append(list, slog.String(key, value))
		}
	}
	text("transaction_id", v.TransactionID)
	text("method", v.Method)
	text("url", v.URL)
	text("route", v.Route)
	list = append(list, slog.Time("start", v.Start), slog.Float64("elapsed_ms", v.Elapsed), slog.Bool("sealed", v.Sealed))
	if v.Status != 0 {
		list = append(list, slog.Int("status", v.Status))
	}
	list = append(list, slog.Int("attempt_count", v.AttemptCount))
	if v.RoundTrips != 0 {
		list = append(list, slog.Int("round_trips", v.RoundTrips))
	}
	list = append(list, slog.Any("attempts", v.Attempts),
		slog.Int("wait_count", v.WaitCount), slog.Float64("waited_ms", v.Waited), slog.Any("waits", v.Waits))
	text("reason", v.Reason)
	if v.RateLimit != nil {
		list = append(list, slog.Any("rate_limit", v.RateLimit))
	}
	if len(v.Hops) > 0 {
		list = append(list, slog.Any("hops", v.Hops))
	}
	return slog.GroupValue(list...)
}

type callView struct {
	TransactionID string             `json:"transaction_id"`
	Method        string             `json:"method,omitzero"`
	URL           string             `json:"url,omitzero"`
	Route         string             `json:"route,omitzero"`
	Start         time.Time          `json:"start"`
	Elapsed       float64            `json:"elapsed_ms"`
	Sealed        bool               `json:"sealed"`
	Status        int                `json:"status,omitzero"`
	AttemptCount  int                `json:"attempt_count"`
	RoundTrips    int                `json:"round_trips,omitzero"`
	Attempts      views[attemptView] `json:"attempts"`
	WaitCount     int                `json:"wait_count"`
	Waited        float64            `json:"waited_ms"`
	Waits         views[waitView]    `json:"waits"`
	Reason        string             `json:"reason,omitzero"`
	RateLimit     *rateView          `json:"rate_limit,omitzero"`
	Hops          views[*callView]   `json:"hops,omitzero"`
}

type attemptView struct {
	Attempt int     `json:"attempt"`
	Start   float64 `json:"start_ms"`
	Elapsed float64 `json:"elapsed_ms"`
	Status  int     `json:"status,omitzero"`
	Error   string  `json:"error,omitzero"`
	Leg     int     `json:"leg,omitzero"`
	Lost    bool    `json:"lost,omitzero"`
}

type waitView struct {
	Before int     `json:"before_attempt"`
	Wait   float64 `json:"wait_ms"`
	Cause  string  `json:"cause"`
	Reason string  `json:"reason"`
}

type rateView struct {
	State      string   `json:"state,omitzero"`
	Reason     string   `json:"reason,omitzero"`
	Limit      int      `json:"limit,omitzero"`
	Remaining  *int     `json:"remaining,omitzero"`
	Reset      float64  `json:"reset_ms,omitzero"`
	RetryAfter *float64 `json:"retry_after_ms,omitzero"`
	RequestID  string   `json:"request_id,omitzero"`
}

// views is a list that slog's text handler prints as JSON.
type views[T any] []T

func (v views[T]) String() string { return jsonText([]T(v)) }

func (v *rateView) String() string { return jsonText(*v) }

func jsonText(v any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return strconv.Quote(err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (c *Call) view() *callView {
	v := c.snapshot(maxListed).view()
	for _, hop := range c.hops() {
		v.Hops = append(v.Hops, hop.snapshot(maxHop).view())
	}
	return v
}

func (s *snapshot) view() *callView {
	method, shown := s.target()
	v := &callView{
		TransactionID: s.id, Method: method, URL: shown, Route: show(string(s.route)),
		Start: s.start, Elapsed: millis(s.elapsed), Sealed: s.sealed,
		Status: s.last.Status, AttemptCount: s.count, RoundTrips: s.trips, Attempts: make(views[attemptView], len(s.attempts)),
		WaitCount: s.waitings, Waited: millis(s.waited), Waits: make(views[waitView], len(s.waits)),
		Reason: show(string(s.reason)), RateLimit: rateOf(&s.rate),
	}
	for i, a := range s.attempts {
		v.Attempts[i] = attemptView{Attempt: a.Number, Start: millis(a.Start.Sub(s.start)), Elapsed: millis(a.Elapsed), Status: a.Status}
		v.Attempts[i].Leg, v.Attempts[i].Lost = a.Leg, a.Lost
		if a.Err != nil {
			v.Attempts[i].Error = showError(a.Err)
		}
	}
	for i, w := range s.waits {
		v.Waits[i] = waitView{Before: w.Before, Wait: millis(w.For), Cause: show(w.Cause), Reason: show(w.Reason)}
	}
	return v
}

func rateOf(r *RateLimit) *rateView {
	v := rateView{State: show(r.State), Reason: show(r.Reason), RequestID: show(r.RequestID)}
	v.Reset = millis(r.Reset)
	if r.HasQuota {
		v.Limit, v.Remaining = r.Limit, &r.Remaining
	}
	if r.HasRetryAfter {
		v.RetryAfter = new(millis(r.RetryAfter))
	}
	if v == (rateView{}) {
		return nil
	}
	return &v
}

// millis returns d in milliseconds, rounded to the microsecond.
func millis(d time.Duration) float64 { return math.Round(float64(d)/1e3) / 1e3 }
