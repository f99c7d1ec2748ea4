// Package user is the User API: the people of an account, what they belong to,
// and the saved searches for users.
//
// The API key needs the right to access the configuration. List counts in the
// rate-limit domain search, all else in configuration.
package user

import (
	"context"
	"iter"

	"github.com/tripware/tripware/services"
)

// A Service calls the User API. It is safe for concurrent use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

const listRoute = "GET /v2/users"

// Create adds a user, who is invited by e-mail. Domain configuration; a username
// exists once, so that a repeat after a lost answer would be refused: there is
// none.
//
// API: https://docs.opsgenie.com/docs/user-api#create-user
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/users", in, in.repeat())
}

// Get reads one user. Domain configuration.
//
// API: https://docs.opsgenie.com/docs/user-api#get-user
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[User], error) {
	return services.Do[User](ctx, s.client, "GET /v2/users/{identifier}", in, services.ByMethod)
}

// Update changes one user. Domain configuration; a repeat is harmless, but for a
// change of the username that the user is referred to by.
//
// API: https://docs.opsgenie.com/docs/user-api#update-user-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v2/users/{identifier}", in, in.repeat())
}

// Delete removes a user from the account. Domain configuration; a repeat is
// harmless, but where an answer was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/user-api#delete-user
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/users/{identifier}", in, services.ByMethod)
}

// List returns one page of the users that match; how many there are on all pages
// is the TotalCount of the result's metadata. Domain search.
//
// API: https://docs.opsgenie.com/docs/user-api#list-users
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]User], error) {
	return services.Do[[]User](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all users that match, page after page; see [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[User, error] {
	return services.All[User](ctx, s.client, listRoute, in)
}

// ListEscalations returns the escalations that a user stands in. Domain
// configuration.
//
// API: https://docs.opsgenie.com/docs/user-api#list-user-escalations
func (s *Service) ListEscalations(ctx context.Context, in ListEscalationsRequest) (*services.Result[[]Escalation], error) {
	return services.Do[[]Escalation](ctx, s.client, "GET /v2/users/{identifier}/escalations", in, services.ByMethod)
}

// ListForwardingRules returns the rules that forward a user's notifications.
// Domain configuration.
//
// API: https://docs.opsgenie.com/docs/user-api#list-user-forwarding-rules
func (s *Service) ListForwardingRules(ctx context.Context, in ListForwardingRulesRequest) (*services.Result[[]ForwardingRule], error) {
	return services.Do[[]ForwardingRule](ctx, s.client, "GET /v2/users/{identifier}/forwarding-rules", in, services.ByMethod)
}

// ListSchedules returns the schedules that a user stands in. Domain
// configuration.
//
// API: https://docs.opsgenie.com/docs/user-api#list-user-schedules
func (s *Service) ListSchedules(ctx context.Context, in ListSchedulesRequest) (*services.Result[[]Schedule], error) {
	return services.Do[[]Schedule](ctx, s.client, "GET /v2/users/{identifier}/schedules", in, services.ByMethod)
}

// ListTeams returns the teams that a user is a member of. Domain configuration.
//
// API: https://docs.opsgenie.com/docs/user-api#list-user-teams
func (s *Service) ListTeams(ctx context.Context, in ListTeamsRequest) (*services.Result[[]Team], error) {
	return services.Do[[]Team](ctx, s.client, "GET /v2/users/{identifier}/teams", in, services.ByMethod)
}
