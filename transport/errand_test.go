package transport_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A4, C11: the settings of a call are removed, with or without a chain, and its transaction
// id is kept.
func TestAContextWithoutTheSettingsOfItsCall(t *testing.T) {
	t.Parallel()
	type mark string
	var inside context.Context
	probe := layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		inside = req.Context() //nolint:fatcontext // it is looked at below
		set, ok := record.Setting[mark](inside)
		assert.True(t, ok)
		assert.Equal(t, mark("call"), set)
		without := record.WithoutSettings(inside)
		_, ok = record.Setting[mark](without)
		assert.False(t, ok)
		assert.NotEmpty(t, transport.CallFrom(inside).TransactionID())
		assert.Nil(t, transport.CallFrom(without))
		return next.RoundTrip(req)
	})
	set := record.WithSetting(t.Context(), mark("call"))
	begun, call := transport.Begin(set)
	defer call.End()
	for name, ctx := range map[string]context.Context{
		"bare": set, "begun": begun, "set in a begun one": record.WithSetting(begun, mark("call")),
		"outside a call": record.WithSetting(layer.Detach(begun), mark("call")),
	} {
		without := record.WithoutSettings(ctx)
		_, ok := record.Setting[mark](without)
		assert.False(t, ok, name)
		assert.Nil(t, transport.CallFrom(without), name)
		own, ok := record.Setting[mark](record.WithSetting(without, mark("own")))
		assert.True(t, ok, "%s: what is set there holds", name)
		assert.Equal(t, mark("own"), own, name)
		resp, err := transport.Chain(answer(200), probe).RoundTrip(get(t, ctx))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	withID := record.WithoutSettings(transport.WithTransactionID(t.Context(), "id-1"))
	resp, err := transport.Chain(answer(200)).RoundTrip(get(t, withID))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, "id-1", transport.CallOf(resp).TransactionID())
}
