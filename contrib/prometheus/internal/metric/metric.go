// Package metric names the metrics of the collector, for the collector itself and for the
// program that makes the dashboard.
package metric

import "slices"

// Namespace is the default prefix of the names.
const Namespace = "tripware"

// The labels.
const (
	Route   = "route"   // of the call, see transport.WithRoute; empty if it has none
	Method  = "method"  // a method that is known, or Other
	Host    = "host"    // of the URL, with the port if it is not the default one
	Outcome = "outcome" // see metrics.CallEvent
	Class   = "class"   // of the error, see transport.ErrorClass; empty if there is a response
	Code    = "code"    // of the response; empty if there is none
	Cause   = "cause"   // why an attempt follows another, or what kind of layer waits
	Reason  = "reason"  // see transport.Reason
	Limiter = "limiter" // the name given to the option
	Key     = "key"     // of the limiter, bulkhead or breaker
	Budget  = "budget"  // the name given to the option

	Bulkhead = "bulkhead" // the name given to the option
	Breaker  = "breaker"  // the name given to the option
)

// Other replaces the values of a label for which there is no series left.
const Other = "_OTHER"

// A Kind is the type of a metric.
type Kind int

// The kinds of metrics.
const (
	Counter Kind = iota
	Histogram
	Gauge
)

// A Metric describes one family of series.
type Metric struct {
	Name   string // without the namespace
	Help   string
	Kind   Kind
	Open   []string // labels whose values come from the caller
	Closed []string // labels with few values
}

// Labels returns the names of all labels, first the open ones.
func (m Metric) Labels() []string { return slices.Concat(m.Open, m.Closed) }

// A Set holds all metrics.
type Set struct {
	Calls, CallDuration, BodyErrors, Redirects, Attempts    Metric
	RequestDuration, Retries                                Metric
	Waits, WaitSeconds, GiveUps                             Metric
	Hedges, HedgeWins                                       Metric
	InFlight                                                Metric
	LimiterRate, LimiterQueue, LimiterRunning, LimiterPause Metric

	LimiterMembers, LimiterHeld, LimiterAsks, LimiterStoreDown Metric // of a limiter with a store

	BulkheadPermits, BulkheadInUse, BulkheadQueue, BulkheadHold Metric
	BulkheadRefused, BulkheadOverdue                            Metric
	BreakerState, BreakerOpens, BreakerRefused                  Metric

	BudgetLeft, Overflows Metric
}

// All returns the metrics.
func All() Set {
	var s Set
	s.addCalls()
	s.addAttempts()
	s.addHedges()
	s.addLimits()
	s.addShared()
	s.addBulkheads()
	s.addBreakers()
	return s
}

// byCall returns the open labels of what is counted for each call.
func byCall() []string { return []string{Route, Method, Host} }

// byKey returns the labels of what is shown of each key of a limiter.
func byKey() []string { return []string{Limiter, Key} }

func (s *Set) addCalls() {
	s.Calls = Metric{
		"calls_total", "Calls that have ended, by outcome, status code and class of error. Each hop of a redirect is one.",
		Counter, byCall(), []string{Outcome, Code, Class},
	}
	s.CallDuration = Metric{
		"call_duration_seconds", "Time from the beginning of a call to the response headers or the error, with all attempts and waits.",
		Histogram, byCall(), []string{Outcome},
	}
	s.BodyErrors = Metric{
		"body_errors_total", "Response bodies that could not be read to their end, by class of error. " +
			"The call has the outcome of its status.",
		Counter, byCall(), []string{Class},
	}
	s.Redirects = Metric{
		"redirects_total", "Calls that continue another one, which was redirected.",
		Counter, byCall(), nil,
	}
	s.InFlight = Metric{
		"calls_in_flight", "Calls that have begun and have neither a response nor an error yet.",
		Gauge, []string{Host}, nil,
	}
}

func (s *Set) addAttempts() {
	s.Attempts = Metric{
		"attempts_total", "Requests that were sent for calls that have ended.",
		Counter, byCall(), nil,
	}
	s.RequestDuration = Metric{
		"http_client_request_duration_seconds", "Time of each attempt, to the response headers or the error.",
		Histogram, byCall(), []string{Code, Class},
	}
	s.Retries = Metric{
		"retries_total", "Attempts that follow another one and have ended, by how the other ended. The call may still run.",
		Counter, byCall(), []string{Cause},
	}
	s.Waits = Metric{
		"waits_total", "Waits before attempts of calls that have ended, by the kind of layer that waits.",
		Counter, byCall(), []string{Cause},
	}
	s.WaitSeconds = Metric{
		"wait_seconds_total", "Time spent waiting before attempts of calls that have ended, by the kind of layer that waits.",
		Counter, byCall(), []string{Cause},
	}
	s.GiveUps = Metric{
		"giveups_total", "Calls whose last response or error called for a retry that was not made, by reason.",
		Counter, byCall(), []string{Reason},
	}
}

func (s *Set) addHedges() {
	s.Hedges = Metric{
		"hedges_total", "Requests that a hedge sent for calls that have ended, because an earlier one was slow.",
		Counter, byCall(), nil,
	}
	s.HedgeWins = Metric{
		"hedge_wins_total", "Requests of hedges_total whose response or error was used.",
		Counter, byCall(), nil,
	}
}

func (s *Set) addLimits() {
	s.LimiterRate = Metric{
		"limiter_rate", "Attempts a second that a limiter admits now; +Inf without a limit, 0 during a pause.",
		Gauge, byKey(), nil,
	}
	s.LimiterQueue = Metric{
		"limiter_queued_attempts", "Attempts that wait for a limiter.",
		Gauge, byKey(), nil,
	}
	s.LimiterRunning = Metric{
		"limiter_running_attempts", "Attempts that a limiter has admitted and that have no response yet.",
		Gauge, byKey(), nil,
	}
	s.LimiterPause = Metric{
		"limiter_pause_seconds", "Time until the pause of a limiter ends; 0 without a pause.",
		Gauge, byKey(), nil,
	}
	s.BudgetLeft = Metric{
		"retry_budget_left", "Retries that a budget allows now.",
		Gauge, []string{Budget}, nil,
	}
	s.Overflows = Metric{
		"overflows_total", "Observations that were counted under " + Other +
			", because there were too many values of a label or too many series.",
		Counter, nil, nil,
	}
}

func (s *Set) addShared() {
	s.LimiterMembers = Metric{
		"limiter_members", "Members that share the limit of a key, as the store last said.",
		Gauge, byKey(), nil,
	}
	s.LimiterHeld = Metric{
		"limiter_held_turns", "Turns of the shared limit that are reserved for this limiter.",
		Gauge, byKey(), nil,
	}
	s.LimiterAsks = Metric{
		"limiter_store_asks_total", "Times that the store of a limiter was asked for turns.",
		Counter, byKey(), nil,
	}
	s.LimiterStoreDown = Metric{
		"limiter_store_down", "1 while the store of a limiter fails, so that the limiter keeps to its share; otherwise 0.",
		Gauge, byKey(), nil,
	}
}

func (s *Set) addBulkheads() {
	by := []string{Bulkhead, Key}
	s.BulkheadPermits = Metric{"bulkhead_permits", "Attempts of a key that a bulkhead lets run at the same time.", Gauge, by, nil}
	s.BulkheadInUse = Metric{"bulkhead_permits_in_use", "Permits of a bulkhead that are held.", Gauge, by, nil}
	s.BulkheadQueue = Metric{"bulkhead_queued_attempts", "Attempts that wait for a permit of a bulkhead.", Gauge, by, nil}
	s.BulkheadHold = Metric{
		"bulkhead_hold_seconds", "How long the oldest permit of a bulkhead has been held; 0 if none is.",
		Gauge, by, nil,
	}
	s.BulkheadRefused = Metric{"bulkhead_refused_total", "Attempts that a bulkhead refused.", Counter, by, nil}
	s.BulkheadOverdue = Metric{
		"bulkhead_overdue_total", "Permits of a bulkhead that were held for longer than its maximum.",
		Counter, by, nil,
	}
}

func (s *Set) addBreakers() {
	by := []string{Breaker, Key}
	s.BreakerState = Metric{"breaker_state", "State of a circuit: 0 closed, 1 half-open, 2 open.", Gauge, by, nil}
	s.BreakerOpens = Metric{"breaker_opens_total", "Times that a circuit has opened.", Counter, by, nil}
	s.BreakerRefused = Metric{"breaker_refused_total", "Attempts that a circuit refused.", Counter, by, nil}
}

// List returns all metrics.
func (s Set) List() []Metric {
	return []Metric{
		s.Calls, s.CallDuration, s.BodyErrors, s.Redirects, s.Attempts, s.RequestDuration, s.Retries, s.Waits, s.WaitSeconds, s.GiveUps,
		s.Hedges, s.HedgeWins, s.InFlight, s.LimiterRate, s.LimiterQueue, s.LimiterRunning, s.LimiterPause,
		s.LimiterMembers, s.LimiterHeld, s.LimiterAsks, s.LimiterStoreDown,
		s.BulkheadPermits, s.BulkheadInUse, s.BulkheadQueue, s.BulkheadHold, s.BulkheadRefused, s.BulkheadOverdue,
		s.BreakerState, s.BreakerOpens, s.BreakerRefused, s.BudgetLeft, s.Overflows,
	}
}
