package transport

import "time"

// kept is a [RateLimit] as the record keeps it: its flags are kept beside those of
// the record, so that they do not take a word of their own.
type kept struct {
	state, reason, requestID string
	period, responseTime     time.Duration
	retryAfter, reset        time.Duration
	most, remaining          int
}

type quotaFlags struct{ has, hasRetryAfter, near bool }

func keep(r *RateLimit) (kept, quotaFlags) {
	return kept{
		state: r.State, reason: r.Reason, requestID: r.RequestID, period: r.Period, responseTime: r.ResponseTime,
		retryAfter: r.RetryAfter, reset: r.Reset, most: r.Limit, remaining: r.Remaining,
	}, quotaFlags{has: r.HasQuota, hasRetryAfter: r.HasRetryAfter, near: r.NearLimit}
}

func (k *kept) limit(flags quotaFlags) RateLimit {
	return RateLimit{
		State: k.state, Reason: k.reason, RequestID: k.requestID, Period: k.period, ResponseTime: k.responseTime,
		RetryAfter: k.retryAfter, Reset: k.reset, Limit: k.most, Remaining: k.remaining,
		HasQuota: flags.has, HasRetryAfter: flags.hasRetryAfter, NearLimit: flags.near,
	}
}
