// Command proven tells whether the tests of a module that is slow to build have passed
// since anything changed that can matter to it. The file test/clients/proven.txt has a
// line for each such module: its folder, and a hash of what it was tested with.
//
//	proven list               prints the folders of these modules
//	proven check MODULE       fails unless the line of the module fits
//	proven write MODULE...    writes the lines of modules whose tests have passed
//
// The hash covers the files of the module, except for its documents; its rows, if it is below test/clients; the
// exported declarations of the packages of the core that it uses, without comments and
// bodies; the code of what it uses from other modules of this repository; and the go.mod
// files of all of them. A change of behavior alone does not change it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	root := flag.String("C", ".", "the repository's root `folder`")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *root, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: proven [-C root] list, check MODULE or write MODULE")

// list is the file with the lines.
const list = "test/clients/proven.txt"

func run(ctx context.Context, out io.Writer, root string, args []string) error {
	lines, err := read(root)
	if err != nil {
		return err
	}
	switch {
	case len(args) == 1 && args[0] == "list":
		for _, l := range lines {
			if _, err := fmt.Fprintln(out, l.module); err != nil {
				return err
			}
		}
		return nil
	case len(args) == 2 && args[0] == "check":
		return check(ctx, root, lines, args[1])
	case len(args) >= 2 && args[0] == "write":
		return prove(ctx, root, lines, args[1:])
	}
	return errUsage
}

func check(ctx context.Context, root string, lines []line, module string) error {
	hash, err := hash(ctx, root, module)
	if err == nil && !slices.Contains(lines, line{module, hash}) {
		err = fmt.Errorf("proven: %s has changed since its tests passed", module)
	}
	return err
}

func prove(ctx context.Context, root string, lines []line, modules []string) (err error) {
	for _, module := range modules {
		i := slices.IndexFunc(lines, func(l line) bool { return l.module == module })
		if i < 0 {
			return fmt.Errorf("proven: %s has no line in %s: add one with its folder", module, list)
		}
		if lines[i].hash, err = hash(ctx, root, module); err != nil {
			return err
		}
	}
	return write(root, lines)
}

// A line is one of the file. The hash is empty if the module has never passed.
type line struct{ module, hash string }

func read(root string) (lines []line, err error) {
	text, err := os.ReadFile(filepath.Join(root, list))
	if err != nil {
		return nil, err
	}
	for l := range strings.Lines(string(text)) {
		if fields := append(strings.Fields(l), ""); fields[0] != "" {
			lines = append(lines, line{fields[0], fields[1]})
		}
	}
	return lines, nil
}

func write(root string, lines []line) error {
	var text strings.Builder
	for _, l := range lines {
		text.WriteString(strings.TrimSpace(l.module+" "+l.hash) + "\n")
	}
	return os.WriteFile(filepath.Join(root, list), []byte(text.String()), 0o644) //nolint:gosec // a file of the source tree
}

// listed returns the files of a folder that git has or would have, as paths from root with
// slashes, without those of modules in folders below it.
func listed(ctx context.Context, root, folder string) ([]string, error) {
	args := []string{"ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", folder}
	cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // a folder of the repository
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("proven: git ls-files: %w", err)
	}
	names := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	slices.Sort(names)
	names = slices.Compact(names)
	var below []string // folders of other modules
	for _, name := range names {
		if dir, isModule := strings.CutSuffix(name, "go.mod"); isModule && dir != folder+"/" {
			below = append(below, dir)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool {
		_, err := os.Stat(filepath.Join(root, name))
		return err != nil || slices.ContainsFunc(below, func(dir string) bool { return strings.HasPrefix(name, dir) })
	}), nil
}
