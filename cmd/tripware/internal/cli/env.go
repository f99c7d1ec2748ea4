// Package cli holds what the commands share: the surroundings of the program, profiles,
// output, and the errors of flags.
package cli

import (
	"io"
	"net/http"
	"os"
	"time"

	"golang.org/x/term"
)

// An Env is the surroundings of the program. Commands use it instead of those of the
// process, so that tests can replace them.
type Env struct {
	In     io.Reader
	Out    io.Writer
	Err    io.Writer
	Getenv func(string) string

	// Base is the round tripper below the chain of every client, or nil for the default.
	Base http.RoundTripper

	// StoreTimeout is how long calls wait for the store of a fleet before they go on without
	// it. Zero means a second.
	StoreTimeout time.Duration

	// Terminal reports whether a reader or writer of Env is a terminal.
	Terminal func(stream any) bool
}

// System returns the surroundings of the process.
func System() *Env {
	return &Env{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Terminal: isTerminal}
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
