// Jitter shows why the retry loop waits for a random time. It simulates clients that
// contend for one row, following "Exponential Backoff And Jitter" in the AWS
// Architecture Blog
// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/),
// with the backoffs of this module. It uses virtual time and a fixed seed, so it prints
// the same each time. With -svg it also draws the results:
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
	contests  = 100 // each figure is the mean of this many contests
	published = 100 // number of clients in the article's figures
)

func main() {
	file := flag.String("svg", "", "draw the figures into this `file`")
	flag.Parse()
	if err := report(os.Stdout, measureAll(), *file); err != nil {
		fmt.Fprintln(os.Stderr, "jitter:", err)
		os.Exit(1)
	}
}

// A result holds the results of one algorithm.
type result struct {
	algorithm
	points []point
}

// A point is the mean outcome for a number of clients.
type point struct {
	clients int
	outcome
}

// measureAll measures all algorithms with the numbers of clients in the article.
func measureAll() []result { return measure(algorithms(), 10, 190, 15) }

// measure runs contests with from, from+step and so on to the last number of clients,
// for each algorithm.
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
	return os.WriteFile(file, []byte(picture(results)), 0o644) //nolint:gosec // everyone may read the picture
}

// printFigures prints the figures next to those of the article, and then all figures.
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

// percent returns the difference of got from want.
func percent[T float64 | time.Duration](got, want T) float64 {
	return 100 * (float64(got)/float64(want) - 1)
}
