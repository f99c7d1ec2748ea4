// Package root holds the command tripware and puts the other commands below it.
package root

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/cmd/tripware/internal/archive"
	"github.com/tripware/tripware/cmd/tripware/internal/call"
	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/doctor"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/cmd/tripware/internal/ops"
	"github.com/tripware/tripware/cmd/tripware/internal/report"
	"github.com/tripware/tripware/cmd/tripware/internal/simulate"
)

// Main runs the program with its arguments, without its name, prints the error if there is
// one, and returns the exit code.
func Main(ctx context.Context, env *cli.Env, args []string) int {
	err := cli.RefuseSecrets(env, args)
	if err == nil {
		command := New(env, args)
		command.SetArgs(args)
		err = command.ExecuteContext(ctx)
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = &exit.Error{Code: exit.Failed, Err: errors.New("interrupted")}
	}
	if err != nil && err.Error() != "" {
		env.Tell("tripware: %s", strings.ReplaceAll(err.Error(), "\n", "\ntripware: "))
	}
	return exit.Code(err)
}

// New returns the command tripware with all commands below it. Those of the operations are
// there only for the services that args name.
func New(env *cli.Env, args []string) *cobra.Command {
	root := cli.Group(&cobra.Command{
		Use:   "tripware",
		Short: "Call HTTP APIs, Opsgenie and JSM Operations, with retries and limits",
		Long: "Calls HTTP APIs, Opsgenie and JSM Operations, with retries and limits.\n\n" +
			"Exit codes: 0 done, 1 failed, 2 wrong usage, 3 throttled, 4 not found, 5 not settled, 6 done in part.",
		Version:       tripware.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
	})
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	root.SetFlagErrorFunc(cli.FlagError)
	root.SetVersionTemplate("tripware {{.Version}}\n")
	root.AddCommand(call.New(env), opsgenieCommand(env, args), jsmCommand(env, args), move(env), simulate.Commands(env))
	return root
}

func opsgenieCommand(env *cli.Env, args []string) *cobra.Command {
	session := &cli.Session{Env: env}
	set := &ops.Set{Operations: ops.Opsgenie(), Vendor: &cli.OpsgenieVendor{Session: session}, Session: session}
	group := cli.Group(&cobra.Command{Use: "opsgenie", Short: "Call the Opsgenie API"})
	session.Bind(group)
	group.AddCommand(doctor.Opsgenie(set, session.Elsewhere))
	group.AddCommand(archive.Commands(session)...)
	group.AddCommand(set.Commands(args)...)
	return group
}

func jsmCommand(env *cli.Env, args []string) *cobra.Command {
	session := &cli.Session{Env: env}
	set := &ops.Set{Operations: ops.JSM(), Vendor: &cli.JSMVendor{Session: session}, Session: session}
	group := cli.Group(&cobra.Command{Use: "jsm", Short: "Call the API of JSM Operations"})
	session.Bind(group)
	group.AddCommand(doctor.JSM(set))
	group.AddCommand(set.Commands(args)...)
	return group
}

func move(env *cli.Env) *cobra.Command {
	group := cli.Group(&cobra.Command{Use: "move", Short: "Prepare the move from Opsgenie to JSM Operations"})
	group.AddCommand(report.Command(env))
	return group
}
