package main

import (
	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
)

// A row has a title and the panels below it.
type row struct {
	title  string
	panels []panel
}

// A panel is a graph. It is as wide as others of its row, which has at most three.
type panel struct {
	title   string
	about   string // what a reader should know of it
	unit    string // as Grafana names it
	targets []target
}

// A target is a query, whose series have a legend.
type target struct{ expr, legend string }

func rows() []row {
	m := metric.All()
	return []row{
		{"Calls", []panel{successes(m), outcomes(m), failures(m)}},
		{"Duration", []panel{durations(m), requestDurations(m), inFlight(m)}},
		{"Retries", []panel{amplification(m), retries(m), giveUps(m)}},
		{"Waits", []panel{waiting(m), waits(m), redirects(m)}},
		{"Hedges", []panel{hedges(m), hedgeShare(m), hedgeGain(m)}},
		{"Limiters", []panel{limiterRate(m), limiterQueue(m), limiterPause(m)}},
		{"Shared limits", []panel{limiterMembers(m), limiterAsks(m), limiterStoreDown(m)}},
		{"Bulkheads", []panel{bulkheadUse(m), bulkheadHold(m), bulkheadRefused(m)}},
		{"Breakers", []panel{breakerState(m), breakerOpens(m), breakerRefused(m)}},
		{"Limits", []panel{budget(m), overflows(m)}},
	}
}

func successes(m metric.Set) panel {
	of := func(by ...string) string { // if nothing succeeds, the series for successes does not exist
		good := sum(rate(m.Calls, metric.Outcome+`=~"success|expected"`), by...)
		all := sum(rate(m.Calls, metric.Outcome+`!="canceled"`), by...)
		return "(" + good + " or 0 * " + all + ") / " + all
	}
	return panel{
		"Success", "The share of calls with a response that is not an error. Calls that the caller canceled do not count.",
		"percentunit",
		[]target{{of(), "all"}, {of(metric.Host), "{{host}}"}},
	}
}

func outcomes(m metric.Set) panel {
	return panel{
		"Calls by outcome", "Each hop of a redirect is a call. An expected outcome is an error status that the call allows.", "reqps",
		[]target{{sum(rate(m.Calls), metric.Outcome), "{{outcome}}"}},
	}
}

func failures(m metric.Set) panel {
	return panel{
		"Failures by class and status", "A failed call has the class of its error or the status of its response. " +
			"A body that breaks is counted beside its call.", "reqps",
		[]target{
			{sum(rate(m.Calls, metric.Outcome+`="failure"`), metric.Class, metric.Code), "{{class}}{{code}}"},
			{sum(rate(m.BodyErrors), metric.Class), "body: {{class}}"},
		},
	}
}

func durations(m metric.Set) panel {
	p := panel{title: "Duration of calls by route", about: "With all attempts and waits, to the response headers.", unit: "s"}
	for _, q := range []struct{ of, name string }{{"0.5", "p50"}, {"0.95", "p95"}, {"0.99", "p99"}} {
		p.targets = append(p.targets, target{quantile(q.of, m.CallDuration, metric.Route), "{{route}} " + q.name})
	}
	return p
}

func requestDurations(m metric.Set) panel {
	return panel{
		"Duration of attempts by host", "Each attempt alone, to the response headers.", "s",
		[]target{
			{quantile("0.5", m.RequestDuration, metric.Host), "{{host}} p50"},
			{quantile("0.99", m.RequestDuration, metric.Host), "{{host}} p99"},
		},
	}
}

func inFlight(m metric.Set) panel {
	return panel{
		"Calls in flight", "Counted by the layer Collector.InFlight.", "short",
		[]target{{sum(now(m.InFlight), metric.Host), "{{host}}"}},
	}
}

func amplification(m metric.Set) panel {
	of := func(by ...string) string { return sum(rate(m.Attempts), by...) + " / " + sum(rate(m.Calls), by...) }
	return panel{
		"Amplification", "Requests sent for each call: 1 without retries.", "short",
		[]target{{of(), "all"}, {of(metric.Route), "{{route}}"}},
	}
}

func retries(m metric.Set) panel {
	return panel{
		"Retries by cause", "Attempts that follow another one, by its status or the class of its error.", "reqps",
		[]target{{sum(rate(m.Retries), metric.Cause), "{{cause}}"}},
	}
}

func giveUps(m metric.Set) panel {
	return panel{
		"Give-ups by reason", "Why a retry that was called for was not made.", "reqps",
		[]target{{sum(rate(m.GiveUps), metric.Reason), "{{reason}}"}},
	}
}

func waiting(m metric.Set) panel {
	return panel{
		"Time waited for each call", "The average over all calls, by the kind of layer that waits.", "s",
		[]target{{sum(rate(m.WaitSeconds), metric.Cause) + " / scalar(" + sum(rate(m.Calls)) + ")", "{{cause}}"}},
	}
}

func waits(m metric.Set) panel {
	return panel{
		"Average wait", "How long one wait lasts, by the kind of layer that waits.", "s",
		[]target{{sum(rate(m.WaitSeconds), metric.Cause) + " / " + sum(rate(m.Waits), metric.Cause), "{{cause}}"}},
	}
}

func redirects(m metric.Set) panel {
	return panel{
		"Redirects", "Calls that continue a redirected one.", "reqps",
		[]target{{sum(rate(m.Redirects), metric.Host), "to {{host}}"}},
	}
}

const eachKey = "{{limiter}} {{key}}"

func limiterRate(m metric.Set) panel {
	return panel{
		"Rate of limiters", "Attempts a second that are admitted now: none during a pause, and no line without a limit.", "reqps",
		[]target{{aggregate("min", now(m.LimiterRate), metric.Limiter, metric.Key) + " < +Inf", eachKey}},
	}
}

func limiterQueue(m metric.Set) panel {
	return panel{
		"Attempts at limiters", "Those that wait, and those that were admitted and have no response yet.", "short",
		[]target{
			{sum(now(m.LimiterQueue), metric.Limiter, metric.Key), eachKey + " waiting"},
			{sum(now(m.LimiterRunning), metric.Limiter, metric.Key), eachKey + " running"},
		},
	}
}

func limiterPause(m metric.Set) panel {
	return panel{
		"Pauses of limiters", "How long the server has asked to wait, from now.", "s",
		[]target{{aggregate("max", now(m.LimiterPause), metric.Limiter, metric.Key), eachKey}},
	}
}

func hedges(m metric.Set) panel {
	return panel{
		"Hedges", "Requests sent because an earlier one was slow, and those of them whose response was used.", "reqps",
		[]target{{sum(rate(m.Hedges), metric.Host), "{{host}} sent"}, {sum(rate(m.HedgeWins), metric.Host), "{{host}} used"}},
	}
}

func hedgeShare(m metric.Set) panel {
	return panel{
		"Share of hedges", "Of all requests: what hedges add to the load.", "percentunit",
		[]target{{sum(rate(m.Hedges), metric.Route) + " / " + sum(rate(m.Attempts), metric.Route), "{{route}}"}},
	}
}

func hedgeGain(m metric.Set) panel {
	return panel{
		"Hedges that win", "Of the requests that hedges sent. If few win, the delay is too short or all servers are slow.", "percentunit",
		[]target{{sum(rate(m.HedgeWins), metric.Route) + " / " + sum(rate(m.Hedges), metric.Route), "{{route}}"}},
	}
}

func limiterMembers(m metric.Set) panel {
	return panel{
		"Members of shared limits", "Those that share a limit, and the turns that all instances hold in reserve.", "short",
		[]target{
			{aggregate("max", now(m.LimiterMembers), metric.Limiter, metric.Key), eachKey + " members"},
			{sum(now(m.LimiterHeld), metric.Limiter, metric.Key), eachKey + " turns held"},
		},
	}
}

func limiterAsks(m metric.Set) panel {
	return panel{
		"Asks of stores", "How often all instances ask the store for turns.", "ops",
		[]target{{sum(rate(m.LimiterAsks), metric.Limiter, metric.Key), eachKey}},
	}
}

func limiterStoreDown(m metric.Set) panel {
	return panel{
		"Instances without their store", "While its store fails, an instance keeps to its share of the limit.", "short",
		[]target{{sum(now(m.LimiterStoreDown), metric.Limiter, metric.Key), eachKey}},
	}
}

const (
	eachBulkhead = "{{bulkhead}} {{key}}"
	eachCircuit  = "{{breaker}} {{key}}"
)

func bulkheadUse(m metric.Set) panel {
	return panel{
		"Permits of bulkheads", "Those that exist and those that are held, and the attempts that wait for one.", "short",
		[]target{
			{sum(now(m.BulkheadInUse), metric.Bulkhead, metric.Key), eachBulkhead + " in use"},
			{sum(now(m.BulkheadPermits), metric.Bulkhead, metric.Key), eachBulkhead + " permits"},
			{sum(now(m.BulkheadQueue), metric.Bulkhead, metric.Key), eachBulkhead + " waiting"},
		},
	}
}

func bulkheadHold(m metric.Set) panel {
	return panel{
		"Oldest permit", "How long it has been held. If it grows all the time, the program does not close a body.", "s",
		[]target{{aggregate("max", now(m.BulkheadHold), metric.Bulkhead, metric.Key), eachBulkhead}},
	}
}

func bulkheadRefused(m metric.Set) panel {
	return panel{
		"Attempts that bulkheads refuse", "And the permits that were held for longer than the maximum.", "reqps",
		[]target{
			{sum(rate(m.BulkheadRefused), metric.Bulkhead, metric.Key), eachBulkhead + " refused"},
			{sum(rate(m.BulkheadOverdue), metric.Bulkhead, metric.Key), eachBulkhead + " overdue"},
		},
	}
}

func breakerState(m metric.Set) panel {
	return panel{
		"State of circuits", "The worst of all instances: 0 closed, 1 half-open, 2 open.", "short",
		[]target{{aggregate("max", now(m.BreakerState), metric.Breaker, metric.Key), eachCircuit}},
	}
}

func breakerOpens(m metric.Set) panel {
	return panel{
		"Circuits that open", "How often, in all instances.", "ops",
		[]target{{sum(rate(m.BreakerOpens), metric.Breaker, metric.Key), eachCircuit}},
	}
}

func breakerRefused(m metric.Set) panel {
	return panel{
		"Attempts that circuits refuse", "They are not sent.", "reqps",
		[]target{{sum(rate(m.BreakerRefused), metric.Breaker, metric.Key), eachCircuit}},
	}
}

func budget(m metric.Set) panel {
	return panel{
		"Retries left in budgets", "The lowest of all instances. At 0 there are no retries except after a throttled response.", "short",
		[]target{{aggregate("min", now(m.BudgetLeft), metric.Budget), "{{budget}}"}},
	}
}

func overflows(m metric.Set) panel {
	return panel{
		"Folded observations", "Observations counted under _OTHER. If there are any, see WithMaxSeries.", "ops",
		[]target{{sum(rate(m.Overflows)), "folded"}},
	}
}
