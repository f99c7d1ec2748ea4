package shape_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestAResponderIsSentByIDOrByName(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		in   shape.Responder
		kind shape.Kind
		want string
	}{
		{shape.TeamByID("t"), shape.KindTeam, `{"type":"team","id":"t"}`},
		{shape.TeamByName("T"), shape.KindTeam, `{"type":"team","name":"T"}`},
		{shape.UserByID("u"), shape.KindUser, `{"type":"user","id":"u"}`},
		{shape.UserByName("u@example.com"), shape.KindUser, `{"type":"user","username":"u@example.com"}`},
		{shape.EscalationByID("e"), shape.KindEscalation, `{"type":"escalation","id":"e"}`},
		{shape.EscalationByName("E"), shape.KindEscalation, `{"type":"escalation","name":"E"}`},
		{shape.ScheduleByID("s"), shape.KindSchedule, `{"type":"schedule","id":"s"}`},
		{shape.ScheduleByName("S"), shape.KindSchedule, `{"type":"schedule","name":"S"}`},
	} {
		sent, err := json.Marshal(row.in)
		require.NoError(t, err)
		assert.JSONEq(t, row.want, string(sent))
		var back shape.Responder
		require.NoError(t, json.Unmarshal(sent, &back))
		assert.Equal(t, row.in, back)
		assert.Equal(t, row.kind, back.Kind())
		assert.NotEmpty(t, back.ID()+back.Name())
	}
	for _, nobody := range []shape.Responder{{}, shape.TeamByID(""), shape.UserByName("")} {
		assert.True(t, nobody.IsZero())
		_, err := json.Marshal(nobody)
		require.ErrorContains(t, err, "neither id nor name")
	}
}

// S7, S8: kinds, members and values that are unknown or odd are kept, and sent back as they came.
func TestAResponderKeepsWhatItDoesNotExpect(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		`{"type":"oracle","id":"o","at":{"place":"Delphi"},"level":9007199254740993}`, `{"type":"all"}`, `{"type":"none"}`, `{"id":"x"}`, `{}`,
		`{"type":"team","id":7}`, `{"type":"user","username":"u","role":null}`, `{"type":["team"]}`,
	} {
		var r shape.Responder
		require.NoError(t, json.Unmarshal([]byte(raw), &r), raw)
		assert.False(t, r.IsZero(), raw)
		back, err := json.Marshal(r)
		require.NoError(t, err)
		assert.Equal(t, raw, string(back))
	}
	for _, none := range []string{`null`, `"everybody"`, `7`, `[]`} {
		r := shape.TeamByID("t")
		assert.Equal(t, none == `null`, json.Unmarshal([]byte(none), &r) == nil, none)
		assert.True(t, r.IsZero(), none)
	}
	var odd shape.Responder
	require.NoError(t, json.Unmarshal([]byte(`{"type":"team","id":7}`), &odd))
	assert.Equal(t, []services.Mismatch{{Path: "id", Got: "number"}}, odd.Mismatches())
	assert.Empty(t, shape.TeamByID("t").Mismatches())
}

func TestATimeIsReadInTheFormsThatAreSent(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`"2017-05-24T14:24:20.844Z"`:  "2017-05-24T14:24:20.844Z",
		`"2017-05-24T14:24:20Z"`:      "2017-05-24T14:24:20Z",
		`"2017-01-15T08:00:00+02:00"`: "2017-01-15T06:00:00Z",
		`"2017-01-15T08:00:00+0200"`:  "2017-01-15T06:00:00Z",
		`""`:                          "0001-01-01T00:00:00Z",
		`null`:                        "0001-01-01T00:00:00Z",
	} {
		var got shape.Time
		require.NoError(t, json.Unmarshal([]byte(raw), &got), raw)
		assert.Equal(t, want, got.UTC().Format(time.RFC3339Nano), raw)
		written, err := json.Marshal(got)
		require.NoError(t, err)
		var again shape.Time
		require.NoError(t, json.Unmarshal(written, &again))
		assert.True(t, got.Equal(again.Time))
	}
	for _, wrong := range []string{`"yesterday"`, `1495635860844`, `{}`, `"2017-13-01T00:00:00Z"`} { // S8: told by the object that it is part of
		odd := shape.Time{Time: time.Now()}
		require.ErrorContains(t, json.Unmarshal([]byte(wrong), &odd), "services: read time", wrong)
		assert.Zero(t, odd, wrong)
	}
	absent, err := json.Marshal(struct {
		At shape.Time `json:"at,omitzero"`
	}{})
	require.NoError(t, err)
	assert.Equal(t, `{}`, string(absent))
}

// S3: the reason of a failure is one line, of a bounded length.
func TestAFailedRequestIsATypedError(t *testing.T) {
	t.Parallel()
	require.NoError(t, shape.RequestStatus{IsSuccess: true}.Failure())
	for want, status := range map[string]shape.RequestStatus{
		"close failed: Alert does not exist":        {Action: "Close", Status: "Alert\ndoes not exist"},
		"request failed: the server gave no reason": {},
	} {
		err := status.Failure()
		require.EqualError(t, err, want)
		failed, ok := errors.AsType[*shape.ActionError](err)
		require.True(t, ok)
		assert.Equal(t, status.Action, failed.Action)
	}
	long := shape.RequestStatus{Action: strings.Repeat("a", 1<<20), Status: strings.Repeat("b", 1<<20)}.Failure()
	assert.Less(t, len(long.Error()), 16<<10)
}

// What is read is written so that it is read as the same again.
func FuzzAResponderSurvivesTheWayBack(f *testing.F) {
	for _, raw := range []string{`{"type":"team","id":"t"}`, `{"type":"x"}`, `null`, `[]`, `{"type":7}`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var r, again shape.Responder
		if json.Unmarshal([]byte(raw), &r) != nil || r.IsZero() {
			return
		}
		written, err := json.Marshal(r)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(written, &again))
		rewritten, err := json.Marshal(again)
		require.NoError(t, err)
		assert.Equal(t, string(written), string(rewritten))
	})
}

func ExampleResponder() {
	for _, r := range []shape.Responder{
		shape.TeamByName("Storage"), shape.TeamByID("c6a0"),
		shape.UserByName("ada@example.com"), shape.UserByID("1b8d"),
		shape.EscalationByName("Nights"), shape.EscalationByID("77aa"),
		shape.ScheduleByName("Weekends"), shape.ScheduleByID("90fe"),
	} {
		text, err := json.Marshal(r)
		if err != nil {
			panic(err)
		}
		fmt.Println(r.Kind(), string(text))
	}
	// Output:
	// team {"type":"team","name":"Storage"}
	// team {"type":"team","id":"c6a0"}
	// user {"type":"user","username":"ada@example.com"}
	// user {"type":"user","id":"1b8d"}
	// escalation {"type":"escalation","name":"Nights"}
	// escalation {"type":"escalation","id":"77aa"}
	// schedule {"type":"schedule","name":"Weekends"}
	// schedule {"type":"schedule","id":"90fe"}
}
