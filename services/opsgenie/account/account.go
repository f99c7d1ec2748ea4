// Package account is the Account API: what is known of the account that the API
// key belongs to.
package account

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the Account API. It is safe for concurrent use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// An Account is a customer of Opsgenie.
type Account struct {
	Name      string `json:"name"`
	UserCount int    `json:"userCount"`
	Plan      Plan   `json:"plan"`
}

// A Plan is what an account pays for.
type Plan struct {
	Name         string `json:"name"` // such as "Enterprise"; the set is open
	MaxUserCount int    `json:"maxUserCount"`
	IsYearly     bool   `json:"isYearly"`
}

// GetRequest asks for the account; there is nothing to choose.
type GetRequest struct{}

// Get reads the account of the API key, which needs the right to read the
// configuration. Domain configuration.
//
// API: https://docs.opsgenie.com/docs/account-api#get-account-info
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Account], error) {
	return services.Do[Account](ctx, s.client, "GET /v2/account", in, services.ByMethod)
}
