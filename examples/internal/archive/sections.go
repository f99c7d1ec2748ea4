package archive

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/integration"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/user"
)

// The services, by the names of their folders.
const (
	Teams        = "teams"
	Users        = "users"
	Schedules    = "schedules"
	Escalations  = "escalations"
	Policies     = "policies"
	Integrations = "integrations"
)

// Services returns all services, in the order in which they are shown.
func Services() []string {
	return []string{Teams, Users, Schedules, Escalations, Policies, Integrations}
}

// A section says how the resources of a service are listed.
type section struct {
	name string
	list func(context.Context) ([]resource, error)
}

// A resource is one row of a list, and says how the whole resource is read.
type resource struct {
	id   string
	read func(context.Context) (any, error)
}

// sectionOf returns a section from functions that list rows R, return the id of a row,
// and read the value V of a row.
func sectionOf[R, V any](
	name string, list func(context.Context) ([]R, error), id func(R) string, read func(context.Context, R) (V, error),
) section {
	return section{name, func(ctx context.Context) ([]resource, error) {
		rows, err := list(ctx)
		all := make([]resource, len(rows))
		for i, row := range rows {
			all[i] = resource{id(row), func(ctx context.Context) (any, error) { return read(ctx, row) }}
		}
		return all, err
	}}
}

// A reader reads the resources of an account.
type reader struct{ *opsgenie.Client }

// sections returns the services that are backed up, in the order of [Services].
func (r reader) sections() []section {
	return []section{
		sectionOf(Teams, r.listTeams, func(t team.Team) string { return t.ID }, r.team),
		sectionOf(Users, r.listUsers, func(u user.User) string { return u.ID }, r.user),
		sectionOf(Schedules, r.listSchedules, func(s schedule.Schedule) string { return s.ID }, r.schedule),
		sectionOf(Escalations, r.listEscalations, func(e escalation.Escalation) string { return e.ID }, r.escalation),
		sectionOf(Policies, r.listPolicies, func(p policyRow) string { return p.ID }, r.policy),
		sectionOf(Integrations, r.listIntegrations, func(i integration.Summary) string { return i.ID }, r.integration),
	}
}

// Value returns the data of a result.
func Value[T any](answer *services.Result[T], err error) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	return answer.Value, nil
}
