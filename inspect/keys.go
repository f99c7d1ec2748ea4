package inspect

import (
	"math"
	"time"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

type keyJSON struct {
	Limiter string     `json:"limiter"`
	Key     string     `json:"key"`
	Rate    *float64   `json:"rate"` // null without a limit
	Waiting int        `json:"waiting"`
	Running int        `json:"running"`
	Paused  float64    `json:"paused_ms,omitzero"`
	Fleet   *fleetJSON `json:"fleet,omitempty"` // null unless turns come from a store
}

// fleetJSON is what a limiter shares through a store.
type fleetJSON struct {
	Members int     `json:"members"`
	Held    int     `json:"held"` // turns at hand
	Asks    uint64  `json:"asks"`
	Down    float64 `json:"down_ms,omitzero"` // how long the store has not answered
}

func fleetOf(s ratelimit.State) *fleetJSON {
	if !s.Shared {
		return nil
	}
	f := &fleetJSON{Members: s.Members, Held: s.Held, Asks: s.Asks}
	if !s.StoreDown.IsZero() {
		f.Down = max(1, millis(time.Since(s.StoreDown)))
	}
	return f
}

type budgetJSON struct {
	Name string  `json:"name"`
	Left float64 `json:"left"`
}

// statusJSON is a key of a bulkhead, a breaker or the like.
type statusJSON struct {
	Layer  string  `json:"layer"`
	Key    string  `json:"key"`
	State  string  `json:"state,omitzero"`
	Since  float64 `json:"since_ms,omitzero"` // how long ago the state began
	Until  float64 `json:"until_ms,omitzero"` // how long it lasts by itself
	Detail string  `json:"detail,omitzero"`
}

// addKeys adds the keys of limiters and other layers, and the budgets.
func (i *Inspector) addKeys(l *liveJSON) {
	l.Limiters, l.Budgets, l.Keys = []keyJSON{}, []budgetJSON{}, []statusJSON{}
	for _, limiter := range i.limiters {
		for k, key := range limiter.Keys() {
			if k == maxRows {
				break
			}
			if state, ok := limiter.Snapshot(key); ok {
				l.Limiters = append(l.Limiters, keyOf(limiter.name, key, state))
			}
		}
	}
	for _, budget := range i.budgets {
		l.Budgets = append(l.Budgets, budgetJSON{budget.name, math.Floor(budget.Left())})
	}
	for _, layer := range i.keyed {
		statuses := layer.KeyStatuses(maxRows)
		for _, s := range statuses[:min(len(statuses), maxRows)] {
			l.Keys = append(l.Keys, statusOf(layer.name, s))
		}
	}
}

func keyOf(limiter, key string, s ratelimit.State) keyJSON {
	k := keyJSON{Limiter: limiter, Key: show(key), Waiting: s.Waiting, Running: s.Running, Fleet: fleetOf(s)}
	if !math.IsInf(s.Rate, 1) {
		k.Rate = new(math.Round(s.Rate*100) / 100)
	}
	if !s.PausedUntil.IsZero() {
		k.Paused = millis(max(0, time.Until(s.PausedUntil)))
	}
	return k
}

func statusOf(layer string, s transport.KeyStatus) statusJSON {
	j := statusJSON{Layer: layer, Key: show(s.Key), State: show(s.State), Detail: show(s.Detail)}
	if !s.Since.IsZero() {
		j.Since = millis(max(0, time.Since(s.Since)))
	}
	if !s.Until.IsZero() {
		j.Until = millis(max(0, time.Until(s.Until)))
	}
	return j
}
