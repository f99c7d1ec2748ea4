package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	if self, err := os.Executable(); err == nil {
		findBeside(run, filepath.Dir(self))
	}
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

// findBeside lets the command, and the shell that it may be, find programs in a folder too, after
// all others, so that this program finds itself when it is not installed.
func findBeside(run *exec.Cmd, folder string) {
	path := folder
	if others := os.Getenv("PATH"); others != "" { // an empty element would be the current folder
		path = others + string(os.PathListSeparator) + folder
	}
	run.Env = append(run.Env, "PATH="+path)
	if errors.Is(run.Err, exec.ErrNotFound) {
		if found, err := exec.LookPath(filepath.Join(folder, run.Args[0])); err == nil {
			run.Path, run.Err = found, nil
		}
	}
}

// Tell prints a line to standard error.
func (e *Env) Tell(format string, args ...any) {
	_, _ = fmt.Fprintf(e.Err, format+"\n", args...) // nobody could be told that this failed
}
