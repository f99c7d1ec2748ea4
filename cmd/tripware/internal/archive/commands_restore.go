package archive

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
)

func restoreCommand(session *cli.Session) *cobra.Command {
	o := RestoreOptions{}
	c := &cobra.Command{
		Use:   "restore DIR",
		Short: "Create or update the configuration of an account from an export",
		Long: `Restore creates what the account lacks, and updates what it has under the same name:
teams, schedules, escalations, routing rules, policies, notification rules, integrations,
heartbeats and maintenance windows. Users and their contacts must exist. What the account
has besides stays as it is.

The exit code is 6 if something was skipped, or restored without a part; each is named.`,
		Example: "  tripware opsgenie restore -n acme\n  tripware opsgenie restore acme",
		Args:    cli.Arguments("DIR"),
		RunE: session.Run(func(ctx context.Context, _ *cobra.Command, args []string) error {
			if o.Parallel < 1 {
				return cli.Usagef("--parallel must be at least 1")
			}
			client, err := session.Opsgenie()
			if err != nil {
				return err
			}
			o.Progress = NewProgress(session.Err, session.Terminal(session.Err))
			session.Notice = o.Progress.Note
			done, err := Restore(ctx, client, args[0], o)
			if done == nil {
				return err
			}
			partial := restored(session.Out, done, o.DryRun)
			return cmp.Or(err, partial)
		}),
	}
	c.Flags().BoolVarP(&o.DryRun, "dry-run", "n", false, "say what would be done, and change nothing")
	c.Flags().IntVar(&o.Parallel, "parallel", defaultParallel, "how many requests may be under way for each rate-limit domain")
	return c
}

// restored prints what was restored, and returns an error of code 6 if not all was.
func restored(out io.Writer, done *Restored, dry bool) error {
	verb := "%d created and %d updated\n"
	if dry {
		for _, line := range done.Done {
			say(out, "%s\n", line)
		}
		verb = "%d to create and %d to update; nothing was changed\n"
	}
	for _, list := range []struct {
		word  string
		lines []string
	}{{"note", done.Notes}, {"weakened", done.Weakened}, {"skipped", done.Skipped}} {
		for _, line := range list.lines {
			say(out, "%s: %s\n", list.word, line)
		}
	}
	say(out, verb, done.Created, done.Updated)
	if n := len(done.Weakened) + len(done.Skipped); n > 0 {
		return &exit.Error{Code: exit.Partial, Err: fmt.Errorf("%s left out, and %s skipped",
			count(len(done.Weakened), "part"), count(len(done.Skipped), "resource"))}
	}
	return nil
}
