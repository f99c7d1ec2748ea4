package shape_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A time that is read is written so that it is read as the same moment again.
func FuzzATimeSurvivesTheWayBack(f *testing.F) {
	for _, raw := range []string{
		`"2024-01-02T03:04:05.678Z"`, `"2024-01-02T03:04:05+0000"`, `"2024-01-02T03:04:05-07:00"`, `""`, `null`, `0`, `"0000-01-01T00:00:00Z"`,
		`"2024-01-02T03:04:60Z"`, `"2024-01-02T24:00:00Z"`, `"2024-01-02T03:04:05+2400"`, `{}`,
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var read, again shape.Time
		if json.Unmarshal([]byte(raw), &read) != nil {
			return
		}
		written, err := json.Marshal(read)
		if err != nil { // time.Parse takes zones of up to 24 hours, which RFC 3339 cannot write
			require.ErrorContains(t, err, "timezone hour outside of range", "%q", raw)
			return
		}
		require.NoError(t, json.Unmarshal(written, &again))
		require.True(t, read.Equal(again.Time), "%s and %s", read, again)
	})
}
