// Backup saves the configuration of an Opsgenie account as JSON files, one for
// each resource: teams with their members, roles and routing rules, users with
// their contacts, schedules with their rotations and overrides, escalations,
// policies, and integrations with their actions. It does not save the notification
// rules of users. Only the owner can read the files, because integrations can hold
// secrets, such as the URL of a webhook.
//
//	export OPSGENIE_API_KEY=...    # needs the right to read the configuration
//	export OPSGENIE_API_URL=https://api.eu.opsgenie.com    # unless the account is in the US
//	go run ./examples/backup FOLDER
//
// The program can be interrupted or killed at any time. When it is run again on the
// same folder, it continues where it stopped. Without a key it saves a simulated
// account on a server that throttles.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/tripware/tripware/examples/internal/archive"
	"github.com/tripware/tripware/services/opsgenie"
)

func main() {
	workers := flag.Int("workers", 4, "how many requests may be under way at once")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	if err := run(ctx, flag.Args(), archive.NewPool(*workers)); err != nil {
		fmt.Fprintln(os.Stderr, "backup:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, pool archive.Pool) error {
	switch {
	case len(args) == 0 && !archive.HasKey():
		return demonstrate(ctx, pool)
	case len(args) != 1:
		return errors.New("name the folder that the backup is to lie in")
	}
	client, err := archive.Connect()
	if err != nil {
		return err
	}
	return backup(ctx, client, args[0], pool)
}

// backup saves a client's account in a folder. It skips what the folder already has.
func backup(ctx context.Context, client *opsgenie.Client, name string, pool archive.Pool) error {
	folder, err := archive.Create(name)
	if err != nil {
		return err
	}
	defer folder.Close() //nolint:errcheck // nothing is buffered
	begun, err := folder.Manifest()
	if err != nil {
		return err
	}
	if !begun.Finished.IsZero() {
		fmt.Printf("nothing to do: the folder holds the backup of %s that was finished at %s; name another one\n",
			begun.Account, begun.Finished.Format(time.RFC3339))
		return nil
	}
	owner, err := client.Account.Get(ctx)
	if err != nil {
		return err
	}
	if err := folder.Begin(owner.Value.Name); err != nil {
		return err
	}

	meter, start := archive.Watch(client.Metrics), time.Now()
	show := archive.NewProgress(os.Stdout, archive.IsTerminal(os.Stdout))
	err = (&archive.Backup{Client: client, Folder: folder, Pool: pool, Show: show}).Run(ctx)
	for _, note := range show.Notes() {
		fmt.Println(note)
	}
	fmt.Printf("%d saved and %d kept in %v; %v\n",
		show.Count(archive.Saved), show.Count(archive.Kept), time.Since(start).Round(100*time.Millisecond), meter)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted: run it again on %s to go on where it was", name)
	case err != nil:
		return err
	}
	resources, err := folder.Finish()
	if err != nil {
		return err
	}
	fmt.Printf("finished: %d resources of %s\n", resources, owner.Value.Name)
	return nil
}

// demonstrate saves a simulated account twice.
func demonstrate(ctx context.Context, pool archive.Pool) error {
	fmt.Println("account: a simulated one on loopback (set OPSGENIE_API_KEY for yours)")
	server, client, err := archive.Simulate(ctx, archive.Fill)
	if err != nil {
		return err
	}
	defer server.Close()
	folder, err := os.MkdirTemp("", "opsgenie-backup-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	for range 2 {
		if err := backup(ctx, client, folder, pool); err != nil {
			return err
		}
	}
	return nil
}
