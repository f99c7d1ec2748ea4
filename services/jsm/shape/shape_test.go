package shape_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/services/jsm/shape"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAResponderIsWrittenByKindAndID(t *testing.T) {
	t.Parallel()
	for text, r := range map[string]shape.Responder{
		`{"type":"team","id":"a"}`: shape.TeamByID("a"), `{"type":"user","id":"a"}`: shape.UserByID("a"), `{"type":"escalation","id":"a"}`: shape.EscalationByID("a"),
		`{"type":"schedule","id":"a"}`: shape.ScheduleByID("a"), `{"type":"noone"}`: shape.Nobody(),
	} {
		got, err := json.Marshal(r)
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
		var back shape.Responder
		require.NoError(t, json.Unmarshal(got, &back))
		assert.Equal(t, r, back, "it can be compared")
		assert.Equal(t, string(r.Kind())+r.ID(), string(back.Kind())+back.ID())
	}
	_, err := json.Marshal(shape.Responder{})
	require.ErrorContains(t, err, "shape: write responder: it has no id")
}

// S7: every object, whatever its members hold, comes back as it was read.
func TestAnyResponderComesBack(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11)) // the same objects in each run
	names := []string{"type", "id", "name", "Type", "order", "a b"}
	values := []string{`null`, `""`, `[]`, `{}`, `0`, `9007199254740993`, `true`, `"team"`, `"noone"`, `"x"`, `{"id":null}`}
	for range 2000 {
		object := map[string]json.RawMessage{}
		for range r.IntN(5) {
			object[names[r.IntN(len(names))]] = json.RawMessage(values[r.IntN(len(values))])
		}
		raw, err := json.Marshal(object)
		require.NoError(t, err)
		var read shape.Responder
		require.NoError(t, json.Unmarshal(raw, &read), "%s", raw)
		back, err := json.Marshal(read)
		require.NoError(t, err, "%s", raw)
		assert.JSONEq(t, string(raw), string(back))
	}
}

func TestAnActionErrorIsOneLine(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*shape.ActionError{
		"snooze failed: not in the plan": shape.NewActionError("Snooze", "not in\nthe plan"), "request failed: the server gave no reason": shape.NewActionError("", ""),
	} {
		assert.EqualError(t, e, want)
	}
	assert.Less(t, len(shape.NewActionError(strings.Repeat("a", 1<<20), strings.Repeat("b", 1<<20)).Error()), 16<<10)
}
