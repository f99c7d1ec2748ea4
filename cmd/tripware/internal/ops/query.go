package ops

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/services"
)

// A byQuery is an action on all alerts that match a query.
type byQuery struct {
	verb, done string
	only       string // the alerts that the action makes sense for

	query    string
	dryRun   bool
	yes      bool
	parallel int
}

// byQuery lets the command act on the alerts of a query instead of one alert.
func (c *command) byQuery(verb, done, only string) {
	q := &byQuery{verb: verb, done: done, only: only}
	flags := c.Flags()
	flags.StringVar(&q.query, "query", "", verb+" all alerts that match, such as 'tag: load-test'")
	flags.BoolVar(&q.dryRun, "dry-run", false, "only print the alerts that match the query")
	flags.BoolVarP(&q.yes, "yes", "y", false, "do not ask before acting on the alerts of a query")
	flags.IntVar(&q.parallel, "parallel", 8, "how many alerts of a query are acted on at the same time")
	check := cli.Arguments(c.placeholders()...)
	c.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case !flags.Changed("query") && (flags.Changed("dry-run") || flags.Changed("yes")):
			return cli.Usagef("--dry-run and --yes belong to --query")
		case !flags.Changed("query"):
			return check(cmd, args)
		case len(args) > 0:
			return cli.Usagef("there is an alert, %q, and --query: leave one out", args[0])
		case strings.TrimSpace(q.query) == "":
			return cli.Usagef("--query is empty, which would %s all alerts: write one such as 'tag: load-test'", verb)
		case q.parallel < 1:
			return cli.Usagef("--parallel must be at least 1")
		}
		return nil
	}
	c.instead = func(ctx context.Context, _ []string) (bool, error) {
		if !flags.Changed("query") {
			return false, nil
		}
		return true, c.actByQuery(ctx, q)
	}
}

// actByQuery acts on each alert that matches once, and waits for each outcome.
func (c *command) actByQuery(ctx context.Context, q *byQuery) error {
	r, closeFile, err := c.request(nil)
	if err != nil {
		return err
	}
	defer closeFile()
	core, err := c.set.Vendor.Core(c.op.Domain)
	if err != nil {
		return err
	}
	list, _ := c.set.Find("Alerts.List")
	matching := Request{Query: map[string]string{"query": q.only + " AND (" + q.query + ")"}}
	for _, name := range []string{"limit", "size"} {
		if _, ok := list.Param(InQuery, name); ok {
			matching.Query[name] = number(alertsPerPage)
		}
	}
	if q.dryRun {
		p, err := c.output.Printer(c.OutOrStdout(), columns(list)...)
		if err != nil {
			return err
		}
		preview := &command{Command: c.Command, op: list, set: c.set}
		return preview.list(ctx, core, matching, p)
	}
	if !q.yes {
		if err := c.confirm(ctx, core, list, matching, q); err != nil {
			return err
		}
	}
	return c.each(ctx, core, list, matching, r, q)
}

// alertsPerPage is the largest page of alerts of both vendors.
const alertsPerPage = 100

// confirm asks on the terminal. Without one it refuses.
func (c *command) confirm(ctx context.Context, core *services.Client, list Operation, matching Request, q *byQuery) error {
	env := c.set.Session.Env
	if !env.Terminal(env.In) {
		return cli.Usagef("nobody can be asked, since standard input is not a terminal: look with --dry-run, and then give --yes")
	}
	n := 0
	for _, err := range items(ctx, core, list, matching) {
		if err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return nil
	}
	question := fmt.Sprintf("%s %d alerts that match %s? [y/N] ", strings.ToUpper(q.verb[:1])+q.verb[1:], n, cli.Plain(q.query))
	if _, err := io.WriteString(env.Err, question); err != nil {
		return err
	}
	answered := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(env.In).ReadString('\n')
		answered <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case answer := <-answered:
		if answer != "y" && answer != "yes" {
			return &exit.Error{Code: exit.Failed, Err: errors.New("nothing was done")}
		}
	}
	return nil
}

// each acts on each alert, and tells those that failed.
func (c *command) each(ctx context.Context, core *services.Client, list Operation, matching, r Request, q *byQuery) error {
	names := c.op.Arguments()
	var telling sync.Mutex
	act := func(ctx context.Context, row json.RawMessage) error {
		own := r
		own.Path = map[string]string{names[0]: idOf(row)}
		err := c.settle(ctx, core, own)
		if err != nil {
			telling.Lock()
			defer telling.Unlock()
			c.set.Session.Tell("tripware: alert %s not %s: %s", cli.Plain(idOf(row)), q.done, cli.Plain(err.Error()))
		}
		return err
	}
	acted, err := services.Each(ctx, items(ctx, core, list, matching), idOf, act, services.WithParallel(q.parallel))
	_, unsaid := fmt.Fprintf(c.OutOrStdout(), "%s %d of %d alerts\n", q.done, acted.Tried-len(acted.Failures), acted.Tried)
	failed := errors.Join(err, acted.Err(), unsaid)
	if failed == nil {
		return nil
	}
	if len(acted.Failures) < acted.Tried {
		return &exit.Error{Code: exit.Partial, Err: failed}
	}
	return failed
}

// settle sends the action for one alert and waits for its outcome.
func (c *command) settle(ctx context.Context, core *services.Client, r Request) error {
	pending, err := accept(ctx, follower(core, c.set.Operations, c.op, r.Path), c.op, r)
	if err != nil {
		return err
	}
	_, err = pending.Wait(ctx)
	return err
}

func idOf(row json.RawMessage) string {
	var alert struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(row, &alert) // a row without an id fails when it is acted on
	return alert.ID
}
