package shape_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/jsm/shape"
)

// S7, S8: where the server sends an id instead of an object, the id is read and comes back.
func TestAResponderMayBeAnIDAlone(t *testing.T) {
	t.Parallel()
	var read []shape.Responder
	const text = `["a-1",{"type":"team","id":"t"},""]`
	require.NoError(t, json.Unmarshal([]byte(text), &read))
	require.Len(t, read, 3)
	assert.Equal(t, "a-1", read[0].ID())
	assert.Empty(t, read[0].Kind())
	assert.False(t, read[0].IsZero())
	assert.Empty(t, read[0].Mismatches())
	assert.Equal(t, shape.TeamByID("t"), read[1])
	back, err := json.Marshal(read)
	require.NoError(t, err)
	assert.JSONEq(t, text, string(back))
	var r shape.Responder
	require.Error(t, json.Unmarshal([]byte(`7`), &r))
	assert.True(t, r.IsZero())
}
