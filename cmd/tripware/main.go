// Tripware calls HTTP APIs, Opsgenie and JSM Operations from the command line, with retries
// and rate limits. README.md says how to begin.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/cmd/tripware/internal/root"
)

// patience is how long a command may take to end after it was interrupted.
const patience = 900 * time.Millisecond

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the program at once
		<-time.After(patience)
		fmt.Fprintln(os.Stderr, "tripware: interrupted")
		os.Exit(exit.Failed)
	}()
	os.Exit(root.Main(ctx, cli.System(), os.Args[1:])) //nolint:gocritic // the process ends, and with it the signals
}
