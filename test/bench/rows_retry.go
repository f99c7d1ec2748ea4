package bench

import (
	"context"
	"net/http"
)

// A RetryRow is a contestant that is answered 503, 503, 200.
type RetryRow struct {
	Name            string
	Ratio           Ratio   // to three plain requests
	Allocs          float64 // per retry, beyond those of the answer itself
	Drained, Closed float64 // bodies of the three
	Failed          error   // why there are no figures
}

func troubled() []int {
	return []int{http.StatusServiceUnavailable, http.StatusServiceUnavailable, http.StatusOK}
}

const answerSize = 512

// MeasureRetries measures the retrying form of contestants against three plain
// requests, all answered at once with 512 bytes.
func MeasureRetries(ctx context.Context, e Effort) ([]RetryRow, error) {
	plain := gets(nameBare, above(&script{statuses: []int{http.StatusOK}, body: document(answerSize)}))
	three := Runner{Name: "three plain requests", Run: func(ctx context.Context, n int) error { return plain.Run(ctx, 3*n) }}
	var rows []RetryRow
	var runners []Runner
	for _, c := range append(Contestants(), lone()) {
		if c.Retry == nil || c.Hedges {
			continue
		}
		row, runner := retried(ctx, e, c)
		rows = append(rows, row)
		if row.Failed == nil {
			runners = append(runners, runner)
		}
	}
	ratios, _, err := Race(ctx, Processor(), e.Memory.by(3), three, runners)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].Ratio = ratios[rows[i].Name]
	}
	return rows, nil
}

// retried counts allocations and bodies of one contestant.
func retried(ctx context.Context, e Effort, c Contestant) (RetryRow, Runner) {
	row := RetryRow{Name: c.Name}
	policy := noWaits()
	policy.Endless = true
	bad := &script{statuses: troubled(), body: document(answerSize)}
	good := &script{statuses: []int{http.StatusOK}, body: document(answerSize)}
	runner, errBad := onScript(c, bad, policy)
	smooth, errGood := onScript(c, good, policy)
	const calls = 10
	if row.Failed = firstOf(errBad, errGood); row.Failed == nil {
		row.Failed = runner.Run(ctx, calls)
	}
	if row.Failed != nil {
		return row, runner
	}
	row.Drained, row.Closed = float64(bad.drained.Load())/calls, float64(bad.closed.Load())/calls
	with, err1 := Count(ctx, e.Counted, runner)
	without, err2 := Count(ctx, e.Counted, smooth)
	answer, err3 := Count(ctx, e.Counted, answering(good))
	row.Failed = firstOf(err1, err2, err3)
	row.Allocs = with.minus(without).Allocs/2 - answer.Allocs
	return row, runner
}

func onScript(c Contestant, s *script, p Policy) (Runner, error) {
	client, err := c.Retry(s, p)
	return gets(c.Name, client), err
}

// answering is what an answer costs by itself.
func answering(s *script) Runner {
	return Runner{Name: "answer", Run: func(_ context.Context, n int) error {
		for range n {
			if err := ok(finish(s.RoundTrip(nil))); err != nil {
				return err
			}
		}
		return nil
	}}
}
