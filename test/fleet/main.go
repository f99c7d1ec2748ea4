// Command fleet measures how well processes share the rate limit of a server. It starts a
// server with a token bucket, eight client processes with eight goroutines each, and a real
// redis-server, which it kills, freezes and cuts off while they run:
//
//	fleet                 all rows, in some minutes
//	fleet -short          a few rows for a few seconds; fails only if a call fails or far too many requests are sent
//	fleet -run 'known'    the rows whose names match
//	fleet -update PAGE    also writes the table into the page, between the lines "<!-- fleet" and "<!-- end"
//
// make fleet runs it. Everything listens on loopback, and every process ends with it. It exits
// with 0, with 1 if something failed, or with 77 if there is no redis-server, so that nothing
// was measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

// The first argument of the processes that the command starts.
const (
	serverRole = "as-server"
	clientRole = "as-client"
)

const skipped = 77

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

func run(ctx context.Context, args []string) int {
	var err error
	switch {
	case len(args) == 1 && args[0] == serverRole:
		err = serve(ctx, os.Stdin, os.Stdout)
	case len(args) == 1 && args[0] == clientRole:
		err = work(ctx, os.Stdin, os.Stdout)
	default:
		err = measure(ctx, args, os.Stdout)
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errNoRedis):
		fmt.Fprintln(os.Stderr, "fleet: SKIPPED, nothing was measured:", err)
		return skipped
	case err != nil:
		fmt.Fprintln(os.Stderr, "fleet:", err)
		return 1
	}
	return 0
}

// measure runs the rows and prints the table.
func measure(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("fleet", flag.ContinueOnError)
	short := flags.Bool("short", false, "run a few short rows")
	only := flags.String("run", "", "run the rows whose names match this expression")
	page := flags.String("update", "", "write the table into this page")
	if err := flags.Parse(args); err != nil {
		return err
	}
	names, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	lab, err := newLab(ctx)
	if err != nil {
		return err
	}
	defer lab.close()
	begun := time.Now()
	rows := allRows()
	if *short {
		rows = shortRows()
	}
	var results []result
	var failed error
	for _, r := range rows {
		if !names.MatchString(r.name) {
			continue
		}
		got, err := lab.run(ctx, r)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		results = append(results, got)
		_, _ = fmt.Fprintln(out, got.line())
		failed = errors.Join(failed, got.broken(*short))
	}
	table := tables(results, lab.version, time.Since(begun))
	_, _ = fmt.Fprintf(out, "\n%s", table)
	if *page != "" {
		failed = errors.Join(failed, replaceIn(*page, table))
	}
	return failed
}
