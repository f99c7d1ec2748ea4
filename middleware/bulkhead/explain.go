package bulkhead

import (
	"cmp"

	"github.com/tripware/tripware/transport/cost"
)

// Explain says what the layer makes of a request: see [cost.Explainer].
func (g *gate) Explain(w *cost.WorstCase) {
	b := g.bulkhead
	w.Does = "lets an attempt wait for a permit, or refuses it"
	w.Set("permits of a key", b.permits)
	if b.noQueue {
		w.Set("queue", "none")
		return
	}
	if b.maxQueue > 0 {
		w.Set("max queue", b.maxQueue)
	}
	longest := cmp.Or(b.maxWait, cost.Forever)
	w.Set("max wait", longest)
	w.Turn = cost.Sum(w.Turn, longest)
}
