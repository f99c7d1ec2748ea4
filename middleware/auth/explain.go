package auth

import (
	"cmp"
	"time"

	"github.com/tripware/tripware/transport/cost"
)

// Explain says what the layer makes of a request: see [cost.Explainer].
func (s *signer) Explain(w *cost.WorstCase) {
	w.Does = "adds a credential"
	w.Set("origin", s.at)
	w.Set("in", s.to)
	_, renews := s.source.(Renewer)
	if renews {
		w.Renewals = w.Requests
		w.Set("after a 401", "one more attempt, if there is a new credential")
	}
	switch source := s.source.(type) {
	case *static, none:
	case *refresher:
		longest := cmp.Or(source.timeout, cost.Forever)
		w.Set("refresh timeout", longest)
		waits(w, longest, renews)
	case *signature:
		w.Does = "signs each attempt"
	default:
		w.Set("source", "of yours: its time is that of its context")
		waits(w, cost.Forever, renews)
	}
}

// waits adds the time for a credential: before an attempt, as a part of it, and after a 401.
func waits(w *cost.WorstCase, longest time.Duration, renews bool) {
	w.Send = cost.Sum(w.Send, longest)
	if renews {
		w.Held = cost.Sum(w.Held, longest)
	}
}
