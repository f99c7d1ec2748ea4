package bench

import (
	"context"
	"net/http"
)

// A TypedRow is a typed operation done in one way.
type TypedRow struct {
	Operation, Name string
	Cost            Cost  // of a call from memory, all included
	Memory          Ratio // throughput relative to what is written by hand, one after the other
	Loopback        Ratio // the same over loopback at 64 goroutines
}

// TypedRows are the rows of all operations.
type TypedRows []TypedRow

// Row returns a row; an empty one if there is none.
func (t TypedRows) Row(operation, name string) TypedRow {
	for _, row := range t {
		if row.Operation == operation && row.Name == name {
			return row
		}
	}
	return TypedRow{}
}

// The typed operations.
const (
	opGet    = "Get"
	opCreate = "Create"
)

// MeasureTyped measures reading and creating an alert.
func MeasureTyped(ctx context.Context, e Effort) (TypedRows, error) {
	s := newSite(false, opsgenieSite())
	defer s.Close()
	base, err := s.ownBase()
	if err != nil {
		return nil, err
	}
	defer base.CloseIdleConnections()
	var rows TypedRows
	for _, operation := range []string{opGet, opCreate} {
		part, err := typedRows(ctx, e, operation, s.URL, base)
		if err != nil {
			return nil, err
		}
		rows = append(rows, part...)
	}
	return rows, nil
}

func typedRows(ctx context.Context, e Effort, operation, url string, base http.RoundTripper) (TypedRows, error) {
	memory, err1 := typers(memoryOrigin, opsgenieMemory())
	remote, err2 := typers(url, base)
	if err := firstOf(err1, err2); err != nil {
		return nil, err
	}
	serial, parallel := serially(memory, operation), concurrently(remote, operation)
	inMemory, _, err1 := Race(ctx, Processor(), e.Memory.by(10), serial[0], serial)
	overLoop, _, err2 := Race(ctx, Wall(), e.Loop, parallel[0], parallel)
	if err := firstOf(err1, err2); err != nil {
		return nil, err
	}
	var rows TypedRows
	for _, r := range serial {
		cost, err := Count(ctx, e.Counted, r)
		if err != nil {
			return nil, err
		}
		rows = append(rows, TypedRow{
			Operation: operation, Name: r.Name, Cost: cost,
			Memory: inMemory[r.Name].inverse(), Loopback: overLoop[r.Name].inverse(),
		})
	}
	return rows, nil
}

func (t typed) call(operation string) func(ctx context.Context) error {
	if operation == opCreate {
		return t.create
	}
	return t.get
}

func serially(all []typed, operation string) (runners []Runner) {
	for _, t := range all {
		call := t.call(operation)
		runners = append(runners, Runner{Name: t.name, Run: func(ctx context.Context, n int) error {
			for range n {
				if err := call(ctx); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	return runners
}

func concurrently(all []typed, operation string) (runners []Runner) {
	for _, t := range all {
		call := t.call(operation)
		runners = append(runners, Runner{Name: t.name, Run: func(ctx context.Context, n int) error {
			return crowd(ctx, workers, n, call)
		}})
	}
	return runners
}
