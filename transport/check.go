package transport

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/tripware/tripware/transport/layer"
)

// Check returns one error that lists all problems of rt and the layers below it: invalid
// settings, layers in an order that would make one ineffective, and two retry loops, whose
// attempts would multiply. It sends nothing. Check does not see what is below a layer
// without an Unwrap method, unless the layer belongs to a [Chain].
func Check(rt http.RoundTripper) error {
	var faults []error
	var above []http.RoundTripper
	for _, lower := range Layers(rt) {
		if f, ok := lower.(interface{ Fault() error }); ok && f.Fault() != nil && !told(faults, f.Fault()) {
			faults = append(faults, f.Fault())
		}
		if placeOf(lower) == layer.Anywhere {
			continue
		}
		for _, upper := range above {
			if fault := misplaced(upper, lower); fault != nil && !told(faults, fault) {
				faults = append(faults, fault)
			}
		}
		above = append(above, lower)
	}
	return errors.Join(faults...)
}

// Retries reports whether rt, or a layer below it, is a retry loop that is not switched off,
// such as that of package retry without retry.Off. Put only one above a base: a client that
// retries by itself multiplies the attempts.
func Retries(rt http.RoundTripper) bool {
	return slices.ContainsFunc(Layers(rt), func(l http.RoundTripper) bool {
		return placeOf(l) == layer.AtRetry && !isOff(l)
	})
}

// isOff reports whether a layer says that it passes on every request.
func isOff(rt http.RoundTripper) bool {
	l, ok := rt.(interface{ IsOff() bool })
	return ok && l.IsOff()
}

// told reports whether faults contains an error with the same text as fault, since two
// layers may be built from the same options or be alike.
func told(faults []error, fault error) bool {
	return slices.ContainsFunc(faults, func(other error) bool { return other.Error() == fault.Error() })
}

func misplaced(upper, lower http.RoundTripper) error {
	up, low := placeOf(upper), placeOf(lower)
	switch {
	case up == layer.AtRetry && low == layer.AtRetry:
		return orderFault(upper, lower, "two retry loops multiply their attempts: remove one")
	case up == layer.AtHedge && low == layer.AtHedge:
		if isOff(upper) || isOff(lower) {
			return nil
		}
		return orderFault(upper, lower, "two hedges multiply their attempts: remove one")
	case up == layer.AtHedge && low == layer.AtRetry:
		return orderFault(upper, lower, "each attempt of the hedge would be retried for itself: swap them")
	case up == layer.AtAttempt && (low == layer.AtLimit || low == layer.AtBulkhead): // the observer then includes the wait in the attempt
		return nil
	case up == layer.AtBase && low < up:
		return orderFault(upper, lower, "the first would not see what is sent: swap them")
	case up > low:
		return orderFault(upper, lower, why(low))
	}
	return nil
}

func orderFault(upper, lower http.RoundTripper, why string) error {
	return fmt.Errorf("transport: check order: %s is listed before %s: %s", layerName(upper), layerName(lower), why)
}

func placeOf(rt http.RoundTripper) layer.Place {
	if p, ok := rt.(interface{ Place() layer.Place }); ok {
		return p.Place()
	}
	return layer.Anywhere
}

// why returns what goes wrong if a layer at p is below one that belongs below it.
func why(p layer.Place) string {
	switch p {
	case layer.AtIdentity:
		return "attempts of one call would not share their identity: swap them"
	case layer.AtTrace:
		return "what the first reports would not belong to the call's trace: swap them"
	case layer.AtCall:
		return "the second would see attempts instead of calls: swap them"
	case layer.AtCache:
		return "each attempt would ask the cache, instead of each call: swap them"
	case layer.AtRetry:
		return "the first would run once per call instead of once per attempt: swap them"
	case layer.AtHedge:
		return "the first would run once for several concurrent attempts: swap them"
	case layer.AtBreaker:
		return "the first would run for attempts that the breaker refuses: swap them"
	case layer.AtBulkhead:
		return "attempts would wait too late: swap them"
	case layer.AtLimit:
		return "attempts would be paced too late: swap them"
	case layer.AtAttempt:
		return "an observer below the credential would see the key: swap them"
	case layer.AtCredential:
		return "the signature would not cover what is added below it: swap them"
	case layer.AtSignature, layer.AtBase, layer.Anywhere:
	}
	return "this order of layers is not allowed: swap them"
}
