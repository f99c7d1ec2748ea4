package check_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestWhatIsRefusedIsNamed(t *testing.T) {
	t.Parallel()
	team, user := shape.TeamByID("t"), shape.UserByID("u")
	hours := shape.WeekHours{StartDay: shape.Sunday, EndDay: shape.Monday}
	for name, row := range map[string]struct {
		err  error
		want string // what is refused, in order; nothing if empty
	}{
		"text":                  {check.Required("f", "x"), ""},
		"no text":               {check.Required("f", shape.Priority("")), "f is required"},
		"missing":               {check.Missing("f", true), "f is required"},
		"not missing":           {check.Missing("f", false), ""},
		"numbers":               {check.NotNegative("f", 0, 1), ""},
		"negative number":       {check.NotNegative("f", 0, -1), "f must not be negative"},
		"no order":              {check.Order("f", services.Optional[int]{}), ""},
		"negative order":        {check.Order("f", services.Set(-1)), "f must not be negative"},
		"absent":                {check.NotZero("f", services.Optional[shape.OwnerTeam]{}), ""},
		"cleared":               {check.NotZero("f", services.Null[shape.OwnerTeam]()), ""},
		"set":                   {check.NotZero("f", services.Set(shape.OwnerTeam{Name: "n"})), ""},
		"set to nothing":        {check.NotZero("f", services.Set(shape.OwnerTeam{})), "f is set to nothing: services.Null clears it"},
		"responders":            {check.Responders("f", team, user), ""},
		"zero responder":        {check.Responders("f", team, shape.Responder{}), "f[1] has neither id nor name"},
		"kind":                  {check.Kind("f", shape.KindUser, user, shape.Responder{}), ""},
		"another kind":          {check.Kind("f", shape.KindUser, user, team), "f must be of kind user"},
		"recipients":            {check.Recipients("f", shape.ToNone(), shape.ToAll()), ""},
		"zero recipient":        {check.Recipients("f", shape.ToNone(), shape.Recipient{}), "f[1] has neither id nor name"},
		"duration":              {check.Duration("f", shape.For(0)), ""},
		"negative duration":     {check.Duration("f", shape.For(-time.Minute)), "f must not be negative"},
		"no filter":             {check.Filter("f", shape.Filter{}), ""},
		"filter for all":        {check.Filter("f", shape.MatchAll()), ""},
		"no conditions":         {check.Filter("f", shape.MatchAnyCondition()), "f.conditions is required"},
		"no kind of filter":     {check.Filter("f", shape.Filter{Conditions: []shape.Condition{{Field: "a", Operation: "b"}}}), "f.type is required"},
		"empty condition":       {check.Filter("f", shape.MatchAllConditions(shape.Condition{})), "f.conditions[0].field is required; f.conditions[0].operation is required"},
		"no restriction":        {check.TimeRestriction("f", shape.TimeRestriction{}), ""},
		"hours of the day":      {check.TimeRestriction("f", shape.Daily(shape.DayHours{})), ""},
		"hours of the week":     {check.TimeRestriction("f", shape.Weekly(hours)), ""},
		"no kind":               {check.TimeRestriction("f", shape.TimeRestriction{Week: []shape.WeekHours{hours}}), "f.type is required"},
		"no hours of the day":   {check.TimeRestriction("f", shape.TimeRestriction{Kind: shape.RestrictTimeOfDay}), "f.restriction is required"},
		"no hours of the week":  {check.TimeRestriction("f", shape.Weekly()), "f.restrictions is required"},
		"negative hour":         {check.TimeRestriction("f", shape.Daily(shape.DayHours{StartHour: -1})), "f.restriction must not be negative"},
		"hours without a day":   {check.TimeRestriction("f", shape.Weekly(hours, shape.WeekHours{EndDay: shape.Monday, EndMin: -1})), "f.restrictions[1].startDay is required; f.restrictions[1] must not be negative"},
		"incident":              {check.Incident("f", shape.IncidentProperties{Message: "m", Priority: shape.P1, Stakeholders: shape.Stakeholders{Message: "m"}}), ""},
		"empty incident":        {check.Incident("f", shape.IncidentProperties{}), "f.message is required; f.priority is required; f.stakeholderProperties.message is required"},
		"several are all named": {errors.Join(check.Required("a", ""), check.Required("b", "")), "a is required; b is required"},
	} {
		assert.Equal(t, row.want, texts(row.err), name)
		if row.want != "" {
			assert.ErrorIs(t, row.err, services.ErrArgument, name)
		}
	}
}

// texts returns what is refused without its prefix.
func texts(err error) string {
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(strings.ReplaceAll(err.Error(), "services: argument ", ""), "\n", "; ")
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

	var incident shape.IncidentProperties
	require.NoError(t, json.Unmarshal([]byte(`{"message":7,"priority":1,"stakeholderProperties":{"message":[]}}`), &incident))
	require.NoError(t, check.Incident("f", incident))

	var restriction shape.TimeRestriction
	for _, raw := range []string{
		`{"type":"time-of-day","restriction":"always"}`, `{"type":"weekday-and-time-of-day","restrictions":{}}`,
		`{"type":"weekday-and-time-of-day","restrictions":[{"startDay":1,"endDay":2}]}`, `{"type":7,"restrictions":[]}`,
	} {
		require.NoError(t, json.Unmarshal([]byte(raw), &restriction))
		require.NoError(t, check.TimeRestriction("f", restriction), raw)
	}
}

// S9
func TestWhatMayNotBeRetriedIsTold(t *testing.T) {
	t.Parallel()
	assert.Equal(t, services.SafeToRetry, check.Noted(""))
	assert.Equal(t, services.RetryIfRefused, check.Noted("n"))
	assert.Equal(t, services.RetryIfRefused, check.Renamed(true, "a", services.Set("b")))
	for _, safe := range []services.Repeat{
		check.Renamed(true, "a", services.Set("a")), check.Renamed(false, "a", services.Set("b")),
		check.Renamed(true, "a", services.Optional[string]{}), check.Renamed(true, "a", services.Null[string]()),
	} {
		assert.Equal(t, services.SafeToRetry, safe)
	}
}
