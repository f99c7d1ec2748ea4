// Package account calls the Account API, which describes the account that the API key belongs to.
// Its calls count towards the rate-limit domain configuration.
package account

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the Account API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// An Account is an account of Opsgenie.
type Account struct {
	Name      string `json:"name"`
	UserCount int    `json:"userCount"`
	Plan      Plan   `json:"plan"`
}

// A Plan is the plan of an account.
type Plan struct {
	Name         string `json:"name"` // such as "Enterprise"; other values are possible
	MaxUserCount int    `json:"maxUserCount"`
	IsYearly     bool   `json:"isYearly"`
}

// Get returns the account of the API key, which needs the right to access the configuration. Safe
// to retry.
//
// API: https://docs.opsgenie.com/docs/account-api#get-account-info
func (s *Service) Get(ctx context.Context) (*services.Result[Account], error) {
	return services.Do[Account](ctx, s.client, "GET /v2/account", nil, services.ByMethod)
}
