package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// growKeys asks a limiter for more and more keys.
func growKeys(ctx context.Context, e Effort, bubble Bubble) (Curve, error) {
	c := Curve{
		Title: "keys of a limiter", Unit: "call", Columns: []string{"heap KiB", "B a key", "keys left"},
		Note: "A limiter alone, with a rate of its own, whose keys are asked for by turns. " +
			"Keys left: after ten idle minutes and as many calls for one key.",
	}
	for _, n := range e.KeySteps {
		paths := paths(n)
		before := live()
		limiter := manyKeys()
		runner := keyed(limiter, paths)
		if _, err := lap(ctx, Processor(), runner, n); err != nil {
			return c, err
		}
		took, err := timed(ctx, Processor(), e, runner, trial)
		if err != nil {
			return c, err
		}
		grown := max(0, float64(live())-float64(before))
		if limiter.Len() != n { // asked after the heap was looked at: the limiter was alive then
			return c, fmt.Errorf("%d keys instead of %d", limiter.Len(), n)
		}
		left, err := idle(paths, bubble)
		if err != nil {
			return c, err
		}
		c.Points = append(c.Points, Point{Size: n, Took: took, Values: []float64{grown / 1024, grown / float64(n), float64(left)}})
	}
	return c, nil
}

// manyKeys is a limiter by path, whose rate holds nobody up.
func manyKeys() *ratelimit.Limiter {
	const rate, burst = 1e9, 1e9
	return ratelimit.NewLimiter(
		ratelimit.WithKey(func(req *http.Request) string { return req.URL.Path }),
		ratelimit.WithRate(rate, burst),
	)
}

func paths(n int) []*url.URL {
	all := make([]*url.URL, n)
	for i := range all {
		all[i] = &url.URL{Scheme: "https", Host: "api.example.com", Path: "/" + strconv.Itoa(i)}
	}
	return all
}

// keyed asks for keys by turns, on from where the last chunk ended.
func keyed(limiter *ratelimit.Limiter, paths []*url.URL) Runner {
	rt := ratelimit.New(limiter)(instant())
	next := 0
	return Runner{Name: "keys", Run: func(ctx context.Context, calls int) error {
		req := (&http.Request{Method: http.MethodGet, Header: http.Header{}}).WithContext(ctx)
		for range calls {
			req.URL = paths[next%len(paths)]
			next++
			if err := ok(finish(rt.RoundTrip(req))); err != nil {
				return err
			}
		}
		return nil
	}}
}

// idle returns how many keys are left that were not asked for.
func idle(paths []*url.URL, bubble Bubble) (left int, err error) {
	bubble(func(ctx context.Context) {
		const long = 11 * time.Minute
		limiter := manyKeys()
		err = firstOf(keyed(limiter, paths).Run(ctx, len(paths)), pause(ctx, long), keyed(limiter, paths[:1]).Run(ctx, len(paths)))
		left = limiter.Len()
	})
	return left, err
}
