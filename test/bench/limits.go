package bench

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A limit is what Tripware must keep to in one respect.
type limit struct {
	subject, measure string
	measured         float64 // NaN if it was not measured, which is not met
	most             bool    // bound is the most, otherwise the least
	bound            float64
	why              string // why it is not met, if that is known
}

func atMost(bound float64, subject, measure string, measured float64, why string) limit {
	return limit{subject, measure, measured, true, bound, why}
}

func atLeast(bound float64, subject, measure string, measured float64, why string) limit {
	return limit{subject, measure, measured, false, bound, why}
}

func (l limit) met() bool {
	if l.most {
		return l.measured <= l.bound
	}
	return l.measured >= l.bound
}

// limits returns all limits with what was measured. Limits of time are relative to
// contestants of the same run, because machines differ.
func (r results) limits() []limit {
	success := func(name, column string) float64 { return r.at(titleSuccess, name, column) }
	trouble := func(column string) float64 { return r.at(titleTrouble, nameAround, column) }
	loopback := func(column string) float64 { return r.at(titleLoopback, nameOurs, column) }
	typed := func(column string) float64 { return r.at(titleTyped, "get: "+nameTyped, column) }
	time, allocs, bytes := success(nameOurs, colFull), success(nameOurs, colFullAllocs), success(nameOurs, colFullBytes)
	const (
		full, around, chained = "full chain, logging off", "retry only, around a base", "retry only, in a chain"
		get, post             = titleTrouble + ", GET, around a base", titleTrouble + ", POST, around a base"
		socket                = "loopback HTTP/1.1, 64 goroutines"
		layers                = "the record and two requests; rate limits (0.08), locks (0.06), two clock readings (0.04), nine layers"
		drains                = "each drain is bounded in time, and an attempt that may not be repeated is traced"
	)
	all := []limit{
		atMost(1.10, full, "time × "+nameByHand, time/success(nameByHand, colFull), layers),
		atMost(1.02, full, "time × rehttp", time/success(nameRehttp, colFull), layers),
		atMost(4, full, "allocations beyond bare", allocs, layers),
		atMost(1216, full, "bytes beyond bare", bytes, layers),
		atMost(1.20, around, "time × bare", success(nameAround, colRetry), "policy, budget, body and a reading of the clock"),
		atMost(0, around, "allocations beyond bare", success(nameAround, colRetryAllocs), ""),
		atMost(1.35, chained, "time × bare", success(nameOurs, colRetry), "the record of the call is allocated and cleared"),
		atMost(1, chained, "allocations beyond bare", success(nameOurs, colRetryAllocs), ""),
		atMost(2, "logging on, slog JSON", "allocations more", success(nameLogged, colFullAllocs)-allocs, ""),
		atMost(1, "an observer on each of three channels", "allocations more, each",
			(success(nameObserved, colFullAllocs)-allocs)/3, "two events, a wrapper of the body, and the URL as text"),
		atMost(0.86, get, "time × three plain requests", trouble(colGet), drains),
		atMost(-13, get, "allocations beyond three plain", trouble(colGetAllocs), "the timer that bounds the drains"),
		atMost(0.85, post, "time × three plain requests", trouble(colPost), drains),
		atMost(-9, post, "allocations beyond three plain", trouble(colPostAllocs), "an attempt is traced, to know whether it was sent"),
		atLeast(3, titleTrouble, "bodies drained", r.at(titleTrouble, nameOurs, colDrained), ""),
		atLeast(3, titleTrouble, "bodies closed", r.at(titleTrouble, nameOurs, colClosed), ""),
		atLeast(0.98, socket, "throughput × "+nameByHand, loopback(colHTTP1), "within the noise of the run"),
		atMost(0, socket, "new connections after the warm-up", loopback(colHTTP1Opened), ""),
		atLeast(0.85, "typed get", "throughput × by hand, memory", typed(colMemory), "the chain, and the data kept as it came"),
		atLeast(0.97, "typed get", "throughput × by hand, loopback", typed(colLoopback), "the chain, and the data kept as it came"),
		atMost(64, titleUpload+", GetBody", "KiB of heap", r.at(titleUpload, nameOurs, colGetBody)/1024, ""),
		atMost(64, titleUpload+", seekable", "KiB of heap", r.at(titleUpload, nameOurs, colSeekable)/1024, ""),
		atMost(5, titleHostile+", 1 MiB", "ms a line", r.at(titleHostile, nameSlowest, colMillis), ""),
		atMost(0, titleSide+", a client each", "waits for a lock per 1,000 calls", r.at(titleSide, nameOurs, colWaitsTwo), ""),
	}
	return append(all, r.throttleLimits()...)
}

// throttleLimits hold for the learning limiter whatever the server's hint, and for
// retries alone with Retry-After. The worst hint counts.
func (r results) throttleLimits() []limit {
	var all []limit
	add := func(name, subject string, of []hint, sent, wall float64, why string) {
		worst := func(column func(hint) string) float64 {
			most := 0.0
			for _, h := range of {
				most = max(most, r.at(titleThrottle, name, column(h)))
			}
			return most
		}
		all = append(all,
			atMost(sent, subject, "sent per success", worst(hint.sent), why),
			atMost(wall, subject, "wall × best possible", worst(hint.wall), why),
			atMost(0, subject, "failed calls", worst(hint.failed), ""))
	}
	for _, name := range []string{nameLearning, nameLearningAll} {
		subject := strings.TrimPrefix(name, nameOurs+", ") + ", any hint"
		add(name, subject, hints(), 1.07, 1.15, "64 clients meet a burst of 50; one pause of 1 s refills 0.25 s, and is 1.16 by itself")
	}
	for _, name := range []string{nameAlone, nameAloneAll} {
		subject := strings.TrimPrefix(name, nameOurs+", ") + ", Retry-After"
		add(name, subject, hints()[:1], 1.30, 1.60, "the last calls draw waits of many seconds above the hint")
	}
	return all
}

// line returns the cells of a limit in docs/limits.md.
func (l limit) line() []string {
	bound, verdict, why := "at least ", "**no**", l.why
	if l.most {
		bound = "at most "
	}
	if l.met() {
		verdict, why = "yes", ""
	}
	return []string{l.subject, l.measure, bound + decimals(l.bound, 2), decimals(l.measured, 3), verdict, why}
}

// decimals shows whole numbers without decimals and others with n.
func decimals(f float64, n int) string {
	switch {
	case math.IsNaN(f):
		return dash
	case f == math.Trunc(f):
		return plain(f)
	}
	return strconv.FormatFloat(f, 'f', n, 64)
}

// limitsPage returns docs/limits.md.
func (r report) limitsPage() string {
	all := r.limits()
	var lines [][]string
	met := 0
	for _, l := range all {
		if l.met() {
			met++
		}
		lines = append(lines, l.line())
	}
	return fmt.Sprintf(`# Limits

For maintainers: what the project allows itself in time, memory and requests. `+"`make bench`"+` writes this page together with
[benchmarks.md](benchmarks.md), which explains each measurement and compares it with other modules.

%s

%d of %d limits were met. Limits of time are relative to contestants of the same run. Allocation counts are exact.

%s`, r.written(), met, len(all), markdown("llrrll", []string{"what", "measure", "limit", "measured", "met", "why not"}, lines))
}
