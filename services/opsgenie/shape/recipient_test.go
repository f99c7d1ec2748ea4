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

func TestARecipientIsSentByIDByNameOrByItsKindAlone(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		in   shape.Recipient
		kind shape.Kind
		want string
	}{
		{shape.To(shape.TeamByID("t")), shape.KindTeam, `{"type":"team","id":"t"}`},
		{shape.To(shape.UserByID("u")), shape.KindUser, `{"type":"user","id":"u"}`},
		{shape.To(shape.UserByName("u@example.com")), shape.KindUser, `{"type":"user","username":"u@example.com"}`},
		{shape.To(shape.EscalationByName("E")), shape.KindEscalation, `{"type":"escalation","name":"E"}`},
		{shape.To(shape.ScheduleByID("s")), shape.KindSchedule, `{"type":"schedule","id":"s"}`},
		{shape.ToGroupByID("g"), shape.KindGroup, `{"type":"group","id":"g"}`},
		{shape.ToGroupByName("G"), shape.KindGroup, `{"type":"group","name":"G"}`},
		{shape.ToAll(), shape.KindAll, `{"type":"all"}`},
		{shape.ToNone(), shape.KindNone, `{"type":"none"}`},
	} {
		sent, err := json.Marshal(row.in)
		require.NoError(t, err)
		assert.Equal(t, row.want, string(sent))
		assert.False(t, row.in.IsZero(), row.want)
		var back shape.Recipient
		require.NoError(t, json.Unmarshal(sent, &back))
		assert.Equal(t, row.in, back)
		assert.Equal(t, row.kind, back.Kind())
	}
	user := shape.To(shape.UserByName("u@example.com"))
	assert.Equal(t, "u@example.com", user.Name())
	assert.Equal(t, "g", shape.ToGroupByID("g").ID())
}

// S7, S8: kinds, members and values that are unknown or odd are kept, told, and sent back as they
// came.
func TestARecipientKeepsWhatItDoesNotExpect(t *testing.T) {
	t.Parallel()
	type row struct {
		kind     shape.Kind
		id, name string
		odd      []services.Mismatch
	}
	for raw, want := range map[string]row{
		`{"type":"oracle","id":"o","level":9007199254740993}`: {kind: "oracle", id: "o"},
		`{"type":"team","id":7,"name":"Storage"}`:             {kind: shape.KindTeam, name: "Storage", odd: []services.Mismatch{{Path: "id", Got: "number"}}},
		`{"type":"team","id":null}`:                           {kind: shape.KindTeam},
		`{"type":"team","id":"t","name":""}`:                  {kind: shape.KindTeam, id: "t"},
		`{"type":"user","id":"u","name":"ada"}`:               {kind: shape.KindUser, id: "u", name: "ada"},
		`{"type":"none","id":"n","more":{"a":[1]}}`:           {kind: shape.KindNone, id: "n"},
		`{"id":"x"}`:      {id: "x"},
		`{"type":"team"}`: {kind: shape.KindTeam},
		`{}`:              {},
	} {
		var r shape.Recipient
		require.NoError(t, json.Unmarshal([]byte(raw), &r), raw)
		assert.Equal(t, want, row{r.Kind(), r.ID(), r.Name(), r.Mismatches()}, raw)
		assert.False(t, r.IsZero(), raw)
		back, err := json.Marshal(r)
		require.NoError(t, err)
		assert.Equal(t, raw, string(back))
	}
	for _, none := range []string{`null`, `"everybody"`, `7`} {
		r := shape.ToAll()
		assert.Equal(t, none == `null`, json.Unmarshal([]byte(none), &r) == nil, none)
		assert.True(t, r.IsZero(), none)
	}
}

func TestARecipientThatIsNotGivenIsNotSent(t *testing.T) {
	t.Parallel()
	for _, none := range []shape.Recipient{{}, shape.ToGroupByID(""), shape.To(shape.Responder{}), shape.To(shape.TeamByName(""))} {
		assert.True(t, none.IsZero())
		_, err := json.Marshal(none)
		require.ErrorContains(t, err, "neither id nor name")
		absent, err := json.Marshal(struct {
			To shape.Recipient `json:"to,omitzero"`
		}{none})
		require.NoError(t, err)
		assert.Equal(t, `{}`, string(absent))
	}
}

func ExampleRecipient() {
	for _, r := range []shape.Recipient{
		shape.To(shape.TeamByName("Storage")), shape.ToGroupByName("Admins"), shape.ToGroupByID("5f1e"), shape.ToAll(), shape.ToNone(),
	} {
		text, err := json.Marshal(r)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
	// Output:
	// {"type":"team","name":"Storage"}
	// {"type":"group","name":"Admins"}
	// {"type":"group","id":"5f1e"}
	// {"type":"all"}
	// {"type":"none"}
}
