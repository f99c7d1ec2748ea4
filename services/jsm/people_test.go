package jsm_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/customrole"
)

// The services that concern people are below the prefix of the client, and the service registry
// is below another.
func TestEachServiceIsBelowItsPrefix(t *testing.T) {
	t.Parallel()
	s := &server{}
	c := above(t, s, jsm.CloudID(cloudID), basic())
	for path, call := range map[string]func(context.Context) error{
		direct + "/v1/users/contacts/x":             func(ctx context.Context) error { _, err := c.Contacts.Get(ctx, "x"); return err },
		direct + "/v1/forwarding-rules/x":           func(ctx context.Context) error { _, err := c.ForwardingRules.Get(ctx, "x"); return err },
		direct + "/v1/notification-rules/x":         func(ctx context.Context) error { _, err := c.NotificationRules.Get(ctx, "x"); return err },
		direct + "/v1/notification-rules/r/steps/x": func(ctx context.Context) error { _, err := c.NotificationRuleSteps.Get(ctx, "r", "x"); return err },
		direct + "/v1/roles/x?identifierType=id":    func(ctx context.Context) error { _, err := c.CustomRoles.Get(ctx, customrole.ByID("x")); return err },
		"/jsm/api/" + cloudID + "/v1/services/x":    func(ctx context.Context) error { _, err := c.Services.Get(ctx, "x"); return err },
	} {
		require.ErrorIs(t, call(t.Context()), services.ErrNotFound, path)
		assert.Equal(t, 1, s.count("GET https://api.atlassian.com"+path), path)
	}
}
