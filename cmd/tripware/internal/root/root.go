// Package root holds the command tripware and puts the other commands below it.
package root

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
)

// Main runs the program with its arguments, without its name, prints the error if there is
// one, and returns the exit code.
func Main(ctx context.Context, env *cli.Env, args []string) int {
	command := New(env)
	command.SetArgs(args)
	err := command.ExecuteContext(ctx)
	if err != nil && err.Error() != "" {
		fmt.Fprintf(env.Err, "tripware: %v\n", err)
	}
	return exit.Code(err)
}

// New returns the command tripware with all commands below it.
func New(env *cli.Env) *cobra.Command {
	root := &cobra.Command{
		Use:           "tripware",
		Short:         "Call HTTP APIs, Opsgenie and JSM Operations, with retries and limits",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	opsgenie := &cobra.Command{Use: "opsgenie", Short: "Call the Opsgenie API"}
	jsm := &cobra.Command{Use: "jsm", Short: "Call the API of JSM Operations"}
	move := &cobra.Command{Use: "move", Short: "Prepare the move from Opsgenie to JSM Operations"}
	root.AddCommand(opsgenie, jsm, move)
	return root
}
