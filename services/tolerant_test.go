package services_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
)

// allForms has a field of each form that responses use.
type allForms struct {
	inner

	Text     string            `json:"text"`
	Pointer  *int              `json:"pointer"`
	Deep     **string          `json:"deep"`
	Any      any               `json:"any"`
	Raw      json.RawMessage   `json:"raw"`
	Bytes    []byte            `json:"bytes"`
	Array    [2]int            `json:"array"`
	List     []inner           `json:"list"`
	Map      map[string]*inner `json:"map"`
	Numbers  map[int]string    `json:"numbers"`
	Time     time.Time         `json:"time"`
	Address  netip.Addr        `json:"address"`
	Float    float32           `json:"float"`
	Small    int8              `json:"small"`
	Untagged string
	Ignored  string                     `json:"-"`
	Optional services.Optional[[]inner] `json:"optional"`
}

type inner struct {
	Count int  `json:"count"`
	Flag  bool `json:"flag"`
}

// S8: what encoding/json can read is read alike beside a member that is odd.
func TestWhatIsReadBesideAnOddMemberIsRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `{"text":"a\u00e9","count":3,"flag":true}`, `{"TEXT":"folded","Count":1}`, `{"pointer":7,"deep":"x"}`, `{"pointer":null,"deep":null}`,
		`{"any":{"a":[1,"b",null]},"raw":{"a": 1.50}}`, `{"any":null,"raw":null}`, `{"bytes":"aGk="}`, `{"bytes":null}`, `{"array":[1,2]}`, `{"array":[1]}`,
		`{"list":[{"count":1},{"flag":true},{}]}`, `{"list":[]}`, `{"list":null}`, `{"map":{"a":{"count":1},"b":null}}`, `{"map":{}}`, `{"map":null}`,
		`{"numbers":{"1":"a","-2":"b"}}`, `{"time":"2026-01-02T03:04:05.6Z","address":"192.0.2.1"}`, `{"float":1.5e3,"small":-128}`,
		`{"Untagged":"u","Ignored":"i","hidden":"h","unknown":{"a":1}}`, `{"optional":[{"count":2}]}`, `{"optional":null}`, `null`,
	} {
		var want allForms
		require.NoError(t, json.Unmarshal([]byte(text), &want), text)
		got, err := services.Do[allForms](t.Context(), open(t, always(200, `{"data":`+text+`,"took":"odd"}`)), "GET /x", nil, services.ByMethod)
		if text == "null" {
			require.ErrorContains(t, err, "it has no data")
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, want, got.Value, text)
		assert.Equal(t, []services.Mismatch{{Path: "took", Got: "string"}}, got.Meta.Mismatches, text)
	}
}

// S8: each odd member is named, and nothing else is lost.
func TestEachOddMemberIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"text":["a"]}`:                        "data.text is an array",
		`{"pointer":"7"}`:                       "data.pointer is a string",
		`{"deep":true}`:                         "data.deep is a boolean",
		`{"bytes":"%"}`:                         "data.bytes is a string",
		`{"array":{}}`:                          "data.array is an object",
		`{"list":[{"count":1},{"count":"2"}]}`:  "data.list[1].count is a string",
		`{"list":{"count":1}}`:                  "data.list is an object",
		`{"map":{"a":{"flag":0}}}`:              "data.map.a.flag is a number",
		`{"map":[]}`:                            "data.map is an array",
		`{"numbers":{"x":"a"}}`:                 "data.numbers is an object",
		`{"time":""}`:                           "data.time is a string",
		`{"address":"nowhere"}`:                 "data.address is a string",
		`{"small":128}`:                         "data.small is a number",
		`{"optional":[{"count":2},{"flag":1}]}`: "data.optional is an array",
		`{"float":" 1"}`:                        "data.float is a string",
		"{\"any\":1,\"flag\": \n \"x\"}":        "data.flag is a string",
	} {
		got, err := services.Do[allForms](t.Context(), open(t, always(200, `{"data":`+text+`}`)), "GET /x", nil, services.ByMethod)
		require.NoError(t, err, text)
		require.Len(t, got.Meta.Mismatches, 1, text)
		assert.Equal(t, want, got.Meta.Mismatches[0].String(), text)
	}
	_, err := services.Do[allForms](t.Context(), open(t, always(200, `{"data":[]}`)), "GET /x", nil, services.ByMethod)
	require.ErrorIs(t, err, services.ErrResponse, "data of another type is an error")
}

// S8: what values behind pointers, in maps and in Optional keep is listed, too.
func TestMismatchesAreFoundWhereverTheyAreKept(t *testing.T) {
	t.Parallel()
	type holder struct {
		Pointer  *part                   `json:"pointer"`
		Map      map[string]part         `json:"map"`
		Optional services.Optional[part] `json:"optional,omitzero"`
		List     []*part                 `json:"list"`
		Nothing  *part                   `json:"nothing"`
	}
	body := `{"data":{"pointer":{"hour":"a"},"map":{"k":{"hour":[]}},"optional":{"hour":{}},"list":[{"hour":1},{"hour":true}],"nothing":null}}`
	got, err := services.Do[holder](t.Context(), open(t, always(200, body)), "GET /x", nil, services.ByMethod)
	require.NoError(t, err)
	var odd []string
	for _, m := range got.Meta.Mismatches {
		odd = append(odd, m.String())
	}
	assert.ElementsMatch(t, []string{
		"data.pointer.hour is a string", "data.map.k.hour is an array", "data.optional.hour is an object", "data.list[1].hour is a boolean",
	}, odd)
}

// S7: members that no type knows can be left out, at every depth.
func TestOnlyKnownMembersAreSent(t *testing.T) {
	t.Parallel()
	type body struct {
		services.Other

		Pointer  *part                   `json:"pointer,omitzero"`
		List     []part                  `json:"list,omitzero"`
		Map      map[string]part         `json:"map,omitzero"`
		Optional services.Optional[part] `json:"optional,omitzero"`
		Free     any                     `json:"free,omitzero"`
		Plain    inner                   `json:"plain,omitzero"`
		Time     time.Time               `json:"time,omitzero"`
	}
	odd := func() part {
		var p part
		require.NoError(t, json.Unmarshal([]byte(`{"hour":1,"zzz":2}`), &p))
		return p
	}
	in := body{
		Pointer: new(odd()), List: []part{odd()}, Map: map[string]part{"k": odd()}, Optional: services.Set(odd()),
		Free: map[string]int{"kept": 1}, Plain: inner{Count: 1}, Time: time.Unix(0, 0).UTC(),
	}
	in.SetMember("zzz", json.RawMessage(`3`))
	var into sent
	for _, row := range []struct {
		opts []services.Option
		want string
	}{
		{nil, `{"pointer":{"hour":1,"zzz":2},"list":[{"hour":1,"zzz":2}],"map":{"k":{"hour":1,"zzz":2}},"optional":{"hour":1,"zzz":2},
			"free":{"kept":1},"plain":{"count":1,"flag":false},"time":"1970-01-01T00:00:00Z","zzz":3}`},
		{[]services.Option{services.WithKnownMembersOnly()}, `{"pointer":{"hour":1},"list":[{"hour":1}],"map":{"k":{"hour":1}},"optional":{"hour":1},
			"free":{"kept":1},"plain":{"count":1,"flag":false},"time":"1970-01-01T00:00:00Z"}`},
	} {
		_, err := services.Do[services.None](t.Context(), open(t, capture(&into), row.opts...), "POST /x", in, services.RetryIfRefused)
		require.NoError(t, err)
		assert.JSONEq(t, row.want, into.body)
	}
}
