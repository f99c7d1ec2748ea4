package team_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/team"
)

// What is read is written so that it is read as the same again.
func FuzzAnOffsetSurvivesTheWayBack(f *testing.F) {
	for _, raw := range []string{`"a"`, `12`, `1e400`, `null`, `{}`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var first, again team.Offset
		if json.Unmarshal([]byte(raw), &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(written, &again))
		assert.Equal(t, first, again)
	})
}
