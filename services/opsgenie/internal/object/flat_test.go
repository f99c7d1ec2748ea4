package object_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/internal/object"
)

// read returns what Flat hands on: strings and integers by their names.
func read(raw string) (members map[string]any, ok bool) {
	members = map[string]any{}
	ok = object.Flat([]byte(raw), func(name, value []byte, quoted bool) bool {
		if quoted {
			members[string(name)] = string(value)
			return true
		}
		n, err := strconv.ParseInt(string(value), 10, 64)
		members[string(name)] = n
		return err == nil
	})
	return members, ok
}

func TestAFlatObjectIsReadAndAllElseIsLeft(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]map[string]any{
		`{}`:                                  {},
		" {\n} ":                              {},
		`{"a":"x","b":-7,"c":0}`:              {"a": "x", "b": int64(-7), "c": int64(0)},
		"{ \"ü\" :\t\"\" ,\r\n\"b\" : 12 }\n": {"ü": "", "b": int64(12)},
		`{"a":"x","a":"y"}`:                   {"a": "y"},
		`{"a":999999999999999999}`:            {"a": int64(999999999999999999)},
	} {
		got, ok := read(raw)
		assert.True(t, ok, raw)
		assert.Equal(t, want, got, raw)
	}
	for _, raw := range []string{
		``, `null`, `[]`, `"x"`, `7`, `{`, `{"a"`, `{"a":`, `{"a":"x"`, `{"a":"x`, `{,}`, `{"a":"x",}`, `{"a" "x"}`, `{"a":"x" "b":"y"}`,
		`{}x`, `{"a":"0}`, `{"a":"\n0}`, `{a:"x"}`, `{"a":null}`, `{"a":true}`, `{"a":{}}`, `{"a":[]}`, `{"a":1.0}`, `{"a":1e3}`, `{"a":01}`, `{"a":-}`, `{"a":+1}`,
		`{"a":1000000000000000000}`, `{"a":"\n"}`, "{\"a\":\"\n\"}", "{\"a\":\"\xff\"}", `{"\u0061":"x"}`,
	} {
		_, ok := read(raw)
		assert.False(t, ok, raw)
	}
	wanted := object.Flat([]byte(`{"a":"x"}`), func([]byte, []byte, bool) bool { return false })
	assert.False(t, wanted, "a member that is not wanted")
}

// What Flat takes, encoding/json reads as the same.
func FuzzFlatReadsWhatEncodingJSONReads(f *testing.F) {
	for _, raw := range []string{`{"a":"x","b":-7}`, " { \"a\" : \"ü\" } ", `{"a":"\\"}`, `{"a":1.5}`, `{"a":"x","a":1}`, `{"a":-0}`, `{"":"0}`, "{\"\xff\":1}"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, ok := read(raw)
		if !ok {
			return
		}
		var rest map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(raw), &rest))
		require.Len(t, got, len(rest))
		for name, value := range got {
			text, err := json.Marshal(value)
			require.NoError(t, err)
			if string(rest[name]) == "-0" {
				continue
			}
			require.JSONEq(t, string(rest[name]), string(text))
		}
	})
}

// A responder as answers hold it, read as it stands and by encoding/json.
func BenchmarkFlat(b *testing.B) {
	raw := []byte(`{"type": "team", "id": "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11"}`)
	b.Run("flat", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var id string
			object.Flat(raw, func(name, value []byte, _ bool) bool {
				if string(name) == "id" {
					id = string(value)
				}
				return true
			})
			if id == "" {
				b.Fatal("not read")
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var m struct{ Type, ID string }
			if err := json.Unmarshal(raw, &m); err != nil {
				b.Fatal(err)
			}
		}
	})
}
