package alert_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/alert"
)

// An id is read from a number or a text, and is the same again when written.
func FuzzAnAttachmentIDIsReadInEitherForm(f *testing.F) {
	for _, raw := range []string{`7`, `"7"`, `"a/b"`, `""`, `null`, `1e400`, `-0.5`, `{}`, `true`, `"\ud800"`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var id, again alert.AttachmentID
		if json.Unmarshal([]byte(raw), &id) != nil {
			return
		}
		var text string
		if json.Unmarshal([]byte(raw), &text) == nil {
			require.Equal(t, text, string(id))
		}
		written, err := json.Marshal(id)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(written, &again))
		require.Equal(t, id, again)
	})
}

// What a report tells of durations keeps its sign and its milliseconds, as far
// as a time.Duration reaches: 292 years.
func FuzzAReportSurvivesTheWayBack(f *testing.F) {
	f.Add(int64(1), int64(0), "a")
	f.Add(int64(9223372036854), int64(-1), "")
	f.Fuzz(func(t *testing.T, ack, closed int64, who string) {
		const most = int64(math.MaxInt64 / time.Millisecond)
		if max(ack, closed) > most || min(ack, closed) < -most {
			return
		}
		members := map[string]any{"ackTime": ack, "closeTime": closed, "acknowledgedBy": who, "closedBy": who}
		sent, err := json.Marshal(members)
		require.NoError(t, err)
		var read, again alert.Report
		require.NoError(t, json.Unmarshal(sent, &read))
		members["more"] = nil // no longer as plain as most are
		sent, err = json.Marshal(members)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(sent, &again))
		require.Equal(t, read, again)
		require.Equal(t, ack > 0, read.AckTime > 0, "%d ms became %s", ack, read.AckTime)
		require.Equal(t, closed < 0, read.CloseTime < 0, "%d ms became %s", closed, read.CloseTime)
		written, err := json.Marshal(read)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(written, &again))
		require.Equal(t, read, again)
	})
}
