package shape_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/shape"
)

// What is read is written so that it is read as the same again.
func FuzzWhatComesInKindsSurvivesTheWayBack(f *testing.F) {
	for _, raw := range []string{
		`{"type":"all"}`, `{"type":"team","id":7}`, `{"type":"user","username":"u"}`, `{"type":"x"}`, `null`, `[]`, `7`,
		`{"type":"match-all","conditions":[{"field":"tags"}]}`, `{"type":"match-any-condition","conditions":[{"order":0}]}`,
		`{"type":"time-of-day","restriction":{"endHour":1}}`, `{"type":"weekday-and-time-of-day","restrictions":[{}]}`,
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		back(t, raw, new(shape.Recipient), new(shape.Recipient))
		back(t, raw, new(shape.Filter), new(shape.Filter))
		back(t, raw, new(shape.TimeRestriction), new(shape.TimeRestriction))
	})
}

func back(t *testing.T, raw string, first, again interface {
	json.Unmarshaler
	IsZero() bool
},
) {
	t.Helper()
	if json.Unmarshal([]byte(raw), first) != nil || first.IsZero() {
		return
	}
	written, err := json.Marshal(first)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(written, again))
	rewritten, err := json.Marshal(again)
	require.NoError(t, err)
	assert.Equal(t, string(written), string(rewritten))
}
