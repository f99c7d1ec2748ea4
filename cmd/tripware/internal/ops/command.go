// Package ops has a command for each operation of both vendors, built from tables.
package ops

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/services"
)

// A Set is the operations of one vendor with what sends them.
type Set struct {
	Operations []Operation
	Vendor     cli.Vendor
	Session    *cli.Session
}

// Find returns the operation with a name such as Alerts.Close.
func (s *Set) Find(name string) (Operation, bool) {
	i := slices.IndexFunc(s.Operations, func(o Operation) bool { return o.String() == name })
	if i < 0 {
		return Operation{}, false
	}
	return s.Operations[i], true
}

// Commands returns a command for each service. Those of the operations are below it only if
// one of the words of the command line is the name of the service, so that the program starts
// quickly.
func (s *Set) Commands(words []string) []*cobra.Command {
	var groups []*cobra.Command
	byName := map[string]*cobra.Command{}
	for _, o := range s.Operations {
		group, known := byName[o.Group()]
		if !known {
			group = cli.Group(&cobra.Command{
				Use:     o.Group(),
				Short:   "The operations of " + strings.ReplaceAll(o.Group(), "-", " "),
				Aliases: groupAliases(o.Group()),
			})
			byName[o.Group()] = group
			groups = append(groups, group)
		}
		if slices.ContainsFunc(append(group.Aliases, group.Name()), func(name string) bool { return slices.Contains(words, name) }) {
			group.AddCommand(s.command(o))
		}
	}
	for _, name := range []string{"on-call", "on-calls"} {
		if group := byName[name]; group != nil {
			group.AddCommand(s.now())
		}
	}
	return groups
}

// groupAliases returns other names of a service's command: the singular, and on-call for
// on-calls.
func groupAliases(name string) []string {
	switch {
	case name == "on-call":
		return []string{"oncall"}
	case name == "on-calls":
		return []string{"on-call", "oncall"}
	case strings.HasSuffix(name, "ies"):
		return []string{strings.TrimSuffix(name, "ies") + "y"}
	case strings.HasSuffix(name, "s"):
		return []string{strings.TrimSuffix(name, "s")}
	}
	return nil
}

// A command is the command of one operation.
type command struct {
	*cobra.Command

	op        Operation
	set       *Set
	output    cli.Output
	arguments []string
	input     input
	wait      bool
	most      int
	prefix    string // instead of the domain, if not empty

	// An extension may take over the command, or change the request before it is sent.
	instead func(ctx context.Context, args []string) (done bool, err error)
	prepare func(args []string, r *Request) error
}

func (s *Set) command(o Operation) *cobra.Command {
	c := &command{op: o, set: s, arguments: o.Arguments()}
	c.Command = &cobra.Command{Use: o.Command(), Short: o.short(), Long: o.long(), ValidArgsFunction: cobra.NoFileCompletions}
	c.input.bind(c.Command, o)
	c.output.Bind(c.Command)
	if o.Async && follower(nil, s.Operations, o, nil) != nil {
		c.Flags().BoolVar(&c.wait, "wait", false, "wait until the request is processed; exit code 5 if it is not")
	}
	if o.Kind == List {
		c.Flags().IntVar(&c.most, "max", 0, "print at most `N` rows; 0 means all")
	}
	if o.Domain == cli.StatusPages {
		c.Flags().StringVar(&c.prefix, "prefix", "", "the path before "+o.Path+"; {cloudId} in it is replaced by the cloud id")
	}
	c.extend()
	for _, name := range c.arguments {
		c.Use += " " + placeholder(name)
	}
	if c.Args == nil {
		c.Args = cli.Arguments(c.placeholders()...)
	}
	c.RunE = s.Session.Run(func(ctx context.Context, _ *cobra.Command, args []string) error { return c.run(ctx, args) })
	return c.Command
}

func (c *command) placeholders() (names []string) {
	for _, name := range c.arguments {
		names = append(names, placeholder(name))
	}
	return names
}

// placeholder returns how a usage line shows an argument.
func placeholder(name string) string { return strings.ToUpper(kebab(name)) }

func (o Operation) short() string { return o.Method + " " + o.Path }

func (o Operation) long() string {
	text := "Sends " + o.Route() + " and prints the response."
	if o.Async {
		text += "\nThe server accepts the request and processes it later."
	}
	switch {
	case o.Domain == cli.Incidents:
		text += "\nThe vendor has it in beta."
	case o.Domain == cli.StatusPages:
		text += "\nThe vendor calls it experimental, and its pages differ about the path before " + o.Path + "." +
			"\nIf it is not found, try --prefix '/jsm/ops/api/{cloudId}'."
	case o.Service == "JEC":
		text += "\nThe vendor calls it experimental."
	}
	switch o.Retry {
	case "safe":
		text += "\nIt is safe to retry."
	case "alias":
		text += "\nIt is safe to retry with an alias; otherwise it is retried only after 429 and 503."
	case "refused":
		text += "\nIt is retried only after 429 and 503, because a second copy would add something twice or conflict."
	}
	return text
}

// run sends the operation.
func (c *command) run(ctx context.Context, args []string) error {
	if c.instead != nil {
		if done, err := c.instead(ctx, args); done {
			return err
		}
	}
	r, closeFile, err := c.request(args)
	if err != nil {
		return err
	}
	defer closeFile()
	core, err := c.set.Vendor.Core(cmp.Or(c.prefix, c.op.Domain))
	if err != nil {
		return err
	}
	if c.op.Kind == File {
		return download(ctx, core, c.op, r, c.OutOrStdout())
	}
	p, err := c.output.Printer(c.OutOrStdout(), columns(c.op)...)
	if err != nil {
		return err
	}
	switch {
	case c.op.Kind == List:
		return c.list(ctx, core, r, p)
	case c.wait:
		return c.await(ctx, core, r, p)
	case c.op.Async && c.op.Domain != cli.Incidents: // whose responses have data
		meta, err := acceptOnly(ctx, core, c.op, r)
		if err != nil {
			return err
		}
		return p.Value(describe(meta, ""))
	}
	got, err := do(ctx, core, c.op, r)
	if err != nil {
		return err
	}
	if got.Raw() == nil && got.Meta.Result != "" {
		return p.Value(describe(got.Meta, ""))
	}
	return p.Value(got.Raw())
}

// request makes the request from the arguments and the flags.
func (c *command) request(args []string) (Request, func(), error) {
	r := Request{Path: map[string]string{}, Query: map[string]string{}, Lists: map[string][]string{}, Form: map[string]string{}}
	for i, name := range c.op.Arguments() {
		if i < len(args) {
			r.Path[name] = args[i]
		}
	}
	if err := c.input.read(c.Command, c.op, &r); err != nil {
		return r, nil, err
	}
	if c.prepare != nil {
		if err := c.prepare(args, &r); err != nil {
			return r, nil, err
		}
	}
	if err := c.input.complete(c.op, r); err != nil {
		return r, nil, err
	}
	closeFile, err := c.input.open(c.Command, c.op, &r)
	return r, closeFile, err
}

// list prints a list as it comes: the rows of a page before the next page is asked for.
func (c *command) list(ctx context.Context, core *services.Client, r Request, p *cli.Printer) (err error) {
	defer func() {
		if closeErr := p.Close(); err == nil {
			err = closeErr
		}
	}()
	left := c.most
	for page, err := range pages(ctx, core, c.op, r) {
		if err != nil {
			return err
		}
		if c.most > 0 {
			page = page[:min(left, len(page))]
			left -= len(page)
		}
		if err := p.Rows(page); err != nil {
			return err
		}
		if c.most > 0 && left == 0 {
			return nil
		}
	}
	return nil
}

// await sends an asynchronous operation, waits for its outcome and prints it.
func (c *command) await(ctx context.Context, core *services.Client, r Request, p *cli.Printer) error {
	accepted, err := accept(ctx, follower(core, c.set.Operations, c.op, r.Path), c.op, r)
	if err != nil {
		return err
	}
	got, err := accepted.Wait(ctx)
	if err != nil {
		return fmt.Errorf("request %s: %w", accepted.RequestID, err)
	}
	return p.Value(with(got.Value.raw, "requestId", accepted.RequestID))
}

// with returns an object with one more member, unless it is there already.
func with(raw json.RawMessage, name, text string) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil || object == nil || object[name] != nil {
		return raw
	}
	object[name] = json.RawMessage(strconv.Quote(text)) // an id
	all, err := json.Marshal(object)
	if err != nil {
		return raw
	}
	return all
}

// columns returns those of tables whose rows have many members.
func columns(o Operation) []string {
	return map[string][]string{
		"Alerts.List":       {"id", "status", "acknowledged", "priority", "message", "alias", "owner", "createdAt"},
		"Incidents.List":    {"id", "status", "priority", "message", "ownerTeam", "createdAt"},
		"Users.List":        {"id", "username", "fullName", "role", "verified", "blocked"},
		"Schedules.List":    {"id", "name", "timezone", "enabled", "ownerTeam"},
		"Escalations.List":  {"id", "name", "ownerTeam", "rules"},
		"Integrations.List": {"id", "name", "type", "enabled", "teamId"},
		"OnCall.List":       {"_parent.name", "onCallRecipients", "onCallParticipants"},
	}[o.String()]
}
