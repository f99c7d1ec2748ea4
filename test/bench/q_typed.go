package bench

import (
	"context"
	"time"
)

const (
	titleTyped = "Typed calls"

	colMemory   = "throughput, memory"
	colLoopback = "throughput, loopback"
)

// typedCalls asks what a typed operation costs.
func typedCalls() question {
	return question{
		title: titleTyped,
		text: "Reading an alert of the Opsgenie API (*get*) and creating one (*create*). Allocations are those of the whole " +
			"call from memory. Throughput is relative to a program that uses net/http and encoding/json: from memory one call " +
			"after the other, and over loopback at 64 goroutines.",
		columns: []column{{"allocs", number}, {"B", number}, {colMemory, ratio}, {colLoopback, ratio}},
		measure: measureTyped,
	}
}

func measureTyped(ctx context.Context, l lab) ([]row, error) {
	s := newSite(false, apiSite())
	defer s.Close()
	base, err := s.plainBase()
	if err != nil {
		return nil, err
	}
	defer base.CloseIdleConnections()
	near, errNear := typers(memoryOrigin, api())
	far, errFar := typers(s.URL, base)
	if err := firstOf(errNear, errFar); err != nil {
		return nil, err
	}
	var rows []row
	for _, operation := range []string{"get", "create"} {
		var serial, crowd []runner
		for i := range near {
			serial = append(serial, repeat(near[i].name, near[i].call(operation)))
			crowd = append(crowd, together(far[i].name, workers, far[i].call(operation)))
		}
		inMemory, errNear := race(ctx, l.serial(1000, 8*time.Second), serial[0], serial)
		remote, errFar := race(ctx, l.crowd(640, 10*time.Second), crowd[0], crowd)
		if err := firstOf(errNear, errFar); err != nil {
			return nil, err
		}
		for _, r := range serial {
			took, err := count(ctx, l.counted(), r)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row{name: operation + ": " + r.name, values: []value{
				exact(took.allocs), exact(took.bytes), inMemory.ratios[r.name].inverse(), remote.ratios[r.name].inverse(),
			}})
		}
	}
	return rows, nil
}

func (t typed) call(operation string) func(ctx context.Context) error {
	if operation == "get" {
		return t.get
	}
	return t.create
}
