package ratelimit

import (
	"net/http"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/transport"
)

// The headers that only the vendor of these tests sends.
const (
	VendorState  = "Vendor-State"
	VendorPeriod = "Vendor-Period"
)

// ReadVendor is the vendor's reader.
func ReadVendor(said http.Header, limit transport.RateLimit) transport.RateLimit {
	limit.State, limit.RequestID = said.Get(VendorState), said.Get("X-Request-Id")
	limit.Throttled = limit.State == "SLOW"
	limit.Period, _ = header.Wait(said[VendorPeriod], header.Clock{})
	return limit
}
