package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/tripware/tripware/examples/internal/archive"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
)

// team restores a team, then its roles, then the members that have these roles.
func (r *restorer) team(ctx context.Context, line *archive.Line, saved archive.Team) error {
	name, members := saved.Team.Name, r.members(saved.Team)
	id, exists := r.here.find(shape.KindTeam, name)
	if r.dry {
		r.here.add(shape.KindTeam, name, id)
		r.planned(line, exists, "team %s: %d members, %d roles", name, len(members), len(saved.Roles))
		return nil
	}
	if !exists {
		made, err := archive.Value(r.client.Teams.Create(ctx, team.CreateRequest{Name: name, Description: saved.Team.Description}))
		if exists = errors.Is(err, services.ErrConflict); exists { // somebody was faster
			var found team.Team
			found, err = archive.Value(r.client.Teams.Get(ctx, team.ByName(name)))
			made.ID = found.ID
		}
		if err != nil {
			return err
		}
		id = made.ID
		r.here.add(shape.KindTeam, name, id)
	}
	if err := r.roles(ctx, id, saved.Roles); err != nil {
		return err
	}
	in := team.UpdateRequest{ID: id, Description: services.Set(saved.Team.Description), Members: given(members)}
	if _, err := r.client.Teams.Update(ctx, in); err != nil {
		return err
	}
	line.Add(word(exists))
	return nil
}

func word(existed bool) string {
	if existed {
		return updated
	}
	return created
}

// members are the members of a saved team who are users here, by their usernames.
func (r *restorer) members(saved team.Team) (all []team.Member) {
	for _, m := range saved.Members {
		name := cmp.Or(m.User.Username, r.names[m.User.ID])
		if _, found := r.here.find(shape.KindUser, name); !found {
			r.show.Note("team %s: no user %s here, who was a member", saved.Name, cmp.Or(name, m.User.ID))
			continue
		}
		all = append(all, team.Member{User: shape.User{Username: name}, Role: m.Role})
	}
	return all
}

// roles restores the roles that a team has of its own.
func (r *restorer) roles(ctx context.Context, teamID string, saved []team.Role) error {
	ref := team.ByID(teamID)
	there, err := archive.Value(r.client.TeamRoles.List(ctx, ref))
	if err != nil {
		return err
	}
	for _, role := range saved {
		if strings.EqualFold(role.Name, team.MemberUser) || strings.EqualFold(role.Name, team.MemberAdmin) {
			continue // every team has these
		}
		if slices.ContainsFunc(there, func(t team.Role) bool { return t.Name == role.Name }) {
			in := team.UpdateRoleRequest{Ref: ref, RoleRef: team.RoleByName(role.Name), Rights: services.Set(role.Rights)}
			_, err = r.client.TeamRoles.Update(ctx, in)
		} else {
			_, err = r.client.TeamRoles.Create(ctx, team.CreateRoleRequest{Ref: ref, Name: role.Name, Rights: role.Rights})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
