package opsgenie_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// S7, S10: a tool that keeps resources as a plan says finds nothing to do after it has applied
// the plan: when every optional member is set, then changed, then cleared. A request without a
// member changes nothing of it, neither does one that writes back what was read, and nothing is
// created disabled because nobody said that it is enabled.
func TestAPlanFindsNoDriftAfterItIsApplied(t *testing.T) {
	t.Parallel()
	for name, open := range kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gate := &gate{base: &http.Transport{}}
			c := dial(t, opsgenietest.New(t), opsgenie.WithBase(gate))
			furnish(t, c)
			k := open(c)
			id, err := k.create(t.Context())
			require.NoError(t, err)
			before := k.state(t, id)
			assert.NotEqual(t, false, before["enabled"], "created without a word about it")
			for i, stage := range k.stages {
				desired := gate.plan(t, func() error { return k.apply(t.Context(), id, stage) })
				assert.NotEmpty(t, differences("", desired, before), "stage %d has nothing to do", i)
				require.NoError(t, k.apply(t.Context(), id, stage))
				after := k.state(t, id)
				assert.Empty(t, differences("", desired, after), "stage %d: there is drift in %s", i, text(t, after))
				for what, again := range map[string]func() error{
					"the same again":           func() error { return k.apply(t.Context(), id, stage) },
					"a request for nothing":    func() error { return k.apply(t.Context(), id, nil) },
					"a request of what it had": func() error { return k.keep(t.Context(), id) },
				} {
					require.NoError(t, again(), "stage %d: %s", i, what)
					assert.Equal(t, withoutIDs(after), withoutIDs(k.state(t, id)), "stage %d: %s changes something", i, what)
				}
				before = after
			}
		})
	}
}

// A kind is a type of resource.
type kind struct {
	create func(ctx context.Context) (id string, err error) // with only what is required
	read   func(ctx context.Context, id string) (any, error)
	apply  func(ctx context.Context, id string, stage any) error // a nil stage asks for nothing
	keep   func(ctx context.Context, id string) error            // writes back what is there
	stages []any                                                 // every member set, changed, cleared
}

// A typed kind has values of type R, and updates of type U. Its base is a request that asks for
// nothing: without any member, or, where an update replaces all, with what was read.
type typed[R, U any] struct {
	create func(ctx context.Context) (id string, err error)
	read   func(ctx context.Context, id string) (*services.Result[R], error)
	base   func(id string, read R) U
	back   func(id string, read R) U
	update func(ctx context.Context, in U) error
	stages []func(in *U)
}

func (k typed[R, U]) kind() kind {
	send := func(ctx context.Context, id string, from func(string, R) U, change func(*U)) error {
		read, err := k.read(ctx, id)
		if err != nil {
			return err
		}
		in := from(id, read.Value)
		if change != nil {
			change(&in)
		}
		return k.update(ctx, in)
	}
	stages := make([]any, len(k.stages))
	for i, stage := range k.stages {
		stages[i] = stage
	}
	return kind{
		create: k.create, stages: stages,
		read: func(ctx context.Context, id string) (any, error) {
			got, err := k.read(ctx, id)
			if err != nil {
				return nil, err
			}
			return got.Value, nil
		},
		apply: func(ctx context.Context, id string, stage any) error {
			change, _ := stage.(func(*U))
			return send(ctx, id, k.base, change)
		},
		keep: func(ctx context.Context, id string) error { return send(ctx, id, k.back, nil) },
	}
}

// state returns a resource as it is read.
func (k kind) state(t *testing.T, id string) (doc map[string]any) {
	t.Helper()
	read, err := k.read(t.Context(), id)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal([]byte(text(t, read)), &doc))
	return doc
}

func text(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

// withoutIDs removes ids at every depth: the server gives new ones to parts that are replaced.
func withoutIDs(v any) any {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "id")
		for _, each := range v {
			withoutIDs(each)
		}
	case []any:
		for _, each := range v {
			withoutIDs(each)
		}
	}
	return v
}

// differences returns what an update would change: desired is its body, actual what is there. A
// member that is not desired, such as one that the server adds, may be anything.
func differences(path string, desired, actual any) (all []string) {
	switch want := desired.(type) {
	case nil:
		if cleared(actual) {
			return nil
		}
	case map[string]any:
		got, _ := actual.(map[string]any)
		if len(want) == 0 && len(got) > 0 {
			return []string{path}
		}
		for _, name := range slices.Sorted(maps.Keys(want)) {
			all = append(all, differences(path+"."+name, want[name], got[name])...)
		}
		return all
	case []any:
		got, _ := actual.([]any)
		if len(got) != len(want) {
			return []string{path}
		}
		for i := range want {
			all = append(all, differences(fmt.Sprintf("%s[%d]", path, i), want[i], got[i])...)
		}
		return all
	case string:
		got, _ := actual.(string)
		if want == got || sameTime(want, got) {
			return nil
		}
	}
	if reflect.DeepEqual(desired, actual) {
		return nil
	}
	return []string{path}
}

// cleared reports whether nothing is there: no value, an empty one, or an object of such.
func cleared(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return !slices.ContainsFunc(slices.Collect(maps.Values(v)), func(each any) bool { return !cleared(each) })
	case []any:
		return len(v) == 0
	default:
		return v == nil || v == "" || v == 0.0 || v == false
	}
}

func sameTime(a, b string) bool {
	at, err := time.Parse(time.RFC3339, a)
	is, other := time.Parse(time.RFC3339, b)
	return cmp.Or(err, other) == nil && at.Equal(is)
}

// A gate lets requests through, or keeps the updates that a plan would send.
type gate struct {
	base   *http.Transport
	closed bool
	kept   []byte
}

func (g *gate) CloseIdleConnections() { g.base.CloseIdleConnections() }

// plan returns the body of the update that send would send.
func (g *gate) plan(t *testing.T, send func() error) (body map[string]any) {
	t.Helper()
	g.closed = true
	defer func() { g.closed = false }()
	require.NoError(t, send())
	require.NoError(t, json.Unmarshal(g.kept, &body))
	return body
}

func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	if !g.closed || req.Method == http.MethodGet {
		return g.base.RoundTrip(req)
	}
	var err error
	if g.kept, err = io.ReadAll(req.Body); err != nil {
		return nil, err
	}
	body := io.NopCloser(bytes.NewReader([]byte(`{"result":"Planned","data":{}}`)))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: body, Request: req}, req.Body.Close()
}
