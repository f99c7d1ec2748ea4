package retry

import "github.com/tripware/tripware/transport/layer"

// A Budget limits the share of requests that are retries, so that retries do not multiply
// the load during an outage. Each call earns a fraction of a retry. A time-refilled reserve
// lets low-traffic clients retry. Each retry spends one, except retries after a response
// that throttles, for which the server has asked.
//
// Most programs do not need to create one, since each chain has a budget by default; see
// [WithBudget]. [layer.NewBudget] returns a new one, and [layer.DefaultBudget] one of the
// default size.
type Budget = layer.Budget
