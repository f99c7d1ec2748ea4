package ops

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
)

// extend gives some commands more than the operation has: short names, and what daily work
// needs.
func (c *command) extend() {
	switch c.op.String() {
	case "Alerts.Acknowledge":
		c.Aliases = []string{"ack"}
		c.byQuery("acknowledge", "acknowledged", "status: open AND acknowledged: false")
	case "Alerts.Close":
		c.byQuery("close", "closed", "status: open")
	case "Alerts.AddNote":
		c.Aliases = []string{"note"}
		c.lastArgument("note", func(text string, r *Request) error { return set(r, []string{"note"}, text) })
	case "Alerts.AddAttachment":
		c.Aliases = []string{"attach"}
		c.lastArgument("file", func(name string, _ *Request) error {
			c.input.upload = name
			return nil
		})
		c.ValidArgsFunction = nil // files
	case "Heartbeats.Ping":
		c.heartbeat()
	case "ScheduleOverrides.Create":
		c.override()
	}
}

// lastArgument lets one more argument stand for a flag, which it excludes.
func (c *command) lastArgument(name string, put func(string, *Request) error) {
	own := len(c.arguments)
	names := append(c.placeholders(), "["+placeholder(name)+"]")
	check := cli.Arguments(names...)
	c.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == own {
			args = append(args[:own:own], "")
		} else if flag := cmd.Flags().Lookup(name); flag.Changed {
			return cli.Usagef("the %s is given as an argument and by --%s: leave one out", name, name)
		}
		return check(cmd, args)
	}
	c.arguments = append(c.arguments, name)
	c.prepare = func(args []string, r *Request) error {
		if len(args) > own {
			return put(args[own], r)
		}
		return nil
	}
}

// override adds the flags of an override from now, or from a time on, for some hours.
func (c *command) override() {
	var length time.Duration
	var from string
	user := c.op.member("user")
	c.Flags().DurationVar(&length, "for", 0, "how long the override lasts, such as 4h")
	c.Flags().StringVar(&from, "from", "now", "when the override begins; RFC 3339, now, or from now as in +4h")
	if c.Flags().Lookup("user") == nil {
		c.Flags().String("user", "", "the account id of who takes over")
	}
	c.prepare = func(_ []string, r *Request) error {
		if flag := c.Flags().Lookup("user"); flag.Changed {
			if err := set(r, []string{user}, c.op.person(flag.Value.String())); err != nil {
				return err
			}
		}
		if length <= 0 {
			if c.Flags().Changed("for") {
				return cli.Usagef("--for must be positive, such as 4h")
			}
			return nil
		}
		begin, err := parseTime(from, time.Now())
		if err != nil {
			return cli.Usagef("--from %w", err)
		}
		at, err := time.Parse(time.RFC3339Nano, begin)
		if err != nil {
			return err
		}
		if err := set(r, []string{"startDate"}, begin); err != nil {
			return err
		}
		return set(r, []string{"endDate"}, at.Add(length).UTC().Format(time.RFC3339))
	}
}

// member returns the name of a member of the body: name if the operation has it, else
// responder.
func (o Operation) member(name string) string {
	if _, ok := o.Param(InBody, name); ok {
		return name
	}
	return "responder"
}

// person returns who takes over: JSON as it is, and otherwise a username of Opsgenie, an id
// of Opsgenie or an account id.
func (o Operation) person(text string) any {
	if object, ok := jsonOrText(text).(map[string]any); ok {
		return object
	}
	if strings.Contains(text, "@") {
		return map[string]any{"type": "user", "username": text}
	}
	return map[string]any{"type": "user", "id": text}
}

// heartbeat lets a heartbeat be pinged again and again, and around a command.
func (c *command) heartbeat() {
	var every time.Duration
	c.Flags().DurationVar(&every, "every", 0, "ping again and again with this interval, such as 1m, until interrupted")
	own := c.arguments
	check := cli.Arguments(c.placeholders()...)
	c.Args = func(cmd *cobra.Command, args []string) error {
		if at := cmd.ArgsLenAtDash(); at >= 0 && len(args) > at {
			args = args[:at]
		}
		return check(cmd, args)
	}
	c.Example = "  # each minute until interrupted\n  tripware opsgenie heartbeats ping backup --every 1m\n" +
		"  # once the command has succeeded\n  tripware opsgenie heartbeats ping backup -- pg_dump -f db.sql"
	c.instead = func(ctx context.Context, args []string) (bool, error) {
		work := args[min(len(own), len(args)):]
		if every == 0 && len(work) == 0 {
			if c.Flags().Changed("every") {
				return true, cli.Usagef("--every must be positive, such as 1m")
			}
			return false, nil
		}
		if every < 0 {
			return true, cli.Usagef("--every must be positive, such as 1m")
		}
		r, closeFile, err := c.request(args[:len(own)])
		if err != nil {
			return true, err
		}
		defer closeFile()
		return true, c.beat(ctx, r, every, work)
	}
}
