package services_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
)

type phone struct {
	Number services.Optional[string] `json:"number,omitempty"`
}

type branch struct {
	Next  *branch
	Phone services.Optional[string] `json:"phone,omitzero"`
	Plain services.Optional[int]
}

// A keeper uses the tags of its fields although it writes itself.
type keeper struct {
	services.Other

	Note services.Optional[string] `json:"note"`
}

func (k *keeper) UnmarshalJSON(raw []byte) error {
	type plain keeper
	return services.UnmarshalObject(raw, (*plain)(k))
}

func (k keeper) MarshalJSON() ([]byte, error) {
	type plain keeper
	return services.MarshalObject(plain(k))
}

// A writer decides by itself what an absent field is.
type writer struct {
	Note services.Optional[string] `json:"note"`
}

func (writer) MarshalJSON() ([]byte, error) { return []byte(`{}`), nil }

// Types may contain themselves without a struct between.
type (
	forest map[string]forest
	nested []nested
)

// S10: an Optional that would be sent as null while it is absent is refused, at any depth.
func TestAnOptionalThatWouldClearIsRefused(t *testing.T) {
	t.Parallel()
	const why = " is an Optional without omitzero, so that an absent one would be sent as null: write json:"
	for name, row := range map[string]struct {
		in   any
		want string
	}{
		"types of themselves": {in: struct {
			A forest `json:"a,omitzero"`
			B nested `json:"b,omitzero"`
		}{}},
		"with omitzero": {in: struct {
			A services.Optional[string]  `json:"a,omitzero"`
			B *services.Optional[string] `json:"b,omitempty,omitzero"`
		}{}},
		"without": {struct {
			A services.Optional[string] `json:"a"`
		}{}, "argument A" + why + `"a,omitzero"`},
		"with omitempty": {struct {
			A services.Optional[string] `json:"a,omitempty"`
		}{}, "argument A" + why + `"a,omitzero"`},
		"without a name": {struct {
			A services.Optional[string] `json:",omitempty"`
		}{}, "argument A" + why + `"A,omitzero"`},
		"pointer": {struct {
			A *services.Optional[string] `json:"a"`
		}{}, "argument A" + why + `"a,omitzero"`},
		"nested": {struct {
			A phone `json:"a"`
		}{}, "argument A.Number" + why + `"number,omitzero"`},
		"in a slice": {struct {
			A []*phone `json:"a"`
		}{}, "argument A.Number" + why + `"number,omitzero"`},
		"in a map": {struct {
			A map[string]phone `json:"a"`
		}{}, "argument A.Number" + why + `"number,omitzero"`},
		"in an Optional": {struct {
			A services.Optional[phone] `json:"a,omitzero"`
		}{}, "argument A.Number" + why + `"number,omitzero"`},
		"whole body": {struct {
			A phone `body:""`
		}{}, "argument A.Number" + why + `"number,omitzero"`},
		"recursive": {struct {
			A branch `json:"a"`
		}{}, "argument A.Plain" + why + `"Plain,omitzero"`},
		"with Other": {struct {
			A keeper `json:"a"`
		}{}, "argument A.Note" + why + `"note,omitzero"`},
		"writes itself": {in: struct {
			A writer `json:"a"`
		}{}},
		"not sent": {in: struct {
			A services.Optional[string] `json:"-"`
			B struct {
				C services.Optional[string] `json:"-"`
			} `json:"b"`
		}{}},
		"no Optional": {in: struct {
			A json.RawMessage `json:"a,omitzero"`
		}{}},
	} {
		c := open(t, always(200, `{"data":{}}`))
		_, err := services.Do[item](t.Context(), c, "PATCH /v1/x", row.in, services.ByMethod)
		if row.want == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, services.ErrArgument, name)
		require.EqualError(t, err, "services: PATCH /v1/x: "+row.want, name)
	}
}

// S1: a file in JSON is refused with the place where it belongs.
func TestAFileInJSONIsRefused(t *testing.T) {
	t.Parallel()
	c := open(t, always(200, `{"data":{}}`))
	_, err := services.Do[item](t.Context(), c, "POST /v1/x", struct {
		A services.File `json:"photo"`
	}{}, services.ByMethod)
	require.EqualError(t, err, `services: POST /v1/x: argument A is a services.File: tag it form:"photo"`)
}
