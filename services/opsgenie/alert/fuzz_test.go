package alert_test

import (
	"encoding/json"
	"testing"

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
