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

// However a server writes a responder, it is the same: as plain as most are, or
// with escapes and a member more, for which encoding/json has to read it.
func FuzzAResponderIsTheSameInEveryForm(f *testing.F) {
	f.Add("team", "t", "T", "")
	f.Add("user", "", "ü", "u@example.com")
	f.Add("oracle", "\n", `"`, "\xff")
	f.Fuzz(func(t *testing.T, kind, id, name, username string) {
		members := map[string]any{"type": kind, "id": id, "name": name, "username": username}
		plain := []named{read[shape.Responder](t, members), read[shape.Recipient](t, members)}
		members["more"] = []int{1}
		other := []named{read[shape.Responder](t, members), read[shape.Recipient](t, members)}
		for i, was := range plain {
			is := other[i]
			require.Equal(t, [3]string{string(was.Kind()), was.ID(), was.Name()}, [3]string{string(is.Kind()), is.ID(), is.Name()})
		}
	})
}

type named interface {
	Kind() shape.Kind
	ID() string
	Name() string
}

func read[T any](t *testing.T, members map[string]any) (v T) {
	t.Helper()
	raw, err := json.Marshal(members)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &v))
	return v
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
