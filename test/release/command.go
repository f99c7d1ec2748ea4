package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A command runs programs in one folder.
type command struct {
	dir string
	env []string // name=value, added to the environment of this process
}

// with returns a copy of c that adds to its environment.
func (c command) with(env ...string) command {
	c.env = append(slices.Clip(c.env), env...)
	return c
}

// in returns a copy of c for another folder.
func (c command) in(dir string) command {
	c.dir = dir
	return c
}

// run runs a program and returns what it printed. Its error holds what the program wrote
// to standard error. stdin is its input.
func (c command) run(ctx context.Context, stdin, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // the programs are git, go, and one that was built here
	var out, complaint bytes.Buffer
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.dir, strings.NewReader(stdin), &out, &complaint
	cmd.Env = append(environment(), c.env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // the go command then ends its compilers
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, bytes.TrimSpace(complaint.Bytes()))
	}
	return strings.TrimSpace(out.String()), nil
}

func (c command) git(ctx context.Context, args ...string) (string, error) {
	return c.run(ctx, "", "git", args...)
}

func (c command) golang(ctx context.Context, args ...string) (string, error) {
	return c.run(ctx, "", "go", args...)
}

// environment is that of this process without what would lead git to another repository,
// as it is set in a hook.
func environment() []string {
	var kept []string
	for _, pair := range os.Environ() {
		switch name, _, _ := strings.Cut(pair, "="); name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX":
		default:
			kept = append(kept, pair)
		}
	}
	return kept
}

// read returns the text of the file whose path has these elements.
func read(elements ...string) (string, error) {
	text, err := os.ReadFile(filepath.Join(elements...)) //nolint:gosec // a file of the repository, or one made from it
	if err != nil {
		return "", fmt.Errorf("release: %w", err)
	}
	return string(text), nil
}

// write writes files, by their names, into dir.
func write(dir string, files map[string]string) error {
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // as git makes it
			return fmt.Errorf("release: %w", err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil { //nolint:gosec // the same
			return fmt.Errorf("release: %w", err)
		}
	}
	return nil
}
