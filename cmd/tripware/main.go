// Tripware calls HTTP APIs, Opsgenie and JSM Operations from the command line, with retries
// and rate limits. README.md says how to begin.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/root"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := root.Main(ctx, cli.System(), os.Args[1:])
	stop()
	os.Exit(code)
}
