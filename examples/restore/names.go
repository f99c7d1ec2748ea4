package main

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"github.com/tripware/tripware/examples/internal/archive"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/user"
)

// names holds the names of a backup's resources by their ids; a user's name is the
// username. Unlike ids, names are valid in another account.
type names map[string]string

func namesIn(folder *archive.Folder) (names, error) {
	all := names{}
	teams, err := archive.Load[archive.Team](folder, archive.Teams)
	if err != nil {
		return nil, err
	}
	for _, t := range teams {
		all[t.Team.ID] = t.Team.Name
	}
	users, err := archive.Load[user.User](folder, archive.Users)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		all[u.ID] = u.Username
	}
	schedules, err := archive.Load[archive.Schedule](folder, archive.Schedules)
	if err != nil {
		return nil, err
	}
	for _, s := range schedules {
		all[s.Schedule.ID] = s.Schedule.Name
	}
	escalations, err := archive.Load[escalation.Escalation](folder, archive.Escalations)
	if err != nil {
		return nil, err
	}
	for _, e := range escalations {
		all[e.ID] = e.Name
	}
	return all, nil
}

// A directory is what an account has: ids by names. It is safe for concurrent use.
type directory struct {
	mu  sync.Mutex
	ids map[shape.Kind]map[string]string
}

// look reads what the account of a client has.
func look(ctx context.Context, client *opsgenie.Client) (*directory, error) {
	d := &directory{ids: map[shape.Kind]map[string]string{}}
	teams, err := archive.Value(client.Teams.List(ctx))
	if err != nil {
		return nil, err
	}
	for _, t := range teams {
		d.add(shape.KindTeam, t.Name, t.ID)
	}
	schedules, err := archive.Value(client.Schedules.List(ctx, schedule.ListRequest{}))
	if err != nil {
		return nil, err
	}
	for _, s := range schedules {
		d.add(shape.KindSchedule, s.Name, s.ID)
	}
	escalations, err := archive.Value(client.Escalations.List(ctx))
	if err != nil {
		return nil, err
	}
	for _, e := range escalations {
		d.add(shape.KindEscalation, e.Name, e.ID)
	}
	for u, err := range client.Users.All(ctx, user.ListRequest{}) {
		if err != nil {
			return nil, err
		}
		d.add(shape.KindUser, u.Username, u.ID)
	}
	return d, nil
}

func (d *directory) add(kind shape.Kind, name, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ids[kind] == nil {
		d.ids[kind] = map[string]string{}
	}
	d.ids[kind][name] = id
}

func (d *directory) find(kind shape.Kind, name string) (id string, found bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, found = d.ids[kind][name]
	return id, found
}

// recipient translates whom something of the backup turns to. The error says that
// there is no such one here. Everybody, nobody, and what is of a kind that is
// unknown here go as they came.
func (r *restorer) recipient(old shape.Recipient) (shape.Recipient, error) {
	name := cmp.Or(r.names[old.ID()], old.Name())
	var to shape.Responder
	switch old.Kind() {
	case shape.KindUser:
		to = shape.UserByName(name)
	case shape.KindTeam:
		to = shape.TeamByName(name)
	case shape.KindSchedule:
		to = shape.ScheduleByName(name)
	case shape.KindEscalation:
		to = shape.EscalationByName(name)
	case shape.KindGroup:
		if name != "" {
			return shape.ToGroupByName(name), nil
		}
		return old, nil
	default:
		return old, nil
	}
	if _, found := r.here.find(old.Kind(), name); !found {
		return old, fmt.Errorf("no %s %s here", old.Kind(), cmp.Or(name, old.ID()))
	}
	return shape.To(to), nil
}
