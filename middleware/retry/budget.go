package retry

import "github.com/tripware/tripware/transport/layer"

// A Budget bounds the share of calls that may be retries, so that an outage is
// not met with a multiple of the load. Each call adds a fraction of a retry,
// a reserve that fills up with time lets a quiet client retry, and each retry
// takes one, except for those after a response that throttles, which the server
// asked for. Clients may share one, and so may a loop and other layers that
// repeat requests.
//
// [layer.NewBudget] makes one, and [layer.DefaultBudget] makes one of the size that
// each client gets by default.
type Budget = layer.Budget
