// Command release tags a version of the core module and of each module below contrib and cmd.
//
//	release v0.2.0         builds and installs the version, and prints what it would tag
//	release -tag v0.2.0    also makes the tags in the repository
//	release -check         does the same for the files as they are, without their history
//	release -check -without contrib/a,contrib/b
//	                       leaves out modules, which no other may require
//
// Everything is built in a clone in a temporary folder. There the version is written into
// the core, which is tagged first. Each other module then loses the replace directives
// with which it is developed, requires the tagged core, is tidied, and is tagged in a
// commit that no branch has. The go command makes a module proxy of files from these tags,
// as a public proxy would, and a program outside the repository installs every module from it.
//
// Nothing is pushed. A version that has its tags already keeps them, if they hold the same
// files; otherwise the command fails.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	os.Exit(status())
}

func status() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Stdout, os.Args[1:])
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

var errUsage = errors.New("usage: release [-C dir] [-tag] vX.Y.Z, or release [-C dir] -check [-without modules]")

// options are the command line.
type options struct {
	dir     string // a folder in the repository
	version string
	tag     bool     // make the tags
	check   bool     // the files as they are instead of a commit
	without []string // the folders of modules that a check leaves out
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.StringVar(&o.dir, "C", ".", "the repository's `folder`")
	flags.BoolVar(&o.tag, "tag", false, "make the tags; without it nothing is changed")
	flags.BoolVar(&o.check, "check", false, "build and install the files as they are, committed or not")
	flags.Func("without", "with -check, leave out the modules in these `folders`, separated by commas", func(list string) error {
		o.without = strings.Split(list, ",")
		return nil
	})
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage // flags has printed why
	}
	o.version = flags.Arg(0)
	if o.check == (flags.NArg() == 1) || flags.NArg() > 1 || o.check && o.tag || len(o.without) > 0 && !o.check {
		return o, errUsage
	}
	return o, nil
}

// run carries out a command line and writes to out what it did.
func run(ctx context.Context, out io.Writer, args []string) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Minute) // a registry may hang; some modules build for minutes
	defer cancel()
	work, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	r, err := begin(ctx, o, work)
	if err != nil {
		return err
	}
	if err := r.build(ctx); err != nil {
		return err
	}
	installed, err := r.install(ctx)
	if err != nil {
		return err
	}
	if err := r.report(out, installed); err != nil {
		return err
	}
	switch {
	case o.check:
		return nil
	case o.tag:
		if err := r.keep(ctx); err != nil {
			return err
		}
		return r.next(ctx, out)
	}
	_, err = fmt.Fprintln(out, "\nThe repository is unchanged. -tag makes these tags in it.")
	return err
}
