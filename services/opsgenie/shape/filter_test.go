package shape_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestAFilterIsSentWithItsConditions(t *testing.T) {
	t.Parallel()
	full := shape.Condition{
		Field: shape.FieldExtraProperties, Key: "host", Not: true, Operation: shape.StartsWith, ExpectedValue: "db", Order: new(0),
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
			`{"type":"match-any-condition","conditions":[{"field":"tags","operation":"is-empty"}]}`,
		},
		{
			shape.MatchAllConditions(full, bare), shape.FilterMatchAllConditions, []shape.Condition{full, bare},
			`{"type":"match-all-conditions","conditions":[{"field":"extra-properties","key":"host","not":true,` +
				`"operation":"starts-with","expectedValue":"db","order":0},{"field":"tags","operation":"is-empty"}]}`,
		},
	} {
		require.NoError(t, row.in.Check("filter"))
		sent, err := json.Marshal(row.in)
		require.NoError(t, err)
		assert.Equal(t, row.want, string(sent))
		var back shape.Filter
		require.NoError(t, json.Unmarshal(sent, &back))
		assert.Equal(t, row.in, back)
		assert.Equal(t, row.kind, back.Kind())
		assert.Equal(t, row.conditions, back.Conditions())
	}
}

// S2: unknown kinds are kept, and sent back as they came.
func TestAFilterOfAnUnknownKindIsKept(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{"type":"match-none","conditions":[7]}`, `{"conditions":[]}`, `"all"`} {
		var f shape.Filter
		require.NoError(t, json.Unmarshal([]byte(raw), &f), raw)
		assert.False(t, f.IsZero(), raw)
		require.NoError(t, f.Check("filter"))
		assert.Empty(t, f.Conditions())
		back, err := json.Marshal(f)
		require.NoError(t, err)
		assert.Equal(t, raw, string(back))
	}
	var f shape.Filter
	require.NoError(t, json.Unmarshal([]byte(`null`), &f))
	assert.True(t, f.IsZero())
	require.ErrorContains(t, json.Unmarshal([]byte(`{"type":"match-any-condition","conditions":7}`), &f), "shape: read filter")
	assert.True(t, f.IsZero())
}

func TestAFilterWithoutWhatItNeedsIsRefused(t *testing.T) {
	t.Parallel()
	require.NoError(t, shape.Filter{}.Check("filter"))
	_, err := json.Marshal(shape.Filter{})
	require.ErrorContains(t, err, "it has no type")
	err = shape.MatchAnyCondition().Check("filter")
	require.EqualError(t, err, "services: argument filter.conditions is required")
	require.ErrorIs(t, err, services.ErrArgument)
	err = shape.MatchAllConditions(shape.Condition{Field: shape.FieldAlias, Operation: shape.Equals}, shape.Condition{}).Check("criteria")
	require.ErrorContains(t, err, "criteria.conditions[1].field is required")
	require.ErrorContains(t, err, "criteria.conditions[1].operation is required")
	require.NotContains(t, err.Error(), "conditions[0]")
}

func TestAFilterIsNotChangedThroughWhatItWasMadeOf(t *testing.T) {
	t.Parallel()
	made := []shape.Condition{{Field: shape.FieldAlias, Operation: shape.Equals}}
	f := shape.MatchAllConditions(made...)
	made[0].Field = shape.FieldTags
	f.Conditions()[0].Field = shape.FieldTeams
	assert.Equal(t, shape.FieldAlias, f.Conditions()[0].Field)
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
	// {"type":"match-any-condition","conditions":[{"field":"tags","operation":"contains","expectedValue":"db"}]}
	// {"type":"match-all-conditions","conditions":[{"field":"priority","operation":"equals","expectedValue":"P1"}]}
}
