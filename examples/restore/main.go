// Restore restores teams and schedules from a folder that the example backup made, to
// the same account or to another: teams with their members, roles and routing rules,
// and schedules with their rotations. It changes teams and schedules that the account
// already has under the same name, and creates the others. It does not restore users
// and escalations; those that teams and schedules refer to are looked up by name and
// should exist.
//
//	export OPSGENIE_API_KEY=...    # needs the right to change the configuration
//	export OPSGENIE_API_URL=https://api.eu.opsgenie.com    # unless the account is in the US
//	go run ./examples/restore -n FOLDER    # prints what it would do
//	go run ./examples/restore FOLDER
//
// It can be run again: the result is the same. Without a key it saves a simulated
// account, restores it to another on a server that throttles, and compares the two.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/tripware/tripware/examples/internal/archive"
	"github.com/tripware/tripware/services/opsgenie"
)

func main() {
	dry := flag.Bool("n", false, "say what would be done, and do nothing")
	workers := flag.Int("workers", 4, "how many requests may be under way at once")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	if err := run(ctx, flag.Args(), *dry, archive.NewPool(*workers)); err != nil {
		fmt.Fprintln(os.Stderr, "restore:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, dry bool, pool archive.Pool) error {
	switch {
	case len(args) == 0 && !archive.HasKey():
		return demonstrate(ctx, dry, pool)
	case len(args) != 1:
		return errors.New("name the folder that the backup lies in")
	}
	client, err := archive.Connect()
	if err != nil {
		return err
	}
	return restore(ctx, client, args[0], dry, pool)
}

// restore restores a folder to the account of a client.
func restore(ctx context.Context, client *opsgenie.Client, name string, dry bool, pool archive.Pool) error {
	folder, err := archive.Open(name)
	if err != nil {
		return err
	}
	defer folder.Close() //nolint:errcheck // only read
	manifest, err := folder.Manifest()
	if err != nil {
		return err
	}
	if manifest.Finished.IsZero() {
		return fmt.Errorf("%s holds no finished backup", name)
	}

	meter, start := archive.Watch(client.Metrics), time.Now()
	show := archive.NewProgress(os.Stdout, archive.IsTerminal(os.Stdout))
	err = (&restorer{client: client, pool: pool, show: show, dry: dry}).run(ctx, folder)
	for _, note := range show.Notes() {
		fmt.Println(note)
	}
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted: run it again, what was restored does no harm")
	case err != nil:
		return err
	case dry:
		fmt.Printf("%d to create and %d to update; nothing was changed\n", show.Count(toCreate), show.Count(toUpdate))
	default:
		fmt.Printf("%d created and %d updated in %v; %v\n",
			show.Count(created), show.Count(updated), time.Since(start).Round(100*time.Millisecond), meter)
	}
	return nil
}

// demonstrate saves one account, restores it into another, saves that too, and
// compares the two backups.
func demonstrate(ctx context.Context, dry bool, pool archive.Pool) error {
	fmt.Println("accounts: two simulated ones on loopback (set OPSGENIE_API_KEY for yours)")
	folder, err := os.MkdirTemp("", "opsgenie-restore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	before, after := filepath.Join(folder, "before"), filepath.Join(folder, "after")
	old, from, err := archive.Simulate(ctx, archive.Fill)
	if err != nil {
		return err
	}
	defer old.Close()
	if err := backup(ctx, from, before, pool); err != nil {
		return err
	}

	other, into, err := archive.Simulate(ctx, archive.FillPeople)
	if err != nil {
		return err
	}
	defer other.Close()
	if err := restore(ctx, into, before, dry, pool); err != nil || dry {
		return err
	}
	if err := backup(ctx, into, after, pool); err != nil {
		return err
	}
	return compare(os.Stdout, before, after)
}

// backup saves the account of a client without output.
func backup(ctx context.Context, client *opsgenie.Client, name string, pool archive.Pool) error {
	folder, err := archive.Create(name)
	if err != nil {
		return err
	}
	defer folder.Close() //nolint:errcheck // nothing is buffered
	if err := folder.Begin("demonstration"); err != nil {
		return err
	}
	b := archive.Backup{Client: client, Folder: folder, Pool: pool, Show: archive.NewProgress(io.Discard, false)}
	if err := b.Run(ctx); err != nil {
		return err
	}
	_, err = folder.Finish()
	return err
}
