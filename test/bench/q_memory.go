package bench

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"time"
)

// The titles of questions and the columns that the limits refer to.
const (
	titleSuccess = "A call that succeeds at once"
	titleTrouble = "503, 503, 200"

	colRetry       = "retry only: × bare"
	colRetryAllocs = "retry only: allocs"
	colRetryBytes  = "retry only: B"
	colFull        = "full: × bare"
	colFullAllocs  = "full: allocs"
	colFullBytes   = "full: B"
)

// onSuccess asks what a call costs whose first response is 200.
func onSuccess() question {
	return question{
		title: titleSuccess,
		text: "A GET to which a round tripper in memory responds at once, with 200, four headers and two bytes. All figures are " +
			"relative to a bare `http.Client` over the same round tripper. *Full* is retries and " + carried + ".",
		note: "otelhttp makes spans and metrics and nothing else. *" + nameOneCopy + "* is a reference that keeps no record of the " +
			"call and knows no hints, budgets or deadlines. The hooks of heimdall and go-retryablehttp write on the caller's " +
			"request, which a round tripper must not do.",
		columns: []column{
			{colRetry, ratio}, {colRetryAllocs, beyond}, {colRetryBytes, beyond},
			{colFull, ratio}, {colFullAllocs, beyond}, {colFullBytes, beyond},
		},
		measure: measureSuccess,
	}
}

func measureSuccess(ctx context.Context, l lab) ([]row, error) {
	bare := repeat(nameBare, above(instant()).gets())
	own, err := count(ctx, l.counted(), bare)
	if err != nil {
		return nil, err
	}
	all := append(contestants(), around(), logged(), observed())
	var runners []runner
	costs := map[string]cost{}
	for _, c := range all {
		for form, build := range map[string]builder{colRetry: c.retry, colFull: c.full} {
			if build == nil {
				continue
			}
			sender, err := build(instant(), noWaits())
			if err != nil {
				return nil, err
			}
			r := repeat(c.name+form, sender.gets())
			took, err := count(ctx, l.counted(), r)
			if err != nil {
				return nil, err
			}
			runners, costs[r.name] = append(runners, r), took.minus(own)
		}
	}
	found, err := race(ctx, l.serial(5000, 60*time.Second), bare, runners)
	rows := []row{{name: "A call of the " + nameBare, remark: fmt.Sprintf("%s ns, %s allocations, %s B.",
		plain(math.Round(found.reference.mid)), plain(own.allocs), plain(own.bytes))}}
	for _, c := range all {
		r := row{name: c.name}
		for _, form := range []string{colRetry, colFull} {
			took, measured := found.ratios[c.name+form]
			if !measured {
				r.values = append(r.values, none(3)...)
				continue
			}
			r.values = append(r.values, took, exact(costs[c.name+form].allocs), exact(costs[c.name+form].bytes))
		}
		rows = append(rows, r)
	}
	return rows, err
}

const (
	colGet        = "GET: × three plain"
	colGetAllocs  = "GET: allocs"
	colPost       = "POST: × three plain"
	colPostAllocs = "POST: allocs"
	colDrained    = "drained"
	colClosed     = "closed"
)

// onTrouble asks what a call costs that is retried twice.
func onTrouble() question {
	return question{
		title: titleTrouble,
		text: "One call that gets 503 twice and then 200, without waits, relative to three plain requests that get 200, by time " +
			"and by allocations. Each response has a body of 512 bytes, and so has each POST. *Drained* and *closed* count the " +
			"bodies of the three responses that were read to their end, and closed.",
		columns: []column{
			{colGet, ratio}, {colGetAllocs, beyond}, {colPost, ratio}, {colPostAllocs, beyond}, {colDrained, number}, {colClosed, number},
		},
		measure: measureTrouble,
	}
}

func measureTrouble(ctx context.Context, l lab) ([]row, error) {
	var rows []row
	for _, c := range append(contestants(), around()) {
		if c.retry != nil {
			rows = append(rows, row{name: c.name, values: none(6)})
		}
	}
	payload := body{bytes: []byte(document(512))}
	for i, method := range []string{http.MethodGet, http.MethodPost} {
		calling := func(s client) func(ctx context.Context) error {
			if method == http.MethodGet {
				return s.gets()
			}
			return func(ctx context.Context) error { return ok(s.send(ctx, method, memoryURL, payload)) }
		}
		if err := troubled(ctx, l, rows, 2*i, calling); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// troubled fills the time and the allocations of one method, and the bodies.
func troubled(ctx context.Context, l lab, rows []row, column int, calling func(client) func(context.Context) error) error {
	plainCall := calling(above(newScript(http.StatusOK)))
	three := repeat("three plain requests", func(ctx context.Context) error {
		return firstOf(plainCall(ctx), plainCall(ctx), plainCall(ctx))
	})
	own, err := count(ctx, l.counted(), three)
	if err != nil {
		return err
	}
	var runners []runner
	for _, c := range append(contestants(), around()) {
		if c.retry == nil {
			continue
		}
		base := newScript(http.StatusServiceUnavailable, http.StatusServiceUnavailable, http.StatusOK)
		sender, err := c.retry(base, policy{max: 3, always: true})
		if err != nil {
			return err
		}
		r := repeat(c.name, calling(sender))
		took, err := count(ctx, l.counted(), r)
		if err != nil {
			return err
		}
		runners = append(runners, r)
		values := rows[len(runners)-1].values
		values[column+1] = exact(took.minus(own).allocs)
		calls := float64(base.sent.Load()) / 3
		values[4] = exact(fewer(values[4].mid, float64(base.drained.Load())/calls))
		values[5] = exact(fewer(values[5].mid, float64(base.closed.Load())/calls))
	}
	found, err := race(ctx, l.serial(1700, 20*time.Second), three, runners)
	for i := range rows {
		rows[i].values[column] = found.ratios[rows[i].name]
	}
	return err
}

// fewer returns the smaller number; NaN is none.
func fewer(a, b float64) float64 {
	if math.IsNaN(a) {
		return b
	}
	return min(a, b)
}

// A builder makes a client on a base.
type builder = func(base http.RoundTripper, p policy) (client, error)
