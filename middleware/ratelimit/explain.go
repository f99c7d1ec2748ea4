package ratelimit

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/tripware/tripware/transport/cost"
)

// Explain says what the layer makes of a request: see [cost.Explainer].
func (r *reader) Explain(w *cost.WorstCase) {
	l := r.limiter
	if w.Does = "reads rate-limit headers"; l == nil {
		return
	}
	w.Does = "lets an attempt wait for its turn, or refuses it"
	var rates []string
	for _, rate := range l.rates {
		rates = append(rates, fmt.Sprintf("%g a second after a burst of %d", rate.PerSecond, rate.Burst))
		if l.store == nil {
			each := float64(w.Requests)
			w.Limits = append(w.Limits, cost.Limit{PerSecond: rate.PerSecond * each, Burst: float64(rate.Burst) * each})
		}
	}
	w.Set("rate", cmp.Or(strings.Join(rates, ", "), "no limit"))
	if l.store != nil {
		w.Set("store", "shared with a fleet")
	}
	w.Set("learning", l.learning)
	if l.learning {
		w.Set("max pause", cmp.Or(l.maxPause, cost.Forever))
	}
	longest := cmp.Or(l.maxWait, cost.Forever)
	w.Set("max wait", longest)
	if l.maxQueue > 0 {
		w.Set("max queue", l.maxQueue)
	}
	if len(l.rates) > 0 || l.learning {
		w.Turn = cost.Sum(w.Turn, longest)
	}
}
