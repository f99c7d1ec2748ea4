package archive

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
)

func verifyCommand(session *cli.Session) *cobra.Command {
	return &cobra.Command{
		Use:   "verify DIR",
		Short: "Check every file and every reference of an export",
		Long: `Verify compares every file of an export to the hash that was recorded when it was
written, and resolves every reference between rows. The exit code is 1 if a file is
broken, and 6 if something is missing or a reference leads nowhere.`,
		Args: cli.Arguments("DIR"),
		RunE: session.Run(func(ctx context.Context, _ *cobra.Command, args []string) error {
			v, err := Verify(ctx, args[0])
			if err != nil {
				return err
			}
			say(session.Out, "%s and %s (%s) are as they were written; %s lead to a row\n",
				count(v.Rows, "row"), count(v.Files, "file"), size(v.Bytes), count(v.References, "reference"))
			if v.Gone > 0 {
				say(session.Out, "%s of the history to what the account no longer has\n", count(v.Gone, "reference"))
			}
			for _, err := range v.Broken {
				say(session.Out, "%v\n", err)
			}
			some(session.Out, "not of the export", v.Extra)
			some(session.Out, "unresolved", texts(v.Dangling))
			some(session.Out, "missing", texts(v.Missing))
			switch {
			case len(v.Broken) > 0:
				return fmt.Errorf("%s broken", count(len(v.Broken), "file"))
			case len(v.Dangling)+len(v.Missing) > 0:
				return &exit.Error{Code: exit.Partial, Err: fmt.Errorf("%s missing, and %s that lead nowhere",
					count(len(v.Missing), "part"), count(len(v.Dangling), "reference"))}
			}
			return nil
		}),
	}
}

func diffCommand(session *cli.Session) *cobra.Command {
	return &cobra.Command{
		Use:   "diff BEFORE AFTER",
		Short: "Compare two exports by the names of what they hold",
		Long: `Diff prints what was added, removed and changed between two exports, of one account or
of two. Ids do not count, nor what the server writes by itself. The exit code is 1 if
there is a difference.`,
		Args: cli.Arguments("BEFORE", "AFTER"),
		RunE: session.Run(func(ctx context.Context, _ *cobra.Command, args []string) error {
			changes, err := Diff(ctx, args[0], args[1])
			if err != nil {
				return err
			}
			for _, change := range changes {
				say(session.Out, "%v\n", change)
			}
			if len(changes) > 0 {
				return &exit.Error{Code: exit.Failed}
			}
			return nil
		}),
	}
}
