package check_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// S10: an e-mail address and a UUID alone are refused where an account id is due; any other
// form passes.
func TestAccountID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "712020:aaaaaaaa-0000-4000-8000-000000000001", "5b10a2844c20165700ede21g", "aaaaaaaaaaaaaaaaaaaaaaaa", "qm:1:2", "x"} {
		require.NoError(t, check.AccountID("f", id), id)
	}
	for id, problem := range map[string]string{"a@example.com": "is an e-mail address", "aaaaaaaa-0000-4000-8000-000000000001": "is a UUID", "AAAAAAAA00004000800000000000000F": "is a UUID"} {
		argument, ok := errors.AsType[*services.ArgumentError](check.AccountID("f", id))
		require.True(t, ok, id)
		assert.Equal(t, "f", argument.Field)
		assert.Contains(t, argument.Problem, problem)
		assert.NotContains(t, argument.Problem, id)
	}
}

// S10: a tiny id, and the name of another resource, are refused where the id of an alert is due.
func TestAlertID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "a", "alias-7", "eeeeeeee-0000-4000-8000-000000000001-1764230400123", "1764230400123000000"} {
		require.NoError(t, check.AlertID("f", id), id)
	}
	for _, id := range []string{"7", "123456789", "alias", "requests", "policies"} {
		require.ErrorIs(t, check.AlertID("f", id), services.ErrArgument, id)
	}
}

// S10: a responder needs an id, one of the kinds, and an account id if it is a user.
func TestResponders(t *testing.T) {
	t.Parallel()
	all := []shape.Responder{shape.TeamByID("t"), shape.UserByID("712020:u"), shape.Nobody()}
	require.NoError(t, check.Responders("f", all))
	require.NoError(t, check.Responders("f", nil, shape.KindTeam))
	for problem, r := range map[string]shape.Responder{
		"services: argument f[1] has no id": {}, "services: argument f[1] must be of kind team, user": shape.Nobody(),
	} {
		require.EqualError(t, check.Responders("f", []shape.Responder{all[0], r}, shape.KindTeam, shape.KindUser), problem)
	}
	require.EqualError(t, check.Responder("f", shape.TeamByID("")), "services: argument f has no id")
	require.ErrorContains(t, check.Responder("f", shape.UserByID("a@example.com")), "is an e-mail address")
}

// S7: a responder of a kind that only the server knows is not refused where it was read.
func TestAResponderOfAnotherKindPasses(t *testing.T) {
	t.Parallel()
	var r shape.Responder
	for _, raw := range []string{`{"type":"oracle","level":9}`, `{"type":"oracle","id":"a@example.com"}`, `{"id":"7"}`} {
		require.NoError(t, json.Unmarshal([]byte(raw), &r))
		require.NoError(t, check.Responder("f", r, shape.KindTeam), raw)
	}
	for _, raw := range []string{`{"type":"team","order":1}`, `{"type":"schedule","id":"s","order":1}`, `{"type":"user","id":"a@example.com","order":1}`} {
		require.NoError(t, json.Unmarshal([]byte(raw), &r))
		require.ErrorIs(t, check.Responder("f", r, shape.KindTeam, shape.KindUser), services.ErrArgument, raw)
	}
}
