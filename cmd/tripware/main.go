// Tripware calls HTTP APIs, Opsgenie and JSM Operations from the command line, with retries
// and rate limits. README.md says how to begin.
package main

import (
	"context"
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
	ended := make(chan struct{})
	go endSoon(ctx, stop, ended)
	code := root.Main(ctx, cli.System(), os.Args[1:])
	close(ended)
	os.Exit(code)
}

// endSoon ends the program if the command has not ended soon after ctx, such as one that reads
// standard input.
func endSoon(ctx context.Context, stop context.CancelFunc, ended <-chan struct{}) {
	<-ctx.Done()
	stop() // a second signal ends the program at once
	select {
	case <-ended:
	case <-time.After(patience):
		cli.System().Tell("tripware: interrupted")
		os.Exit(exit.Failed) //nolint:revive // it is the end of the program
	}
}
