package bench

import (
	"context"
	"fmt"
	"time"
)

// A lab runs measurements.
type lab struct {
	// thorough measures for the pages. Without it, each measurement takes a few
	// calls, which shows that it works and nothing else.
	thorough bool

	// bubble runs a function in virtual time, as testing/synctest does.
	bubble func(run func(ctx context.Context))
}

// pick returns the first number for the pages, the second otherwise.
func (l lab) pick(thorough, glance int) int {
	if l.thorough {
		return thorough
	}
	return glance
}

// sizes returns all sizes for the pages, the first two otherwise.
func (l lab) sizes(all ...int) []int { return all[:l.pick(len(all), min(2, len(all)))] }

// serial returns the pace of calls from memory that are made one after the other.
// Processor time counts, since other programs barely change it.
func (l lab) serial(calls int, within time.Duration) pace {
	return pace{clock: processor(), rounds: l.pick(200, 1), calls: l.pick(calls, 5), within: within}
}

// crowd returns the pace of calls that wait for each other or for a server.
func (l lab) crowd(calls int, within time.Duration) pace {
	return pace{clock: wall(), rounds: l.pick(400, 1), calls: l.pick(calls, workers), within: within}
}

// counted returns over how many calls allocations are counted.
func (l lab) counted() int { return l.pick(1000, 5) }

// A question is one table of the page.
type question struct {
	title string // names the table, also for limits
	text  string // what is measured, in a few sentences
	note  string // what a reader must know about single rows; may be empty

	columns []column
	measure func(ctx context.Context, l lab) ([]row, error)

	// internal questions are for limits alone: they compare nothing for users.
	internal bool
}

// A row belongs to one contestant, or to one size. It has a value for each column,
// or no values and a remark. The remark is written below the table.
type row struct {
	name   string
	values []value
	remark string
}

// The results of all questions, by title.
type results map[string][]row

// ask asks all questions. It calls progress with the title of each.
func ask(ctx context.Context, l lab, progress func(title string)) (results, error) {
	found := results{}
	for _, q := range questions() {
		progress(q.title)
		rows, err := q.measure(ctx, l)
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", q.title, err)
		}
		for _, r := range rows {
			if len(r.values) != len(q.columns) && len(r.values) > 0 {
				return nil, fmt.Errorf("bench: %s: %s has %d values for %d columns", q.title, r.name, len(r.values), len(q.columns))
			}
		}
		found[q.title] = rows
	}
	return found, nil
}

// at returns the median in a column of a row, or NaN if it was not measured.
func (r results) at(title, name, column string) float64 {
	for _, q := range questions() {
		for i, c := range q.columns {
			if q.title != title || c.name != column {
				continue
			}
			for _, row := range r[title] {
				if row.name == name && len(row.values) > 0 {
					return row.values[i].mid
				}
			}
		}
	}
	return missing().mid
}

// questions returns all questions in the order of the page.
func questions() []question {
	return []question{
		onSuccess(), onTrouble(), throttling(), overLoopback(), connections(), uploads(), typedCalls(),
		goroutines(), sideBySide(), hostileHeader(),
	}
}
