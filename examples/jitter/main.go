// Jitter shows why the retry loop draws its waits: clients that contend for one
// row, after "Exponential Backoff And Jitter" of the AWS Architecture Blog
// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/),
// with the backoffs of this module. Time is virtual and chance has a seed, so it
// prints the same each time. With -svg it draws what it prints:
//
//	go run ./examples/jitter -svg docs/jitter.svg
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

const (
	contests  = 100 // for each figure, which is their mean
	published = 100 // the clients of the article's figures
)

func main() {
	file := flag.String("svg", "", "draw the figures into this `file`")
	flag.Parse()
	if err := report(os.Stdout, measureAll(), *file); err != nil {
		fmt.Fprintln(os.Stderr, "jitter:", err)
		os.Exit(1)
	}
}

// A result is what an algorithm came to.
type result struct {
	algorithm
	points []point
}

// A point is the mean outcome with a number of clients.
type point struct {
	clients int
	outcome
}

// measureAll measures what the article shows.
func measureAll() []result { return measure(algorithms(), 10, 190, 15) }

// measure lets so many clients contend by each algorithm: from, from+step and so
// on to the last.
func measure(all []algorithm, from, to, step int) []result {
	results := make([]result, len(all))
	var wg sync.WaitGroup
	for i, a := range all {
		wg.Go(func() {
			results[i].algorithm = a
			for clients := from; clients <= to; clients += step {
				results[i].points = append(results[i].points, point{clients, mean(a, clients)})
			}
		})
	}
	wg.Wait()
	return results
}

func report(w io.Writer, results []result, file string) error {
	if err := printFigures(w, results); err != nil {
		return err
	}
	if file == "" {
		return nil
	}
	return os.WriteFile(file, []byte(picture(results)), 0o644) //nolint:gosec // a picture is for everyone to read
}

// printFigures prints the figures beside the article's, and below them all of them.
func printFigures(w io.Writer, results []result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d clients\tcalls\tarticle\t\tms\tarticle\t\t\n", published)
	for _, r := range results {
		for _, p := range r.points {
			if p.clients == published {
				fmt.Fprintf(&b, "%s\t%.0f\t%.0f\t%+.1f %%\t%d\t%d\t%+.1f %%\t\n", r.name,
					p.calls, r.published.calls, percent(p.calls, r.published.calls),
					p.took.Milliseconds(), r.published.took.Milliseconds(), percent(p.took, r.published.took))
			}
		}
	}
	fmt.Fprint(&b, "\ncalls / ms\t")
	for _, r := range results {
		fmt.Fprintf(&b, "%s\t", r.name)
	}
	for i, p := range results[0].points {
		fmt.Fprintf(&b, "\n%d\t", p.clients)
		for _, r := range results {
			fmt.Fprintf(&b, "%.0f / %d\t", r.points[i].calls, r.points[i].took.Milliseconds())
		}
	}
	b.WriteString("\n")

	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	if _, err := io.WriteString(table, b.String()); err != nil {
		return err
	}
	return table.Flush()
}

// percent is how far got lies from want.
func percent[T float64 | time.Duration](got, want T) float64 {
	return 100 * (float64(got)/float64(want) - 1)
}
