package main

import (
	"context"
	"fmt"

	"github.com/tripware/tripware/examples/internal/archive"
	"github.com/tripware/tripware/services/opsgenie"
)

// The words that a progress line counts.
const (
	created  = "created"
	updated  = "updated"
	toCreate = "to create" // by a dry run
	toUpdate = "to update"
	skipped  = "skipped" // refers to what is not here
)

// A restorer restores a backup to an account.
type restorer struct {
	client *opsgenie.Client
	pool   archive.Pool
	show   *archive.Progress
	dry    bool // only says what it would do

	names names      // what ids of the backup stand for
	here  *directory // what the account has
}

// run restores the teams, then the schedules, which belong to teams, and finally the
// routing rules of the teams, which refer to schedules.
func (r *restorer) run(ctx context.Context, folder *archive.Folder) error {
	teams, err := archive.Load[archive.Team](folder, archive.Teams)
	if err != nil {
		return err
	}
	schedules, err := archive.Load[archive.Schedule](folder, archive.Schedules)
	if err != nil {
		return err
	}
	if r.names, err = namesIn(folder); err != nil {
		return err
	}
	if r.here, err = look(ctx, r.client); err != nil {
		return err
	}
	rules := 0
	for _, t := range teams {
		rules += len(t.RoutingRules)
	}
	of := func(name string) *archive.Line {
		return r.show.Line(name, created, updated, toCreate, toUpdate, skipped)
	}
	teamLine, scheduleLine, ruleLine := of("teams"), of("schedules"), of("rules")
	if err := step(ctx, r, teamLine, len(teams), teams, r.team); err != nil {
		return err
	}
	if err := step(ctx, r, scheduleLine, len(schedules), schedules, r.schedule); err != nil {
		return err
	}
	return step(ctx, r, ruleLine, rules, teams, r.rules)
}

// step restores something from each of items, which makes total things on a line.
func step[T any](
	ctx context.Context, r *restorer, line *archive.Line, total int, items []T,
	restore func(context.Context, *archive.Line, T) error,
) error {
	line.Expect(total)
	err := archive.Each(ctx, r.pool, items, func(ctx context.Context, item T) error { return restore(ctx, line, item) })
	line.End(err)
	return err
}

// planned notes what a dry run would do, and counts it.
func (r *restorer) planned(line *archive.Line, exists bool, format string, args ...any) {
	word := toCreate
	if exists {
		word = toUpdate
	}
	r.show.Note("%s", word+" "+fmt.Sprintf(format, args...))
	line.Add(word)
}
