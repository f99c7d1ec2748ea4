package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tripware/tripware/services/opsgenie"
)

// RestoreOptions configure [Restore].
type RestoreOptions struct {
	DryRun   bool      // changes nothing; Restored says what would be done
	Parallel int       // how many requests may be under way for each rate-limit domain; at least 1
	Progress *Progress // may be nil

	now func() time.Time
}

// The words that the progress of a restoration counts.
const (
	created   = "created"
	updated   = "updated"
	toCreate  = "to create" // by a dry run
	toUpdate  = "to update"
	skipped   = "skipped"
	unchanged = "as it was"
)

// Restored says what a restoration did, or would do.
type Restored struct {
	Created int
	Updated int

	Done     []string // what was created and updated, such as "create teams/Ops"
	Weakened []string // what was restored without a part, such as a member who is not a user here
	Skipped  []string // what was not restored, and why
	Notes    []string // what is to be done by hand, such as giving out a new API key
}

// A restorer restores one export to one account.
type restorer struct {
	RestoreOptions

	client *opsgenie.Client
	read   *reader
	from   *Archive
	saved  map[string][]Row  // by kind
	names  map[string]string // of the export's rows, by id
	here   *directory        // what the account has

	mu  sync.Mutex
	out Restored
}

// restorable are the kinds that are restored, and those whose names are needed to do it.
func restorable() []string {
	return []string{
		users, teams, schedules, escalations, alertPolicies, notificationPolicies, integrations, heartbeats, maintenances,
	}
}

// Restore restores teams, schedules, escalations, routing rules, policies, notification rules,
// integrations, heartbeats and maintenance windows from a finished export, in the order in
// which they refer to each other. What the account has under the same name is updated; the
// rest is created. References are translated by name. What the account has besides stays as
// it is. Restore can be called again: the result is the same.
func Restore(ctx context.Context, client *opsgenie.Client, name string, o RestoreOptions) (*Restored, error) {
	if o.Progress == nil {
		o.Progress = NewProgress(nil, false)
	}
	if o.now == nil {
		o.now = time.Now
	}
	a, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer a.Close() //nolint:errcheck // only read
	r := &restorer{RestoreOptions: o, client: client, read: newReader(client, o.Parallel), from: a, here: newDirectory()}
	err = r.run(ctx)
	for _, list := range [][]string{r.out.Done, r.out.Weakened, r.out.Skipped, r.out.Notes} {
		slices.Sort(list)
	}
	switch {
	case err == nil:
		return &r.out, nil
	case ctx.Err() != nil:
		return &r.out, ErrInterrupted
	}
	return &r.out, err
}

func (r *restorer) run(ctx context.Context) error {
	if err := r.load(); err != nil {
		return err
	}
	if err := r.look(ctx); err != nil {
		return fmt.Errorf("archive: restore: look at the account: %w", err)
	}
	for _, step := range []struct {
		name    string
		restore func(context.Context, *Line) error
	}{
		{teams, r.teams},
		{schedules, r.schedules}, // without rotations, which refer to escalations
		{escalations, r.escalations},
		{rotations, r.rotations},
		{routingRules, r.routingRules},
		{notificationRules, r.notificationRules},
		{integrations, r.integrations},
		{alertPolicies, r.policies(alertPolicies)},
		{notificationPolicies, r.policies(notificationPolicies)},
		{heartbeats, r.heartbeats},
		{maintenances, r.maintenance},
	} {
		line := r.Progress.Line(step.name)
		err := step.restore(ctx, line)
		line.End(err != nil)
		if err != nil {
			return fmt.Errorf("archive: restore %s: %w", step.name, err)
		}
	}
	return nil
}

// load reads all rows that are restored, so that a broken export is refused before anything
// is changed.
func (r *restorer) load() error {
	r.saved = map[string][]Row{}
	for _, kind := range restorable() {
		for row, err := range r.from.Rows(kind) {
			if err != nil {
				return err
			}
			r.saved[kind] = append(r.saved[kind], row)
		}
	}
	r.names = map[string]string{}
	for _, e := range r.from.Entries {
		r.names[e.ID] = e.Name
	}
	for _, m := range r.from.Manifest.Missing {
		if slices.Contains(restorable(), m.Kind) {
			r.weakened("%s: it is not in the export: %s", m.Kind+"/"+title(m.Name, m.ID)+" "+m.Part, m.Reason)
		}
	}
	return nil
}

// A directory holds what an account has: ids by kind and name. It is safe for concurrent use.
type directory struct {
	mu  sync.Mutex
	ids map[string]map[string]string
}

func newDirectory() *directory { return &directory{ids: map[string]map[string]string{}} }

func (d *directory) add(kind, name, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ids[kind] == nil {
		d.ids[kind] = map[string]string{}
	}
	if _, taken := d.ids[kind][name]; !taken {
		d.ids[kind][name] = id
	}
}

func (d *directory) find(kind, name string) (id string, found bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, found = d.ids[kind][name]
	return id, found
}

// look reads the names that the account has.
func (r *restorer) look(ctx context.Context) error {
	for _, kind := range []string{users, teams, schedules, escalations, integrations, heartbeats} {
		res, _ := kindNamed(kind)
		for row, err := range r.read.rows(ctx, res, nil, res.query) {
			if err != nil {
				return err
			}
			r.here.add(kind, res.titleOf(row), res.idOf(row))
		}
	}
	return nil
}

// did counts what was created or updated, or would be by a dry run.
func (r *restorer) did(line *Line, exists bool, what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	word, planned, verb := created, toCreate, "create "
	if exists {
		word, planned, verb = updated, toUpdate, "update "
		r.out.Updated++
	} else {
		r.out.Created++
	}
	if r.DryRun {
		word = planned
	}
	line.Add(word)
	r.out.Done = append(r.out.Done, verb+what)
}

func (r *restorer) weakened(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.Weakened = append(r.out.Weakened, fmt.Sprintf(format, args...))
}

func (r *restorer) skip(line *Line, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line.Add(skipped)
	r.out.Skipped = append(r.out.Skipped, fmt.Sprintf(format, args...))
}

func (r *restorer) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.Notes = append(r.out.Notes, fmt.Sprintf(format, args...))
}

// each calls restore for rows, several at once. What the server refuses for one row is
// skipped; another error stops all.
func (r *restorer) each(ctx context.Context, line *Line, rows []Row, restore func(context.Context, Row) error) error {
	line.Expect(len(rows))
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	slots := make(chan struct{}, max(1, r.Parallel))
	for _, row := range rows {
		if ctx.Err() != nil {
			break
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := r.refused(line, row.Kind+"/"+title(row.Name, row.ID), restore(ctx, row)); err != nil {
				stop(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// refused skips what the server refuses, and returns every other error.
func (r *restorer) refused(line *Line, what string, err error) error {
	if err == nil {
		return nil
	}
	if m, goesOn := missingOf(err); goesOn {
		r.skip(line, "%s: the server refuses it: %s", what, m.Reason)
		return nil
	}
	if errors.Is(err, errSkipped) {
		return nil
	}
	return err
}

// errSkipped says that a row was skipped, and that this was recorded.
var errSkipped = errors.New("skipped")
