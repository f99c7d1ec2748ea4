package workshop

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/faultsim"
)

var update = flag.Bool("update", false, "write the tables of README.md")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	tableBegin = "<!-- generated: go test -C test/workshop -run Tables . -update -->\n"
	tableEnd   = "<!-- end -->\n"
)

// The scenes are played, and what this module shows in them must hold. With -v the tables are
// printed, and with -update written. The figures of a run differ a little from those of another,
// since the waits of retries are random, so that they are not compared with those in README.md;
// that it has a row for each peer is.
func TestTables(t *testing.T) {
	all := outages(t)
	text := breakers(t, all) + "\n" + recoveries(t, all) + "\n" + hedges(t)
	t.Log("\n" + text)
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	before, rest, began := strings.Cut(string(page), tableBegin)
	written, after, ended := strings.Cut(rest, tableEnd)
	require.True(t, began && ended, "README.md has no lines %s and %s", tableBegin, tableEnd)
	if *update {
		require.NoError(t, os.WriteFile("README.md", []byte(before+tableBegin+"\n"+text+"\n"+tableEnd+after), 0o600))
		return
	}
	for _, p := range peers() {
		assert.Equal(t, 3, strings.Count(written, "| "+p.name+" |"), "run the test with -update")
	}
	assert.Equal(t, headings(text), headings(written), "run the test with -update")
}

// headings returns the lines of a text that are no rows.
func headings(text string) (kept []string) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| module") {
			kept = append(kept, strings.TrimSpace(line))
		}
	}
	return strings.Fields(strings.Join(kept, "\n"))
}

// played is what a peer did in a scene.
type played struct {
	scene

	trouble, after *faultsim.Result
	first, last    time.Duration
}

// outages plays all scenes of each peer.
func outages(t *testing.T) map[string][]played {
	t.Helper()
	all := map[string][]played{}
	for _, p := range peers() {
		for _, s := range scenes() {
			o := played{scene: s}
			o.trouble, o.after, o.first, o.last = s.play(t, p)
			all[p.name] = append(all[p.name], o)
		}
	}
	return all
}

// breakers returns the table of requests for each call.
func breakers(t *testing.T, all map[string][]played) string {
	t.Helper()
	heading := []string{"module"}
	for _, s := range scenes() {
		heading = append(heading, s.name)
	}
	tab := table{heading: heading}
	for _, p := range peers() {
		row := []string{p.name}
		for _, o := range all[p.name] {
			row = append(row, fmt.Sprintf("%.4f", o.trouble.Amplification()))
		}
		tab.add(row...)
	}
	for _, o := range all[ours().name] {
		if o.cancel > 0 {
			assert.InDelta(t, 1, o.trouble.Amplification(), 0.02, "a caller's cancellation trips nothing")
			continue
		}
		assert.LessOrEqual(t, o.trouble.Amplification(), 0.02, o.name)
	}
	return "### Breakers: requests for each call\n\n" + tab.String()
}

// recoveries returns the table of the outages with 503.
func recoveries(t *testing.T, all map[string][]played) string {
	t.Helper()
	tab := table{heading: []string{
		"module", "requests at a time", "first success after", "last failure after", "with 5 retries: first success", "last failure", "most requests in 100 ms afterwards",
	}}
	for _, p := range peers() {
		without, with := all[p.name][0], all[p.name][1]
		tab.add(p.name, fmt.Sprint(without.trouble.InFlight()), seconds(without.first), seconds(without.last),
			seconds(with.first), seconds(with.last), fmt.Sprint(with.after.Peak(100*time.Millisecond)))
	}
	for _, o := range all[ours().name][:2] {
		assert.LessOrEqual(t, o.trouble.InFlight(), probes, o.name)
		assert.LessOrEqual(t, o.first, openTime+time.Second, o.name)
	}
	return "### Breakers: the end of an outage with 503\n\n" + tab.String()
}

func seconds(d time.Duration) string {
	if d == faultsim.Never {
		return "never"
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// hedges returns the table of hedges.
func hedges(t *testing.T) string {
	t.Helper()
	tab := table{heading: []string{"module", "requests for each call", "p50", "p99", "bytes over HTTP/1.1", "over HTTP/2", "status, if the further request fails"}}
	for _, p := range peers() {
		r, status := tail(t, p), 0
		synctest.Test(t, func(*testing.T) {
			status = p.hedge(&doubtful{})(context.Background(), "http://api.example.com/").status
		})
		bytes := []string{"", ""}
		var arrived [2]result
		if p.name != none().name {
			for i, http2 := range []bool{false, true} {
				arrived[i] = winnersBody(p.hedge, http2)
				bytes[i] = fmt.Sprint(arrived[i].bytes)
			}
		}
		tab.add(p.name, fmt.Sprintf("%.3f", r.Amplification()), millis(r.P(50)), millis(r.P(99)), bytes[0], bytes[1], fmt.Sprint(status))
		if p.name == ours().name {
			assert.LessOrEqual(t, r.Amplification(), 1.10)
			assert.LessOrEqual(t, r.P(99), 100*time.Millisecond)
			assert.Equal(t, http.StatusOK, status)
			for _, r := range arrived {
				assert.NoError(t, r.err)
				assert.EqualValues(t, bodySize, r.bytes)
			}
		}
	}
	return "### Hedges\n\n" + tab.String()
}

func millis(d time.Duration) string { return d.Round(time.Millisecond).String() }
