package archive

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
)

// Commands returns the commands export, with verify and diff below it, and restore, which call
// the account of the session.
func Commands(session *cli.Session) []*cobra.Command {
	export := exportCommand(session)
	export.AddCommand(verifyCommand(session), diffCommand(session))
	return []*cobra.Command{export, restoreCommand(session)}
}

const defaultParallel = 8

func exportCommand(session *cli.Session) *cobra.Command {
	flags := &exportFlags{}
	c := &cobra.Command{
		Use:   "export DIR",
		Short: "Save everything that an account has in a folder",
		Long: `Export saves an Opsgenie account in a folder, as the API returns it: the configuration
and, with the flags below, what happened. It can be interrupted or killed at any time;
the same command goes on where it stopped. Only the owner can read the folder, which
holds whatever secrets the API returns, such as the keys of integrations.

What cannot be read is named in manifest.json with the reason, and the exit code is 6.
The same command then reads only what is missing.`,
		Example: "  tripware opsgenie export acme\n  tripware opsgenie export acme --history --since 365d",
		Args:    cli.Arguments("DIR"),
		RunE: session.Run(func(ctx context.Context, _ *cobra.Command, args []string) error {
			o, err := flags.options(time.Now())
			if err != nil {
				return err
			}
			client, err := session.Opsgenie()
			if err != nil {
				return err
			}
			o.Progress = NewProgress(session.Err, session.Terminal(session.Err))
			session.Notice = o.Progress.Note
			m, err := Export(ctx, client, args[0], o)
			if err != nil {
				return err
			}
			return report(session.Out, args[0], m)
		}),
	}
	flags.bind(c)
	return c
}

// exportFlags are the flags of an export.
type exportFlags struct {
	Options

	history      bool
	since, until string
}

func (f *exportFlags) bind(c *cobra.Command) {
	flags := c.Flags()
	flags.BoolVar(&f.Alerts, "alerts", false, "also alerts, with notes, logs, recipients and attachments")
	flags.BoolVar(&f.Incidents, "incidents", false, "also incidents, with notes, logs and timelines")
	flags.BoolVar(&f.TeamLogs, "team-logs", false, "also the logs of teams")
	flags.BoolVar(&f.AuditLogs, "audit-logs", false, "also the files of the audit log (plan Enterprise)")
	flags.BoolVar(&f.history, "history", false, "all of the four above")
	flags.BoolVar(&f.Calendars, "calendars", false, "also .ics files and timelines of schedules")
	flags.StringSliceVar(&f.Postmortems, "postmortem", nil, "also the postmortem with this `id`; the API has no list of them")
	flags.StringVar(&f.since, "since", "", "only history since this `time`: 2026-01-31, 2026-01-31T08:00:00Z, or 90d for days ago")
	flags.StringVar(&f.until, "until", "", "only alerts and incidents before this `time`")
	flags.IntVar(&f.Parallel, "parallel", defaultParallel, "how many requests may be under way for each rate-limit domain")
}

// options returns what the flags say.
func (f *exportFlags) options(now time.Time) (o Options, err error) {
	o = f.Options
	var begins, ends bool
	if o.Since, begins, err = moment("since", f.since, now); err != nil {
		return o, err
	}
	if o.Until, ends, err = moment("until", f.until, now); err != nil {
		return o, err
	}
	o.Relative = begins || ends
	if f.history {
		o.Alerts, o.Incidents, o.TeamLogs, o.AuditLogs = true, true, true, true
	}
	if o.Parallel < 1 {
		return o, cli.Usagef("--parallel must be at least 1")
	}
	return o, nil
}

// moment reads a time of a flag, and reports whether it is relative to now.
func moment(flag, text string, now time.Time) (at time.Time, relative bool, err error) {
	if text == "" {
		return time.Time{}, false, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, false, nil
		}
	}
	if days, is := strings.CutSuffix(text, "d"); is {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 {
			return now.AddDate(0, 0, -n), true, nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), true, nil
	}
	return time.Time{}, false, cli.Usagef("--%s %q is not a time: write 2026-01-31, 2026-01-31T08:00:00Z, 90d or 12h", flag, text)
}

// report prints what an export holds, and returns an error of code 6 if something is missing.
func report(out io.Writer, dir string, m *Manifest) error {
	say(out, "%s: %v of the account %s\n", dir, m, firstOf(m.Account, "(its name is forbidden)"))
	var left []string
	for _, k := range m.Kinds {
		if k.Left != "" {
			left = append(left, k.Kind+" ("+k.Left+")")
		}
	}
	if len(left) > 0 {
		say(out, "not asked for: %s\n", strings.Join(left, ", "))
	}
	if len(m.Missing) == 0 {
		return nil
	}
	some(out, "missing", texts(m.Missing))
	return &exit.Error{Code: exit.Partial, Err: fmt.Errorf("%s of the account could not be read: manifest.json says why; "+
		"the same command reads only what is missing", count(len(m.Missing), "part"))}
}

// say prints to standard output. Nobody could be told that this failed.
func say(out io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }

// most is how many lines of a kind are printed.
const most = 20

// some prints lines after a word, but not more than fit a screen.
func some(out io.Writer, word string, lines []string) {
	for _, line := range lines[:min(most, len(lines))] {
		say(out, "%s: %s\n", word, line)
	}
	if n := len(lines) - most; n > 0 {
		say(out, "%s: and %d more\n", word, n)
	}
}

func texts[T fmt.Stringer](all []T) []string {
	lines := make([]string, len(all))
	for i, each := range all {
		lines[i] = each.String()
	}
	return lines
}
