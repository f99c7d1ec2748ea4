package bench

import (
	"context"
	"net/http"
	"strconv"

	"github.com/tripware/tripware/transport"
)

// growLayers puts plain layers of a user's own on a base, in one chain.
func growLayers(ctx context.Context, e Effort, _ Bubble) (Curve, error) {
	c := Curve{
		Title: "layers of the chain", Unit: "call", Columns: []string{"allocs", "B"},
		Note: "Layers of a user's own, which pass the request on. The first brings the chain with its record of the call.",
	}
	layer := func(next http.RoundTripper) http.RoundTripper { return tripper(next.RoundTrip) }
	for _, n := range e.Layers {
		rt := instant()
		if n > 0 {
			layers := make([]transport.Middleware, n)
			for i := range layers {
				layers[i] = layer
			}
			rt = transport.Chain(rt, layers...)
		}
		p, err := point(ctx, e, n, gets(c.Title, above(rt)))
		if err != nil {
			return c, err
		}
		c.Points = append(c.Points, p)
	}
	return c, nil
}

// growHeaders sends requests that have headers already through the full chain.
func growHeaders(ctx context.Context, e Effort, _ Bubble) (Curve, error) {
	c := Curve{
		Title: "headers of the request", Unit: "call", Columns: []string{"allocs", "B", "ns bare"},
		Note: "The full chain. The caller's making of the headers is not counted: the request is made once. " +
			"Two layers copy the header map, and share its values.",
	}
	ours, err := chained(instant(), noWaits())
	if err != nil {
		return c, err
	}
	for _, n := range e.Headers {
		full := repeated(c.Title, ours, n)
		p, err1 := point(ctx, e, n, full)
		bare, err2 := timed(ctx, Processor(), e, repeated(nameBare, &http.Client{Transport: instant()}, n), trial)
		if err := firstOf(err1, err2); err != nil {
			return c, err
		}
		p.Values = append(p.Values, float64(bare))
		c.Points = append(c.Points, p)
	}
	return c, nil
}

// repeated sends one request again and again, with n headers.
func repeated(name string, client *http.Client, n int) Runner {
	return Runner{Name: name, Run: func(ctx context.Context, calls int) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, memoryURL, http.NoBody)
		if err != nil {
			return err
		}
		for i := range n {
			req.Header["X-Header-"+strconv.Itoa(i)] = []string{"value"}
		}
		for range calls {
			if err := ok(finish(client.Do(req))); err != nil {
				return err
			}
		}
		return nil
	}}
}

// growConcurrency calls the full chain from many goroutines, beside a bare client.
func growConcurrency(ctx context.Context, e Effort, _ Bubble) (Curve, error) {
	c := Curve{
		Title: "goroutines that call at once", Unit: "call", Columns: []string{"ns bare", "× bare"},
		Note: "The full chain, from memory: wall time of a chunk by its calls. One client for all goroutines.",
	}
	ours, err := chain(instant(), noWaits())
	if err != nil {
		return c, err
	}
	for _, n := range e.Goroutines {
		bare, full := parallel(nameBare, above(instant()), n), parallel(c.Title, ours, n)
		took, err := timed(ctx, Wall(), e, full, max(n, trial))
		if err != nil {
			return c, err
		}
		ratios, reference, err := Race(ctx, Wall(), Pace{Rounds: e.Loop.Rounds, Chunk: max(n, e.Memory.Chunk)}, bare, []Runner{full})
		if err != nil {
			return c, err
		}
		c.Points = append(c.Points, Point{Size: n, Took: took, Values: []float64{float64(reference), ratios[full.Name].Median}})
	}
	return c, nil
}

func parallel(name string, c Client, goroutines int) Runner {
	return Runner{Name: name, Run: func(ctx context.Context, n int) error {
		return crowd(ctx, goroutines, n, func(ctx context.Context) error { return ok(c.Get(ctx, memoryURL)) })
	}}
}
