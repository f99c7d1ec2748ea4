package main

import (
	"cmp"
	"context"
	"errors"
	"reflect"

	"github.com/tripware/tripware/examples/internal/archive"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// schedule restores a schedule with its rotations, but not its overrides, which are
// for a short time.
func (r *restorer) schedule(ctx context.Context, line *archive.Line, saved archive.Schedule) error {
	s := saved.Schedule
	in := schedule.CreateRequest{
		Name: s.Name, Description: s.Description, Timezone: s.Timezone, Enabled: services.Set(s.Enabled),
		OwnerTeam: r.owner(s), Rotations: r.rotations(s),
	}
	id, exists := r.here.find(shape.KindSchedule, s.Name)
	if r.dry {
		r.here.add(shape.KindSchedule, s.Name, id)
		r.planned(line, exists, "schedule %s: %d rotations", s.Name, len(in.Rotations))
		return nil
	}
	if !exists {
		made, err := archive.Value(r.client.Schedules.Create(ctx, in))
		exists = errors.Is(err, services.ErrConflict) // somebody was faster
		if err != nil && !exists {
			return err
		}
		r.here.add(shape.KindSchedule, s.Name, made.ID)
	}
	if exists {
		_, err := r.client.Schedules.Update(ctx, schedule.UpdateRequest{
			Ref: schedule.ByName(s.Name), Description: services.Set(in.Description), Timezone: given(in.Timezone), Enabled: in.Enabled,
			OwnerTeam: given(in.OwnerTeam), Rotations: given(in.Rotations),
		})
		if err != nil {
			return err
		}
	}
	line.Add(word(exists))
	return nil
}

// given returns a member of an update: absent, so that it stays as it is, if v is zero.
func given[T any](v T) (member services.Optional[T]) {
	if !reflect.ValueOf(&v).Elem().IsZero() {
		member = services.Set(v)
	}
	return member
}

// owner is the team that a schedule belongs to, by its name.
func (r *restorer) owner(s schedule.Schedule) shape.OwnerTeam {
	if s.OwnerTeam.IsZero() {
		return shape.OwnerTeam{}
	}
	name := cmp.Or(r.names[s.OwnerTeam.ID], s.OwnerTeam.Name)
	if _, found := r.here.find(shape.KindTeam, name); !found {
		r.show.Note("schedule %s: no team %s here, which it belonged to", s.Name, cmp.Or(name, s.OwnerTeam.ID))
		return shape.OwnerTeam{}
	}
	return shape.OwnerTeam{Name: name}
}

// rotations are the rotations of a saved schedule as they are to be. The turns of
// somebody who is not here remain, and nobody takes them. It is nil, not empty, if
// there is none: the API takes no empty list.
func (r *restorer) rotations(s schedule.Schedule) (all []schedule.NewRotation) {
	for _, old := range s.Rotations {
		next := schedule.NewRotation{
			Name: old.Name, StartDate: old.StartDate.Time, EndDate: old.EndDate.Time, Type: old.Type, Length: old.Length,
			Participants: make([]shape.Recipient, len(old.Participants)), TimeRestriction: old.TimeRestriction,
		}
		for j, participant := range old.Participants {
			to, err := r.recipient(participant)
			if err != nil {
				r.show.Note("schedule %s: a turn of %s is left to nobody: %v", s.Name, old.Name, err)
				to = shape.ToNone()
			}
			next.Participants[j] = to
		}
		all = append(all, next)
	}
	return all
}
