package team

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A MemberService calls the Team Member API. It is safe for concurrent use.
// [NewMembers] makes one.
type MemberService struct{ client *services.Client }

// NewMembers returns a service that calls by client, whose codec must be Opsgenie's.
func NewMembers(client *services.Client) *MemberService { return &MemberService{client: client} }

// AddMemberRequest asks to add a user to one team.
type AddMemberRequest struct {
	Ref

	User shape.User `json:"user" check:"required"` // by id or by username
	Role string     `json:"role,omitzero"`         // [MemberUser], [MemberAdmin] or the name of a role of the team's own; user if empty
}

// repeat says that a repeat is harmless.
func (r AddMemberRequest) repeat() services.Repeat { return services.SafeToRetry }

// Add adds a user to a team, and returns the team. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/team-member-api#add-team-member
func (s *MemberService) Add(ctx context.Context, in AddMemberRequest) (*services.Result[Summary], error) {
	in.Ref = in.below()
	return services.Do[Summary](ctx, s.client, "POST /v2/teams/{identifier}/members", in, in.repeat())
}

// RemoveMemberRequest asks to take a user out of one team.
type RemoveMemberRequest struct {
	Ref

	User string `path:"memberIdentifier"` // id or username
}

// Remove takes a user out of a team. A repeat is harmless, but where an answer
// was lost it may be [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/team-member-api#remove-team-member
func (s *MemberService) Remove(ctx context.Context, in RemoveMemberRequest) (*services.Result[services.None], error) {
	in.Ref = in.below()
	return services.Do[services.None](ctx, s.client, "DELETE /v2/teams/{identifier}/members/{memberIdentifier}", in, services.ByMethod)
}
