package record

import (
	"context"
	"net/http"
	"time"
)

// A RateLimit has the fields of a transport.RateLimit, like [Wait].
type RateLimit struct {
	State         string
	Reason        string
	Period        time.Duration
	RequestID     string
	ResponseTime  time.Duration
	RetryAfter    time.Duration
	Limit         int
	Remaining     int
	Reset         time.Duration
	HasQuota      bool
	HasRetryAfter bool
	NearLimit     bool
	Throttled     bool
}

// A LimitReader returns said, the rate limit in the headers in general use, together with
// the values of a vendor's headers. It must not modify header.
type LimitReader func(header http.Header, said RateLimit) RateLimit

// LimitReaderOf returns the reader that a layer has stored in the record of ctx's call, or
// nil. Every layer that reads the rate limit of a response must use it.
func LimitReaderOf(ctx context.Context) LimitReader {
	if w := WriterOf(ctx); w != nil {
		return w.LimitReader()
	}
	return nil
}
