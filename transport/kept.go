package transport

import (
	"math"
	"time"
)

// kept is the part of a [RateLimit] that does not depend on a vendor. Its flags are in
// another field of the record, which saves space: see the allocation layout.
type kept struct {
	retryAfter, reset time.Duration
	most, remaining   int32
}

type quotaFlags struct{ has, hasRetryAfter bool }

// vendorLimit is the part of a [RateLimit] that only the reader of a vendor's headers sets.
type vendorLimit struct {
	state, reason        string
	requestID            string
	period, responseTime time.Duration
	near, throttled      bool
}

// keepLimit replaces the rate limit of the record.
func (c *Call) keepLimit(r *RateLimit) {
	c.rate = kept{
		retryAfter: r.RetryAfter, reset: r.Reset, most: count(r.Limit), remaining: count(r.Remaining),
	}
	c.quota = quotaFlags{has: r.HasQuota, hasRetryAfter: r.HasRetryAfter}
	vendor := vendorLimit{
		state: r.State, reason: r.Reason, requestID: r.RequestID,
		period: r.Period, responseTime: r.ResponseTime, near: r.NearLimit, throttled: r.Throttled,
	}
	if vendor != (vendorLimit{}) || c.rest != nil && c.rest.vendor != nil {
		c.typed().said = vendor
	}
}

// count converts n to the type in the record. [ParseRateLimit] returns no larger number.
func count(n int) int32 { return int32(max(0, min(n, math.MaxInt32))) }

// limit returns the rate limit of the record.
func (c *Call) limit() RateLimit {
	r := RateLimit{
		RetryAfter: c.rate.retryAfter, Reset: c.rate.reset,
		Limit: int(c.rate.most), Remaining: int(c.rate.remaining),
		HasQuota: c.quota.has, HasRetryAfter: c.quota.hasRetryAfter,
	}
	if c.rest != nil && c.rest.vendor != nil {
		v := &c.rest.vendor.said
		r.State, r.Reason, r.RequestID, r.Period, r.ResponseTime = v.state, v.reason, v.requestID, v.period, v.responseTime
		r.NearLimit, r.Throttled = v.near, v.throttled
	}
	return r
}
