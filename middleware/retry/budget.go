package retry

import "github.com/tripware/tripware/transport/layer"

// A Budget bounds the share of calls that may be retries, so that an outage is
// not answered by a multiple of the load. Each call adds a fraction of a retry,
// a reserve that fills up with time lets a quiet client retry, and each retry
// takes one, except for those after a response that throttles, which the server
// asked for. Clients may share one, and so may a loop and other layers that
// repeat requests: see [layer.Budget].
type Budget = layer.Budget

// The default budget: one retry for five calls, and a reserve for a hundred
// that fills at ten a second.
const (
	BudgetRatio   = layer.BudgetRatio
	BudgetReserve = layer.BudgetReserve
	BudgetRefill  = layer.BudgetRefill
)

// NewBudget returns a full budget. The ratio is that of retries to calls, reserve
// the largest number of retries that can be saved up, refill how many are added
// per second. None may be negative.
func NewBudget(ratio, reserve, refill float64) *Budget {
	return layer.NewBudget(ratio, reserve, refill)
}
