// Package outages_test replays an outage whose log is in testdata. docs/outages.md explains it.
package outages_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/layer"
)

const page = "../../docs/outages.md"

var update = flag.Bool("update", false, "write the output into "+page)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lastOutage returns the script of an outage whose errors were counted each minute.
func lastOutage(t *testing.T) string {
	t.Helper()
	log, err := os.ReadFile("testdata/minutes.csv")
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(log)).ReadAll()
	require.NoError(t, err)
	var phases []string
	kinds := rows[0][2:] // 503, reset and timeout, which are words of a script
	for _, row := range rows[1:] {
		requests, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err)
		var faults []string
		for i, kind := range kinds {
			errors, err := strconv.ParseFloat(row[i+2], 64)
			require.NoError(t, err)
			if errors > 0 {
				faults = append(faults, fmt.Sprintf("%s p=%.2f", kind, errors/requests))
			}
		}
		if faults == nil {
			faults = []string{"ok"}
		}
		phases = append(phases, "1m "+strings.Join(faults, ", ")+" # "+row[0])
	}
	return strings.Join(phases, "\n")
}

// replay replays the last outage: four instances of a program, in each of which five goroutines
// make a call a second, and a server that takes 30 requests a second.
func replay(t *testing.T, s *faultsim.Sim, settings func() tripware.Option) *faultsim.Result {
	t.Helper()
	s.Latency(faultsim.LogNormal(40*time.Millisecond, 300*time.Millisecond)).Bucket(30, 30, "retry-after=1s")
	instance := func(base http.RoundTripper) http.RoundTripper {
		rt, err := tripware.NewTransport(tripware.WithBase(base), settings()) // a budget of its own
		require.NoError(t, err)
		return rt
	}
	return s.Clients(4, instance).Callers(5).Every(time.Second).Run(12 * time.Minute)
}

// budgeted adds at most a fifth to the load of a server that is down, and a retry a second.
func budgeted() tripware.Option {
	return tripware.WithRetry(retry.WithAttemptTimeout(2*time.Second), retry.WithBudget(layer.NewBudget(0.2, 10, 1)))
}

// explain computes the worst case of settings for four instances that make 20 calls a second.
func explain(t *testing.T, settings ...tripware.Option) faultsim.Explanation {
	t.Helper()
	client, err := tripware.New(settings...)
	require.NoError(t, err)
	return faultsim.Explain(client.Transport, faultsim.WithLoad(20, 4))
}

func TestTheWorstCase(t *testing.T) {
	worst := explain(t, budgeted())
	t.Logf("%v", worst)

	assert.LessOrEqual(t, worst.Attempts, 6)
	assert.LessOrEqual(t, worst.Time, 62*time.Second)
	assert.LessOrEqual(t, worst.Outage.PerCall(), 1.5, "what retries make of the load of a server that is down")
}

func TestTheWorstCaseOfTheDefaults(t *testing.T) {
	onThePage(t, "worst", "```txt\n"+explain(t).String()+"\n```\n")
}

func TestTheLastOutage(t *testing.T) {
	faultsim.Test(t, lastOutage(t), func(t *testing.T, s *faultsim.Sim) {
		r := replay(t, s, budgeted)
		t.Logf("%v\n%v", r.Timeline(), r)

		during := r.Between(2*time.Minute, 8*time.Minute)
		assert.LessOrEqual(t, during.Amplification(), 1.5, "the load that retries add while the server is down")
		assert.LessOrEqual(t, r.P(100), time.Minute, "the longest call")
		first, steady := r.Recovery()
		assert.LessOrEqual(t, first, time.Second, "after the outage, until a call succeeds")
		assert.LessOrEqual(t, steady, 5*time.Second, "after the outage, until no call fails")
	})
}

// R14: what settings would have done in the outage.
func TestSettingsInTheLastOutage(t *testing.T) {
	t.Parallel()
	const ours = "`budgeted()`"
	timeout := retry.WithAttemptTimeout(2 * time.Second)
	rows := []struct {
		name     string
		settings func() tripware.Option
	}{
		{"no retries, no timeout", func() tripware.Option { return tripware.WithRetry(retry.Off()) }},
		{"the defaults", func() tripware.Option { return nil }},
		{"an attempt timeout of 2 s", func() tripware.Option { return tripware.WithRetry(timeout) }},
		{"the same, at most 2 retries", func() tripware.Option { return tripware.WithRetry(timeout, retry.WithMaxRetries(2)) }},
		{ours, budgeted},
		{"`budgeted()`, 6 a second for each instance", func() tripware.Option {
			limiter := ratelimit.NewLimiter(ratelimit.WithRate(6, 6), ratelimit.WithMaxWait(5*time.Second))
			return tripware.Options(budgeted(), tripware.WithLimiter(limiter))
		}},
	}
	var table strings.Builder
	table.WriteString("| settings | requests for each call in the outage | most in a second | failed calls | longest call | no call fails after |\n")
	table.WriteString("|---|--:|--:|--:|--:|--:|\n")
	for _, row := range rows {
		faultsim.Test(t, lastOutage(t), func(t *testing.T, s *faultsim.Sim) {
			r := replay(t, s, row.settings)
			during := r.Between(2*time.Minute, 8*time.Minute)
			_, steady := r.Recovery()
			worst := explain(t, row.settings())
			assert.LessOrEqual(t, r.MostRequests(), worst.Attempts, row.name)
			assert.LessOrEqual(t, r.P(100), worst.Time, row.name)
			if row.name == ours {
				onThePage(t, "timeline", "```txt\n"+r.Timeline()+"\n"+r.String()+"```\n")
			}
			fmt.Fprintf(&table, "| %s | %.2f | %d | %.1f %% | %v | %v |\n", row.name, during.Amplification(), during.Peak(time.Second),
				100*float64(during.Failed())/float64(during.Calls()), seconds(r.P(100)), seconds(steady))
		})
	}
	onThePage(t, "settings", table.String())
}

func seconds(d time.Duration) string {
	if d == faultsim.Never {
		return "never"
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// onThePage checks that the page has a text, or writes it there.
func onThePage(t *testing.T, name, shown string) {
	t.Helper()
	t.Log("\n" + shown)
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	begin := "<!-- " + name + ": go test ./examples/outages -update -->\n"
	place := regexp.MustCompile("(?s)" + regexp.QuoteMeta(begin) + ".*?<!-- end -->\n")
	require.Regexp(t, place, string(text))
	if *update {
		text = place.ReplaceAllLiteral(text, []byte(begin+shown+"<!-- end -->\n"))
		require.NoError(t, os.WriteFile(page, text, 0o600))
	}
	assert.Contains(t, string(text), begin+shown+"<!-- end -->\n")
}
