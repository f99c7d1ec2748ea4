package escalation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/escalation"
)

// What is read is written so that it is read as the same again.
func FuzzARepeatSurvivesTheWayBack(f *testing.F) {
	for _, raw := range []string{`{"waitInterval":30,"count":2}`, `{"waitInterval":9223372036854775807}`, `{"closeAlertAfterAll":true}`, `null`, `[]`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var first, again escalation.Repeat
		if json.Unmarshal([]byte(raw), &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(written, &again))
		assert.Equal(t, first, again)
	})
}
