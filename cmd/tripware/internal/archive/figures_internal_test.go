//go:build unix

package archive

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// BenchmarkExportTenThousandAlerts exports 10,000 alerts with notes, logs, recipients and
// attachments from a server that allows 500 requests a second in each domain, in a process of
// its own. It reports the time against the ideal of that limit, the requests, those that were
// throttled, and the memory of that process. `make export-figures` runs it.
func BenchmarkExportTenThousandAlerts(b *testing.B) {
	const alerts, perSecond, burst = 10_000, 500, 500
	var filling atomic.Int64 // the clock while the account is filled, in milliseconds; then zero
	filling.Store(time.Now().Add(-time.Hour).UnixMilli())
	opts := []opsgenietest.Option{
		opsgenietest.WithProcessingPolls(0), opsgenietest.WithRequestLog(200_000),
		opsgenietest.WithClock(func() time.Time {
			if filling.Load() == 0 {
				return time.Now()
			}
			return time.UnixMilli(filling.Add(20)) // time enough for the limit
		}),
	}
	for _, domain := range []opsgenietest.Domain{
		opsgenietest.DomainAlert, opsgenietest.DomainSearch, opsgenietest.DomainConfiguration, opsgenietest.DomainOther,
		opsgenietest.DomainHeartbeat, opsgenietest.DomainIncident, opsgenietest.DomainScheduleOnCall,
	} {
		opts = append(opts, opsgenietest.WithRateLimit(domain, perSecond, burst))
	}
	server := opsgenietest.New(b, opts...)
	fillAlerts(b, server, alerts)
	filling.Store(0)
	self, err := os.Executable()
	require.NoError(b, err)
	for b.Loop() {
		before := server.Received()
		dir := filepath.Join(b.TempDir(), "export")
		c := exec.CommandContext(b.Context(), self)
		c.Env = append(os.Environ(), childURL+"="+server.URL, childDir+"="+dir)
		c.Stderr = os.Stderr
		start := time.Now()
		require.NoError(b, c.Run())
		took := time.Since(start).Seconds()
		throttled, busiest := 0, map[opsgenietest.Domain]int{}
		for _, r := range server.Requests()[before:] {
			if r.Status == 429 {
				throttled++
			} else {
				busiest[r.Domain]++
			}
		}
		most := 0
		for _, n := range busiest {
			most = max(most, n)
		}
		ideal := math.Max(0, float64(most-burst)/perSecond)
		usage, _ := c.ProcessState.SysUsage().(*syscall.Rusage)
		a, err := Open(dir)
		require.NoError(b, err)
		require.Equal(b, alerts, rowsOf(a.Manifest, "alerts"))
		require.Empty(b, a.Manifest.Missing)
		require.NoError(b, a.Close())
		b.ReportMetric(took, "s")
		b.ReportMetric(ideal, "s-ideal")
		b.ReportMetric(took/ideal, "of-ideal")
		b.ReportMetric(float64(server.Received()-before), "requests")
		b.ReportMetric(float64(throttled), "throttled")
		b.ReportMetric(float64(usage.Maxrss)/1024, "MB-peak")
		b.ReportMetric(c.ProcessState.UserTime().Seconds()+c.ProcessState.SystemTime().Seconds(), "s-cpu")
	}
}

func fillAlerts(b *testing.B, server *opsgenietest.Server, n int) {
	b.Helper()
	client := clientOf(b, server)
	send := func(path, body string) {
		resp, err := client.HTTP().Post(server.URL+path, "application/json", strings.NewReader(body))
		require.NoError(b, err)
		require.NoError(b, resp.Body.Close())
		require.Equal(b, 202, resp.StatusCode)
	}
	for i := range n {
		send("/v2/alerts", fmt.Sprintf(`{"message":"m%d","alias":"a%d","description":%q}`, i, i, strings.Repeat("d", 500)))
		send(fmt.Sprintf("/v2/alerts/a%d/notes?identifierType=alias", i), `{"note":"n"}`)
	}
}
