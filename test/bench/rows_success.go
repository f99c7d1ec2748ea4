package bench

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Figure is what one contestant costs on the path of success.
type Figure struct {
	Ratio Ratio // to a bare client
	Cost  Cost  // beyond a bare client
}

// A SuccessRow is a contestant on the path of success. Nil: it has no such form.
type SuccessRow struct {
	Name        string
	Retry, Full *Figure
}

// Success is what a call costs that succeeds at once, from memory.
type Success struct {
	Bare Cost
	Took time.Duration // per bare call
	Rows []SuccessRow
}

// Row returns the row of a contestant; an empty one if there is none.
func (s Success) Row(name string) SuccessRow {
	for _, row := range s.Rows {
		if row.Name == name {
			return row
		}
	}
	return SuccessRow{Name: name}
}

// onSuccess are the contestants of this subject: ours in more than one form.
func onSuccess() []Contestant { return append(Contestants(), lone(), logged(), observed()) }

// MeasureSuccess measures GETs that an in-memory round tripper answers at once.
func MeasureSuccess(ctx context.Context, e Effort) (Success, error) {
	bare := gets(nameBare, above(instant()))
	runners, err := forms(onSuccess())
	if err != nil {
		return Success{}, err
	}
	racing := slices.DeleteFunc(slices.Clone(runners), leavesTimers)
	s := Success{}
	if s.Bare, err = Count(ctx, e.Counted, bare); err != nil {
		return s, err
	}
	figures := map[string]*Figure{}
	ratios, took, err := Race(ctx, Processor(), e.Memory, bare, racing)
	if err != nil {
		return s, err
	}
	for _, r := range runners {
		cost, err := Count(ctx, e.Counted, r)
		if err != nil {
			return s, err
		}
		figures[r.Name] = &Figure{Ratio: ratios[r.Name], Cost: cost.minus(s.Bare)}
	}
	s.Took = took
	for _, c := range onSuccess() {
		s.Rows = append(s.Rows, SuccessRow{Name: c.Name, Retry: figures[c.Name+formRetry], Full: figures[c.Name+formFull]})
	}
	return s, nil
}

const (
	formRetry = ", retry only"
	formFull  = ", full"
)

// forms makes all that there is of each contestant, on a base that answers at once.
func forms(all []Contestant) (runners []Runner, err error) {
	add := func(name string, form func(http.RoundTripper, Policy) (Client, error)) {
		if form == nil || err != nil {
			return
		}
		var c Client
		if c, err = form(instant(), noWaits()); err == nil {
			runners = append(runners, gets(name, c))
		}
	}
	for _, c := range all {
		add(c.Name+formRetry, c.Retry)
		add(c.Name+formFull, c.Full)
	}
	return runners, err
}

// leavesTimers says of whom time cannot be told: the timer that each of its calls
// leaves behind slows down those of the reference too.
func leavesTimers(r Runner) bool { return strings.HasPrefix(r.Name, hedgedTransport().Name) }
