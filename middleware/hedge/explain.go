package hedge

import (
	"fmt"

	"github.com/tripware/tripware/transport/cost"
)

// Explain says what the layer makes of a request: see [cost.Explainer].
func (h *hedge) Explain(w *cost.WorstCase) {
	if w.Does = "hedges nothing: it is switched off"; h.IsOff() {
		return
	}
	w.Does = fmt.Sprintf("sends up to %d further requests if the response is late", h.extra)
	w.Set("max extra", h.extra)
	delay := w.Send // no further leg is sent after the response
	if h.fixed {
		delay = min(delay, h.after)
		w.Set("delay", h.after)
	} else {
		w.Set("delay", fmt.Sprintf("percentile %v of recent responses, or %s if there are fewer than %d", h.percentile, h.after, h.samples))
	}
	w.Send = cost.Sum(w.Send, cost.Times(delay, h.extra))
	legs := cost.Sum(1, h.extra)
	switch {
	case h.unlimited || h.budget != nil: // the first has none
		w.Set("budget", h.budget)
		w.Repeat(legs, h.budget)
	default:
		w.Set("budget", "that of the retry loop, or else one of its own")
		w.RepeatPending(legs, h.own)
	}
}
