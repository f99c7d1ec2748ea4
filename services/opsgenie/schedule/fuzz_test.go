package schedule_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/schedule"
)

// What is read is written so that it is read as the same again.
func FuzzAParticipantSurvivesTheWayBack(f *testing.F) {
	for _, raw := range []string{`"a"`, `{"id":"u","forwardedFrom":"b"}`, `{"forwardedFrom":{"name":"b"}}`, `null`, `7`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var first, again schedule.Participant
		if json.Unmarshal([]byte(raw), &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(written, &again))
		rewritten, err := json.Marshal(again)
		require.NoError(t, err)
		assert.JSONEq(t, string(written), string(rewritten))
	})
}
