package object_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/internal/object"
)

type common struct {
	ID string `json:"id,omitzero"`
}

type known struct {
	common

	Name string `json:"name"`
	Kept string `json:"-"`
}

func TestWhatIsUnknownIsKeptAndSentBackAsItCame(t *testing.T) {
	t.Parallel()
	var k known
	rest, err := object.Split([]byte(`{"name":"n","size":9007199254740993,"id":"x","a":{"b":[1.50]}}`), &k)
	require.NoError(t, err)
	assert.Equal(t, known{common: common{ID: "x"}, Name: "n"}, k)
	assert.Len(t, rest, 2)
	rest["name"] = json.RawMessage(`"another"`) // the field's is sent
	k.Name = "m"
	text, err := object.Join(k, rest)
	require.NoError(t, err)
	want := `{"id":"x","name":"m","a":{"b":[1.50]},"size":9007199254740993}` // byte by byte
	assert.Equal(t, want, string(text))

	text, err = object.Join(struct{}{}, object.Members{"b": json.RawMessage(`1`), "a": json.RawMessage(`2`)})
	require.NoError(t, err)
	assert.Equal(t, `{"a":2,"b":1}`, string(text))

	rest, err = object.Split([]byte(`{"name":"n"}`), &k)
	require.NoError(t, err)
	assert.Nil(t, rest)
	for _, wrong := range []string{`[]`, `{"name":7}`, `"x"`} {
		_, err = object.Split([]byte(wrong), &k)
		require.Error(t, err, wrong)
	}
	_, err = object.Join(struct {
		F func() `json:"f"`
	}{}, nil)
	require.Error(t, err)
}
