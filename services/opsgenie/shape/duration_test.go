package shape_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestADurationIsSentInTheLongestUnitThatIsExact(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		`{"timeAmount":0,"timeUnit":"minutes"}`:        0,
		`{"timeAmount":2,"timeUnit":"days"}`:           48 * time.Hour,
		`{"timeAmount":25,"timeUnit":"hours"}`:         25 * time.Hour,
		`{"timeAmount":90,"timeUnit":"minutes"}`:       90 * time.Minute,
		`{"timeAmount":61,"timeUnit":"seconds"}`:       61 * time.Second,
		`{"timeAmount":1500,"timeUnit":"miliseconds"}`: 1500 * time.Millisecond,
		`{"timeAmount":1001,"timeUnit":"micros"}`:      1001 * time.Microsecond,
		`{"timeAmount":1001,"timeUnit":"nanos"}`:       1001,
	} {
		sent, err := json.Marshal(shape.For(d))
		require.NoError(t, err)
		assert.Equal(t, want, string(sent))
		var back shape.Duration
		require.NoError(t, json.Unmarshal(sent, &back))
		assert.Equal(t, shape.For(d), back)
		assert.Equal(t, d, back.Duration())
		assert.Equal(t, d.String(), back.String())
	}
}

// S7: a duration is sent back in the unit in which it came.
func TestADurationIsReadInAnyUnit(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]time.Duration{
		`{"timeAmount":3}`:                                  3 * time.Minute,
		`{"timeAmount":3,"timeUnit":null}`:                  3 * time.Minute,
		`{"timeAmount":60,"timeUnit":"minutes"}`:            time.Hour,
		`{"timeAmount":0,"timeUnit":"hours"}`:               0,
		`{"timeAmount":3,"timeUnit":"milliseconds"}`:        3 * time.Millisecond,
		`{"timeAmount":3,"timeUnit":"miliseconds"}`:         3 * time.Millisecond,
		`{"timeAmount":106751,"timeUnit":"days"}`:           106751 * 24 * time.Hour,
		`{"timeAmount":-1,"timeUnit":"hours","unknown":[]}`: -time.Hour,
	} {
		var d shape.Duration
		require.NoError(t, json.Unmarshal([]byte(raw), &d), raw)
		assert.Equal(t, want, d.Duration(), raw)
		assert.False(t, d.IsZero(), raw)
		back, err := json.Marshal(d)
		require.NoError(t, err)
		assert.JSONEq(t, raw, string(back))
		assert.Equal(t, shape.For(want).Duration() != 0, d.String() == want.String(), raw)
	}
}

// S8: a duration that is not one is kept, told, and sent back as it came.
func TestADurationThatGoCannotHoldIsKept(t *testing.T) {
	t.Parallel()
	for raw, odd := range map[string][]services.Mismatch{
		`{"timeAmount":2,"timeUnit":"moons"}`:      nil,
		`{"timeAmount":106752,"timeUnit":"days"}`:  nil,
		`{"timeAmount":-106752,"timeUnit":"days"}`: nil,
		`{"timeAmount":"x"}`:                       {{Path: "timeAmount", Got: "string"}},
		`{"timeAmount":1.5,"timeUnit":7}`:          {{Path: "timeAmount", Got: "number"}, {Path: "timeUnit", Got: "number"}},
		`{}`:                                       nil,
	} {
		var d shape.Duration
		require.NoError(t, json.Unmarshal([]byte(raw), &d), raw)
		assert.Zero(t, d.Duration())
		assert.False(t, d.IsZero())
		assert.Equal(t, raw, d.String())
		assert.Equal(t, odd, d.Mismatches())
		back, err := json.Marshal(d)
		require.NoError(t, err)
		assert.Equal(t, raw, string(back))
	}
	for _, wrong := range []string{`5`, `[]`, `"1h"`} {
		d := shape.For(1)
		require.Error(t, json.Unmarshal([]byte(wrong), &d), wrong)
		assert.True(t, d.IsZero(), wrong)
	}
}

func TestNoDurationIsNotADurationOfZero(t *testing.T) {
	t.Parallel()
	type request struct {
		Delay shape.Duration `json:"delay,omitzero"`
	}
	for want, in := range map[string]request{`{}`: {}, `{"delay":{"timeAmount":0,"timeUnit":"minutes"}}`: {shape.For(0)}} {
		sent, err := json.Marshal(in)
		require.NoError(t, err)
		assert.Equal(t, want, string(sent))
	}
	_, err := json.Marshal(shape.Duration{})
	require.ErrorContains(t, err, "it is not given")
	d := shape.For(1)
	require.NoError(t, json.Unmarshal([]byte(`null`), &d))
	assert.True(t, d.IsZero())
}

// What is read is written so that it is read as the same again.
func FuzzADurationSurvivesTheWayBack(f *testing.F) {
	for _, raw := range []string{`{"timeAmount":90}`, `{"timeAmount":106752,"timeUnit":"days"}`, `{"timeUnit":"x"}`, `null`, `[]`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var d, again shape.Duration
		if json.Unmarshal([]byte(raw), &d) != nil || d.IsZero() {
			return
		}
		written, err := json.Marshal(d)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(written, &again))
		rewritten, err := json.Marshal(again)
		require.NoError(t, err)
		assert.Equal(t, string(written), string(rewritten))
		assert.Equal(t, d.Duration(), again.Duration())
	})
}

func ExampleFor() {
	text, err := json.Marshal(shape.For(90 * time.Minute))
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
	// Output: {"timeAmount":90,"timeUnit":"minutes"}
}
