package breaker

import (
	"cmp"
	"fmt"
	"math"

	"github.com/tripware/tripware/transport/cost"
)

// Explain says what the layer makes of a request: see [cost.Explainer].
func (g *gate) Explain(w *cost.WorstCase) {
	b := g.breaker
	w.Does = "refuses attempts while most of them fail"
	longest := cmp.Or(b.longest, cost.Forever)
	w.Set("trips", fmt.Sprintf("if %g %% of at least %d attempts failed within %s", 100*b.ratio, b.samples, b.window))
	w.Set("open", b.open)
	w.Set("longest open", longest)
	w.Set("probes", b.probes)
	shortest := b.open
	if w.Hint > 0 { // the server may ask for another time
		shortest = min(b.open, least)
	}
	w.Refused = max(w.Refused, b.open, min(w.Hint, longest))
	probes := float64(b.probes) * float64(w.Requests)
	w.Limits = append(w.Limits, cost.Limit{PerSecond: probes / shortest.Seconds(), Burst: math.Inf(1)})
}

var _ cost.Explainer = (*gate)(nil)
