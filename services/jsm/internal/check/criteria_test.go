package check_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

func TestCriteriaAndRestrictionsThatLackAMemberAreRefused(t *testing.T) {
	t.Parallel()
	hours := shape.WeekHours{StartDay: shape.Sunday, EndDay: shape.Monday}
	const noTime = " must have hours from 0, which is midnight, to 23 and minutes from 0 to 59"
	for name, row := range map[string]struct {
		err  error
		want string // what is refused, in order; nothing if empty
	}{
		"missing":              {check.Missing("f", true), "f is required"},
		"not missing":          {check.Missing("f", false), ""},
		"no order":             {check.Order("f", services.Optional[int]{}), ""},
		"negative order":       {check.Order("f", services.Set(-1)), "f must not be negative"},
		"absent":               {check.NotZero("f", services.Optional[shape.Filter]{}), ""},
		"cleared":              {check.NotZero("f", services.Null[shape.Filter]()), ""},
		"set":                  {check.NotZero("f", services.Set(shape.MatchAll())), ""},
		"set to nothing":       {check.NotZero("f", services.Set(shape.Filter{})), "f is set to nothing: services.Null clears it"},
		"no filter":            {check.Filter("f", shape.Filter{}), ""},
		"filter for all":       {check.Filter("f", shape.MatchAll()), ""},
		"no conditions":        {check.Filter("f", shape.MatchAnyCondition()), "f.conditions is required"},
		"no kind of filter":    {check.Filter("f", shape.Filter{Conditions: []shape.Condition{{Field: "a", Operation: "b"}}}), "f.type is required"},
		"empty condition":      {check.Filter("f", shape.MatchAllConditions(shape.Condition{})), "f.conditions[0].field is required; f.conditions[0].operation is required"},
		"no restriction":       {check.TimeRestriction("f", shape.TimeRestriction{}), ""},
		"hours of the day":     {check.TimeRestriction("f", shape.Daily(shape.DayHours{})), ""},
		"hours of the week":    {check.TimeRestriction("f", shape.Weekly(hours)), ""},
		"no kind":              {check.TimeRestriction("f", shape.TimeRestriction{Week: []shape.WeekHours{hours}}), "f.type is required"},
		"no hours of the day":  {check.TimeRestriction("f", shape.TimeRestriction{Kind: shape.RestrictTimeOfDay}), "f.restriction is required"},
		"no hours of the week": {check.TimeRestriction("f", shape.Weekly()), "f.restrictions is required"},
		"negative hour":        {check.TimeRestriction("f", shape.Daily(shape.DayHours{StartHour: -1})), "f.restriction" + noTime},
		"24:00":                {check.TimeRestriction("f", shape.Weekly(shape.WeekHours{StartDay: shape.Sunday, EndDay: shape.Monday, EndHour: 24})), "f.restrictions[0]" + noTime},
		"60 minutes":           {check.TimeRestriction("f", shape.Daily(shape.DayHours{StartMin: 60})), "f.restriction" + noTime},
		"the last minute":      {check.TimeRestriction("f", shape.Daily(shape.DayHours{StartHour: 23, StartMin: 59, EndHour: 23, EndMin: 59})), ""},
		"hours without a day": {
			check.TimeRestriction("f", shape.Weekly(hours, shape.WeekHours{EndDay: shape.Monday, EndMin: -1})),
			"f.restrictions[1].startDay is required; f.restrictions[1]" + noTime,
		},
	} {
		got := ""
		if row.err != nil {
			got = strings.ReplaceAll(strings.ReplaceAll(row.err.Error(), "services: argument ", ""), "\n", "; ")
			require.ErrorIs(t, row.err, services.ErrArgument, name)
		}
		assert.Equal(t, row.want, got, name)
	}
}

// S7: what was read is not refused because a field could not hold it.
func TestWhatIsKeptIsNotMissing(t *testing.T) {
	t.Parallel()
	var filter shape.Filter
	require.NoError(t, json.Unmarshal([]byte(`{"type":"match-any-condition","conditions":7}`), &filter))
	require.NoError(t, check.Filter("f", filter))
	require.NoError(t, json.Unmarshal([]byte(`{"type":"match-any-condition","conditions":[{"field":7,"operation":["is"]}]}`), &filter))
	require.NoError(t, check.Filter("f", filter))
	require.NoError(t, json.Unmarshal([]byte(`{"type":"match-any-condition","conditions":null}`), &filter))
	require.Error(t, check.Filter("f", filter))

	var restriction shape.TimeRestriction
	for _, raw := range []string{
		`{"type":"time-of-day","restriction":"always"}`, `{"type":"weekday-and-time-of-day","restrictions":{}}`,
		`{"type":"weekday-and-time-of-day","restrictions":[{"startDay":1,"endDay":2}]}`, `{"type":7,"restrictions":[]}`,
	} {
		require.NoError(t, json.Unmarshal([]byte(raw), &restriction))
		require.NoError(t, check.TimeRestriction("f", restriction), raw)
	}
}
