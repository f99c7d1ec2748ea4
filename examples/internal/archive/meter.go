package archive

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/services"
)

// A Meter measures how much a client was slowed down. It is safe for concurrent use.
type Meter struct {
	throttled atomic.Int64
	waited    atomic.Int64 // nanoseconds
}

// Watch returns a meter for the client that publishes on p.
func Watch(p *metrics.Publishers) *Meter {
	m := &Meter{}
	p.HTTP.Subscribe(metrics.On(func(_ context.Context, attempt metrics.HTTPEvent) {
		if attempt.StatusCode == http.StatusTooManyRequests {
			m.throttled.Add(1)
		}
	}))
	p.SDK.Subscribe(metrics.On(func(_ context.Context, call metrics.SDKEvent) {
		if answer, ok := call.Result.(services.ResultDetails); ok {
			m.waited.Add(int64(answer.Waited))
		}
	}))
	return m
}

// String returns such as "throttled answers: 17; waits of all calls together: 42.1s".
func (m *Meter) String() string {
	waited := time.Duration(m.waited.Load()).Round(100 * time.Millisecond)
	return fmt.Sprintf("throttled answers: %d; waits of all calls together: %v", m.throttled.Load(), waited)
}
