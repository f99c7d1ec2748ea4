package team

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A MemberService calls the Team Member API. It is safe for concurrent use. [NewMembers]
// returns one.
type MemberService struct{ client *services.Client }

// NewMembers returns a service that uses client, whose codec must be Opsgenie's.
func NewMembers(client *services.Client) *MemberService { return &MemberService{client: client} }

// AddMemberRequest adds a user to a team.
type AddMemberRequest struct {
	Ref

	User shape.User `json:"user" check:"required"` // by id or by username
	Role string     `json:"role,omitzero"`         // [MemberUser], [MemberAdmin] or the name of another role; user if empty
}

// Add adds a user to a team and returns the team. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/team-member-api#add-team-member
func (s *MemberService) Add(ctx context.Context, in AddMemberRequest) (*services.Result[Summary], error) {
	in.Ref = in.below()
	return services.Do[Summary](ctx, s.client, "POST /v2/teams/{identifier}/members", in, services.SafeToRetry)
}

// member identifies a member of a team.
type member struct {
	Ref

	User string `path:"memberIdentifier"`
}

// Remove removes a user, given by id or username, from a team. If the response of an attempt
// was lost, the retry's error may match [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/team-member-api#remove-team-member
func (s *MemberService) Remove(ctx context.Context, ref Ref, user string) (*services.Result[services.None], error) {
	in := member{ref.below(), user}
	return services.Do[services.None](ctx, s.client, "DELETE /v2/teams/{identifier}/members/{memberIdentifier}", in, services.ByMethod)
}
