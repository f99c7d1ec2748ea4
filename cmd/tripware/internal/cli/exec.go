package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/tripware/tripware/cmd/tripware/internal/exit"
)

// Execute runs a command with the input and the output of the program, and more environment
// variables. It is interrupted when ctx ends, and killed soon afterwards. If it fails, the
// program ends with its exit code, and without a text, since it has said why.
func (e *Env) Execute(ctx context.Context, command []string, variables map[string]string) error {
	run := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the user wrote it
	run.Stdin, run.Stdout, run.Stderr = e.In, e.Out, e.Err
	run.Env = os.Environ()
	for name, value := range variables {
		run.Env = append(run.Env, name+"="+value)
	}
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = 500 * time.Millisecond
	err := run.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok && ended.ExitCode() > 0 {
		return &exit.Error{Code: ended.ExitCode()}
	}
	return err
}

// Tell prints a line to standard error.
func (e *Env) Tell(format string, args ...any) {
	_, _ = fmt.Fprintf(e.Err, format+"\n", args...) // nobody could be told that this failed
}
