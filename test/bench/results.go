package bench

import (
	"context"
	"fmt"
	"time"
)

// Results are all that was found in one run.
type Results struct {
	Success     Success
	Loopback    []LoadRow
	Connections []ConnectionRow
	Retries     []RetryRow
	Uploads     []UploadRow
	Typed       TypedRows
	Throttle    []ThrottleRow
	Growth      []Curve
	Took        time.Duration
}

// Measure runs all subjects. It tells progress what it begins with.
func Measure(ctx context.Context, e Effort, bubble Bubble, progress func(subject string)) (Results, error) {
	begun := time.Now()
	var r Results
	for _, subject := range []struct {
		name string
		run  func() error
	}{
		{"the path of success", func() (err error) { r.Success, err = MeasureSuccess(ctx, e); return err }},
		{"loopback", func() (err error) { r.Loopback, err = MeasureLoopback(ctx, e); return err }},
		{"connections", func() (err error) { r.Connections, err = MeasureConnections(ctx, e); return err }},
		{"503, 503, 200", func() (err error) { r.Retries, err = MeasureRetries(ctx, e); return err }},
		{"uploads", func() error { r.Uploads = MeasureUploads(ctx, e); return nil }},
		{"typed calls", func() (err error) { r.Typed, err = MeasureTyped(ctx, e); return err }},
		{"throttling", func() (err error) { r.Throttle, err = MeasureThrottling(e, bubble); return err }},
		{"growth", func() (err error) { r.Growth, err = MeasureGrowth(ctx, e, bubble); return err }},
	} {
		progress(subject.name)
		if err := subject.run(); err != nil {
			return r, fmt.Errorf("bench: measure %s: %w", subject.name, err)
		}
	}
	r.Took = time.Since(begun)
	return r, nil
}

// rowOf returns the row of a name, the zero row if there is none.
func rowOf[R any](rows []R, name string, of func(R) string) R {
	for _, row := range rows {
		if of(row) == name {
			return row
		}
	}
	var none R
	return none
}

func (r Results) load(name string) LoadRow {
	return rowOf(r.Loopback, name, func(row LoadRow) string { return row.Name })
}

func (r Results) retry(name string) RetryRow {
	return rowOf(r.Retries, name, func(row RetryRow) string { return row.Name })
}

func (r Results) upload(name string) UploadRow {
	return rowOf(r.Uploads, name, func(row UploadRow) string { return row.Name })
}

func (r Results) throttled(name, hinting string) Throttled {
	return rowOf(r.Throttle, name, func(row ThrottleRow) string { return row.Name }).By[hinting]
}
