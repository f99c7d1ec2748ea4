package shape_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/shape"
)

// S7: every object, whatever its members hold, comes back as it was read.
func TestAnyObjectComesBack(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11)) // the same objects in each run
	names := []string{"type", "id", "name", "username", "timeAmount", "timeUnit", "conditions", "restriction", "restrictions", "startHour",
		"field", "operation", "order", "not", "message", "details", "tags", "stakeholderProperties", "enable", "other", "a b"}
	values := []string{`null`, `""`, `[]`, `{}`, `0`, `1`, `1.50`, `9007199254740993`, `true`, `"team"`, `"none"`, `"hours"`, `"x"`, `[{}]`, `[null,7]`,
		`{"type":"all","id":null}`, `[{"field":"tags","order":null}]`, `{"startHour":"8"}`, `{"more":{"deep":[]}}`}
	for range 5000 {
		object := map[string]json.RawMessage{}
		for range r.IntN(6) {
			object[names[r.IntN(len(names))]] = json.RawMessage(values[r.IntN(len(values))])
		}
		raw, err := json.Marshal(object)
		require.NoError(t, err)
		for _, into := range []any{
			new(shape.Responder), new(shape.Recipient), new(shape.Duration), new(shape.Filter), new(shape.Condition), new(shape.TimeRestriction),
			new(shape.DayHours), new(shape.WeekHours), new(shape.OwnerTeam), new(shape.User), new(shape.IncidentProperties), new(shape.Stakeholders),
		} {
			require.NoError(t, json.Unmarshal(raw, into), "%T %s", into, raw)
			back, err := json.Marshal(into)
			require.NoError(t, err, "%T %s", into, raw)
			assert.JSONEq(t, string(raw), string(back), "%T", into)
		}
	}
}
