package record

import (
	"context"
	"net/http"
	"time"
)

// A RateLimit is a transport.RateLimit, as a [Wait] is a transport.Wait.
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

// A LimitReader returns said, which the headers in general use gave, with what the
// headers of one vendor add to it. It must not change the header.
type LimitReader func(header http.Header, said RateLimit) RateLimit

// LimitReaderOf returns the reader that a layer of ctx's call has recorded, or nil.
// Every layer that reads a response of the call adds what it finds.
func LimitReaderOf(ctx context.Context) LimitReader {
	if w := WriterOf(ctx); w != nil {
		return w.LimitReader()
	}
	return nil
}
