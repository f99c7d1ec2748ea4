package services_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// A rule is read and written back.
type rule struct {
	services.Other

	ID      string                     `json:"id,omitzero"`
	Name    string                     `json:"name"`
	Enabled bool                       `json:"enabled"`
	Weight  float64                    `json:"weight,omitzero"`
	Tags    []string                   `json:"tags,omitempty"`
	Note    services.Optional[string]  `json:"note,omitzero"`
	Parts   []part                     `json:"parts,omitzero"`
	Details map[string]string          `json:"details,omitzero"`
	Since   time.Time                  `json:"since,omitzero"`
	Window  services.Optional[part]    `json:"window,omitzero"`
	Free    map[string]json.RawMessage `json:"free,omitzero"`
}

type part struct {
	services.Other

	Hour int `json:"hour"`
}

func (r *rule) UnmarshalJSON(raw []byte) error {
	type plain rule
	return services.UnmarshalObject(raw, (*plain)(r))
}

func (r rule) MarshalJSON() ([]byte, error) {
	type plain rule
	return services.MarshalObject(plain(r))
}

func (p *part) UnmarshalJSON(raw []byte) error {
	type plain part
	return services.UnmarshalObject(raw, (*plain)(p))
}

func (p part) MarshalJSON() ([]byte, error) {
	type plain part
	return services.MarshalObject(plain(p))
}

// S7, S8: an object comes back as it came, whatever its members are.
func TestAnObjectComesBackAsItCame(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `{"name":"n","enabled":true}`, `{"name":null,"enabled":null,"tags":null,"note":null,"since":null}`,
		`{"name":"","tags":[],"parts":[],"details":{},"note":"","weight":0}`, `{"weight":1.50,"size":9007199254740993}`,
		`{"name":7,"enabled":"yes","tags":"x","parts":{"a":1},"details":{"a":7},"since":1495635860844}`,
		`{"parts":[{"hour":1,"more":{"a":[1.0]}},{"hour":"two"},7,null]}`, `{"Name":"other case","name":"n"}`,
		`{"zzz":1,"parts":[{"zzz":2}],"window":{"zzz":3},"free":{"zzz":[null]}}`, `{"window":{"hour":null}}`, `{"a\"b\\c":"<&>"}`,
		`{"since":"2017-03-21T20:32:11.500Z"}`, `{"tags":["a",null,"b"]}`,
	} {
		var r rule
		require.NoError(t, json.Unmarshal([]byte(text), &r), text)
		again, err := json.Marshal(r)
		require.NoError(t, err, text)
		assert.Equal(t, numbers(t, text), numbers(t, string(again)), text)
	}
	var r rule
	for _, wrong := range []string{`[]`, `"x"`, `7`} {
		require.Error(t, json.Unmarshal([]byte(wrong), &r), wrong)
	}
	require.NoError(t, json.Unmarshal([]byte(`{"name":"n","enabled":false,"parts":[{"hour":1}]}`), &r))
	assert.Equal(t, rule{Name: "n", Parts: []part{{Hour: 1}}}, r, "nothing is kept of what the fields say")
}

// S7: what the caller assigns is sent, and only that is changed.
func TestWhatIsAssignedIsSent(t *testing.T) {
	t.Parallel()
	var r rule
	require.NoError(t, json.Unmarshal([]byte(
		`{"name":7,"enabled":null,"tags":[],"note":null,"parts":[{"hour":null,"x":1},{"hour":2,"y":2}],"details":{"a":7},"zzz":1}`), &r))
	r.Name, r.Enabled, r.Tags, r.Details = "n", true, []string{"a"}, map[string]string{"b": "c"}
	r.Note = services.Set("")
	r.Parts[1].Hour = 3
	r.SetMember("zzz", json.RawMessage(`2`))
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.JSONEq(t, `{"name":"n","enabled":true,"tags":["a"],"note":"","parts":[{"hour":null,"x":1},{"hour":3,"y":2}],"details":{"b":"c"},"zzz":2}`, string(text))

	copied := r
	copied.SetMember("zzz", nil)
	copied.SetMember("more", json.RawMessage(`[]`))
	assert.Equal(t, []string{"details", "enabled", "name", "tags", "zzz"}, slices.Sorted(maps.Keys(maps.Collect(r.Members()))), "the original is untouched")
	text, err = json.Marshal(copied)
	require.NoError(t, err)
	assert.JSONEq(t, `{"name":"n","enabled":true,"tags":["a"],"note":"","parts":[{"hour":null,"x":1},{"hour":3,"y":2}],"details":{"b":"c"},"more":[]}`, string(text))
}

// S8: an odd member costs nothing else, and all of them are listed.
func TestOddMembersAreListed(t *testing.T) {
	t.Parallel()
	body := `{"data":[{"name":"a"},{"name":7,"parts":[{"hour":"x","more":1},3],"details":{"k":1,"l":"m"},"since":12,"window":{"hour":[]}}],` +
		`"took":"0.1","result":{},"paging":""}`
	c := open(t, always(200, body))
	got, err := services.Do[[]rule](t.Context(), c, "GET /rules", nil, services.ByMethod)
	require.NoError(t, err)
	require.Len(t, got.Value, 2)
	assert.Equal(t, "a", got.Value[0].Name)
	assert.Equal(t, map[string]string{"l": "m"}, got.Value[1].Details)
	var odd []string
	for _, m := range got.Meta.Mismatches {
		odd = append(odd, m.String())
	}
	assert.ElementsMatch(t, []string{
		"data[1].name is a number", "data[1].parts[0].hour is a string", "data[1].parts[1] is a number", "data[1].details.k is a number",
		"data[1].since is a number", "data[1].window.hour is an array", "took is a string", "result is an object", "paging is a string",
	}, odd)
	assert.JSONEq(t, `[{"name":"a"},{"name":7,"parts":[{"hour":"x","more":1},3],"details":{"k":1,"l":"m"},"since":12,"window":{"hour":[]}}]`, string(got.Raw()))
	again, err := json.Marshal(got.Value)
	require.NoError(t, err)
	assert.JSONEq(t, string(got.Raw()), string(again))

	plain, err := services.Do[[]item](t.Context(), open(t, always(200, `{"data":[{"id":"1"},{"id":2,"count":"3"},{"id":"4","count":5}]}`)), "GET /x", nil, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, []item{{ID: "1"}, {}, {ID: "4", Count: 5}}, plain.Value)
	assert.Equal(t, []services.Mismatch{{Path: "data[1].id", Got: "number"}, {Path: "data[1].count", Got: "string"}}, plain.Meta.Mismatches)
}

// S8: an option makes them an error, which names them.
func TestOddMembersCanBeAnError(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"data":{"id":7}}`:     "unexpected types: data.id is a number",
		`{"data":{},"took":""}`: "unexpected types: took is a string",
		`{"data":{"id":[],"count":{}},"took":"","result":7,"requestId":1}`: "data.id is an array, data.count is an object, ",
	} {
		_, err := get(t.Context(), open(t, always(200, body), services.WithStrictDecoding()))
		require.ErrorIs(t, err, services.ErrResponse)
		require.ErrorContains(t, err, want)
	}
	_, err := get(t.Context(), open(t, always(200, `{"data":{"id":"x"}}`), services.WithStrictDecoding()))
	require.NoError(t, err)
}

// ruleUpdate writes a rule.
type ruleUpdate struct {
	services.Other

	Place   string                      `path:"id"`
	Name    services.Optional[string]   `json:"name,omitzero"`
	Enabled services.Optional[bool]     `json:"enabled,omitzero"`
	Tags    services.Optional[[]string] `json:"tags,omitzero"`
	Parts   services.Optional[[]part]   `json:"parts,omitzero"`
}

// S7, S10: a request made from what was read sends the same members, but for those that the
// request leaves out on purpose, and what the caller then sets or clears.
func TestARequestIsMadeFromWhatWasRead(t *testing.T) {
	t.Parallel()
	var into sent
	c := open(t, capture(&into))
	update := func(c *services.Client, in ruleUpdate) string {
		in.Place = "p"
		_, err := services.Do[services.None](t.Context(), c, "PUT /rules/{id}", in, services.ByMethod)
		require.NoError(t, err)
		return into.body
	}
	var r rule
	require.NoError(t, json.Unmarshal([]byte(`{"id":"p","name":null,"enabled":false,"weight":2,"parts":[{"hour":1,"x":1}],"zzz":{"a":1.0}}`), &r))
	in := services.RequestFrom[ruleUpdate](r)
	assert.JSONEq(t, `{"name":null,"enabled":false,"parts":[{"hour":1,"x":1}],"zzz":{"a":1.0}}`, update(c, in))
	in.Name, in.Enabled, in.Tags = services.Set("n"), services.Optional[bool]{}, services.Null[[]string]()
	assert.JSONEq(t, `{"name":"n","tags":null,"parts":[{"hour":1,"x":1}],"zzz":{"a":1.0}}`, update(c, in))

	known := open(t, capture(&into), services.WithKnownMembersOnly())
	assert.JSONEq(t, `{"name":"n","tags":null,"parts":[{"hour":1}]}`, update(known, in))
	_, err := services.Do[services.None](t.Context(), known, "POST /rules", struct {
		Rule rule `body:"json"`
	}{r}, services.RetryIfRefused)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"p","name":null,"enabled":false,"weight":2,"parts":[{"hour":1}]}`, into.body)

	r.Free = map[string]json.RawMessage{"a": json.RawMessage(`{`)}
	_, err = services.Do[services.None](t.Context(), c, "PUT /rules/{id}", services.RequestFrom[ruleUpdate](r), services.ByMethod)
	require.ErrorIs(t, err, services.ErrArgument)
}

// S7: a required member that the field cannot hold is sent as it came. One that is missing or
// null is refused, and the only error is that it is.
func TestARequiredMemberThatIsKeptIsNotMissing(t *testing.T) {
	t.Parallel()
	type replace struct {
		services.Other

		Since time.Time `json:"since" check:"required"`
		Until unwritten `json:"until" check:"required"`
	}
	var into sent
	c := open(t, capture(&into))
	for raw, want := range map[string]string{
		`{"since":"2026-01-05T08:00:00+0200","until":7}`: "",
		`{"since":null,"until":7}`:                       "services: PUT /rules: argument since is required",
		`{"since":17}`:                                   "services: PUT /rules: argument until is required",
	} {
		var r map[string]any
		require.NoError(t, json.Unmarshal([]byte(raw), &r))
		_, err := services.Do[services.None](t.Context(), c, "PUT /rules", services.RequestFrom[replace](keeping{r}), services.ByMethod)
		if want != "" {
			require.EqualError(t, err, want)
			continue
		}
		require.NoError(t, err)
		assert.JSONEq(t, raw, into.body)
	}
}

// keeping is an object without fields.
type keeping struct{ members map[string]any }

func (k keeping) MarshalJSON() ([]byte, error) { return json.Marshal(k.members) }

// unwritten cannot be written if it is zero, nor be read.
type unwritten struct{ ok bool }

func (u unwritten) MarshalJSON() ([]byte, error) {
	if !u.ok {
		return nil, errors.New("it is not given")
	}
	return []byte("true"), nil
}

func (*unwritten) UnmarshalJSON([]byte) error { return errors.New("it cannot be read") }

// S7: Raw gives the data, also of a response that breaks in none of its members.
func TestRawIsTheData(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"data":{"id":"x","new":[1.50]},"took":1}`: `{"id":"x","new":[1.50]}`,
		`{"took":"x","data":{"id":"y"}}`:            `{"id":"y"}`,
	} {
		got, err := get(t.Context(), open(t, always(200, body)))
		require.NoError(t, err)
		assert.Equal(t, want, string(got.Raw()))
	}
	none, err := services.Do[services.None](t.Context(), open(t, always(204, "")), "DELETE /x", nil, services.ByMethod)
	require.NoError(t, err)
	assert.Nil(t, none.Raw())
	assert.Nil(t, new(services.Result[item]).Raw())
}

// S4: the page after a result is fetched with the client that fetched the result.
func TestNextFollowsAPage(t *testing.T) {
	t.Parallel()
	c := open(t, transport.RoundTripperFunc(newShelf(25).respond))
	page, err := services.Do[[]item](t.Context(), c, "GET /items", nil, services.ByMethod)
	var ids []string
	for ; err == nil; page, err = page.Next(t.Context()) {
		for _, i := range page.Value {
			ids = append(ids, i.ID)
		}
		if page.Meta.Paging.Next == "" {
			break
		}
	}
	require.NoError(t, err)
	assert.Len(t, ids, 25)
	_, err = page.Next(t.Context())
	require.ErrorIs(t, err, services.ErrArgument)
	_, err = new(services.Result[item]).Next(t.Context())
	require.ErrorIs(t, err, services.ErrArgument)
}

// S8: metadata and results print nothing of the body that they keep.
func TestAResultPrintsNothingOfItsBody(t *testing.T) {
	t.Parallel()
	got, err := services.Do[services.None](t.Context(), open(t, always(200, `{"data":{"apiKey":"SECRET"}}`)), "GET /x", nil, services.ByMethod)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		assert.NotContains(t, fmt.Sprintf(verb, got), "SECRET")
		assert.NotContains(t, fmt.Sprintf(verb, got.Meta), "SECRET")
	}
	text, err := json.Marshal(got)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "SECRET")
}

// R19, S3: a response that breaks off is asked for again if the operation allows it.
func TestABrokenResponseIsABrokenAttempt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		method string
		repeat services.Repeat
		calls  int
	}{
		{"GET", services.ByMethod, 2}, {"PUT", services.ByMethod, 2}, {"POST", services.ByMethod, 1},
		{"POST", services.SafeToRetry, 2}, {"POST", services.RetryIfRefused, 1},
	} {
		calls := 0
		c := open(t, retrying(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			calls++
			resp := answer(req, 200, `{"data":{"id":"7"}}`)
			if calls == 1 {
				resp.Body = brokenOff(`{"data":{"i`)
			}
			return resp, nil
		})))
		got, err := services.Do[item](t.Context(), c, row.method+" /x", nil, row.repeat)
		assert.Equal(t, row.calls, calls, row)
		if row.calls == 1 {
			require.ErrorIs(t, err, services.ErrResponse)
			assert.Len(t, asError(t, err).Body, len(`{"data":{"i`))
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, "7", got.Value.ID)
		assert.Equal(t, 2, got.Meta.Attempts)
	}
}
