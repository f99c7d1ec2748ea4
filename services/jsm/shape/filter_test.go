package shape_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

func TestAFilterIsSentWithItsConditions(t *testing.T) {
	t.Parallel()
	full := shape.Condition{
		Field: shape.FieldExtraProperties, Key: "host", Not: true, Operation: shape.StartsWith, ExpectedValue: "db", Order: services.Set(0),
	}
	bare := shape.Condition{Field: shape.FieldTags, Operation: shape.IsEmpty}
	for _, row := range []struct {
		in         shape.Filter
		kind       shape.FilterKind
		conditions []shape.Condition
		want       string
	}{
		{shape.MatchAll(), shape.FilterMatchAll, nil, `{"type":"match-all"}`},
		{
			shape.MatchAnyCondition(bare), shape.FilterMatchAnyCondition, []shape.Condition{bare},
			`{"type":"match-any-condition","conditions":[{"field":"tags","not":false,"operation":"is-empty"}]}`,
		},
		{
			shape.MatchAllConditions(full, bare), shape.FilterMatchAllConditions, []shape.Condition{full, bare},
			`{"type":"match-all-conditions","conditions":[{"field":"extra-properties","key":"host","not":true,` +
				`"operation":"starts-with","expectedValue":"db","order":0},{"field":"tags","not":false,"operation":"is-empty"}]}`,
		},
	} {
		sent, err := json.Marshal(row.in)
		require.NoError(t, err)
		assert.Equal(t, row.want, string(sent))
		var back shape.Filter
		require.NoError(t, json.Unmarshal(sent, &back))
		assert.Equal(t, row.in, back)
		assert.Equal(t, row.kind, back.Kind)
		assert.Equal(t, row.conditions, back.Conditions)
	}
}

// S7, S8: kinds and members that are unknown or odd are kept at each depth, and sent back as
// they came until they are assigned.
func TestAFilterKeepsWhatItDoesNotExpect(t *testing.T) {
	t.Parallel()
	const raw = `{"type":"match-any-condition","scope":"all","conditions":[{"field":"tags","operation":"contains","expectedValue":7,"not":null,"case":"upper"}]}`
	var f shape.Filter
	require.NoError(t, json.Unmarshal([]byte(raw), &f))
	assert.Equal(t, shape.Contains, f.Conditions[0].Operation)
	assert.Equal(t, []services.Mismatch{{Path: "expectedValue", Got: "number"}}, f.Conditions[0].Mismatches())
	back, err := json.Marshal(f)
	require.NoError(t, err)
	assert.JSONEq(t, raw, string(back))

	f.Conditions[0].ExpectedValue, f.Conditions[0].Not = "db", true
	back, err = json.Marshal(f)
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"match-any-condition","scope":"all","conditions":[{"field":"tags","operation":"contains","expectedValue":"db","not":true,"case":"upper"}]}`, string(back))
}

func TestAFilterThatIsNotGivenIsNotSent(t *testing.T) {
	t.Parallel()
	var f shape.Filter
	require.NoError(t, json.Unmarshal([]byte(`null`), &f))
	assert.True(t, f.IsZero())
	sent, err := json.Marshal(struct {
		Filter shape.Filter `json:"filter,omitzero"`
	}{})
	require.NoError(t, err)
	assert.Equal(t, `{}`, string(sent))
	require.Error(t, json.Unmarshal([]byte(`"all"`), &f))
	assert.True(t, f.IsZero())
}

func ExampleFilter() {
	for _, f := range []shape.Filter{
		shape.MatchAll(),
		shape.MatchAnyCondition(shape.Condition{Field: shape.FieldTags, Operation: shape.Contains, ExpectedValue: "db"}),
		shape.MatchAllConditions(shape.Condition{Field: shape.FieldPriority, Operation: shape.Equals, ExpectedValue: "P1"}),
	} {
		text, err := json.Marshal(f)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
	// Output:
	// {"type":"match-all"}
	// {"type":"match-any-condition","conditions":[{"field":"tags","not":false,"operation":"contains","expectedValue":"db"}]}
	// {"type":"match-all-conditions","conditions":[{"field":"priority","not":false,"operation":"equals","expectedValue":"P1"}]}
}
