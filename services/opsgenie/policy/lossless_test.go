package policy_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/policy"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
)

// S7: a policy is written as it was read, whatever its type, at every depth.
func TestAPolicyIsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]policy.Policy{fullText: full(), quietText: quiet()} {
		var back policy.Policy
		require.NoError(t, json.Unmarshal([]byte(text), &back))
		want.Type = back.Type
		assert.Equal(t, want, back)
	}
	for _, text := range []string{
		fullText, quietText, `{}`, `{"type":null}`, `{"type":7,"message":"m"}`, `{"Type":"alert"}`,
		`{"type":"oracle","name":"n","depth":9007199254740993,"id":"p-1","filter":{"type":"some","x":[]}}`,
		`{"type":"alert","message":null,"alias":"","tags":null,"responders":[],"details":["a:b"],"enabled":"yes","filter":null,"more":{"n":1}}`,
		`{"type":"alert","filter":{"type":"match-all-conditions","conditions":[{"field":"x","systemCondition":true}]},"responders":[{"type":"moon","x":1}]}`,
		`{"type":"notification","autoRestartAction":{"duration":null,"more":1},"autoCloseAction":{},"suppress":null}`,
		`{"type":"notification","deduplicationAction":{"count":"2","x":{"y":[]}},"delayAction":{"untilHour":null,"duration":{"timeAmount":60,"x":1}}}`,
	} {
		var p policy.Policy
		require.NoError(t, json.Unmarshal([]byte(text), &p), text)
		back, err := json.Marshal(p)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(back))
	}
	require.Error(t, json.Unmarshal([]byte(`[]`), new(policy.Policy)))
	var p policy.Policy
	require.NoError(t, json.Unmarshal([]byte(`{"type":"notification","autoRestartAction":{"a":1},"autoCloseAction":{"b":1},`+
		`"deduplicationAction":{"c":1},"delayAction":{"d":1}}`), &p))
	n, ok := p.Action.(policy.Notification)
	require.True(t, ok)
	restart, _ := n.AutoRestart.Get()
	closing, _ := n.AutoClose.Get()
	dedup, _ := n.Deduplication.Get()
	delay, _ := n.Delay.Get()
	restart.MaxRepeatCount, closing.Duration, dedup.Count, delay.Option = 2, shape.For(time.Hour), 3, policy.NextTime
	n.AutoRestart, n.AutoClose, n.Deduplication, n.Delay = services.Set(restart), services.Set(closing), services.Set(dedup), services.Set(delay)
	p.Action = n
	back, err := json.Marshal(p)
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"notification","autoRestartAction":{"maxRepeatCount":2,"a":1},`+
		`"autoCloseAction":{"duration":{"timeAmount":1,"timeUnit":"hours"},"b":1},`+
		`"deduplicationAction":{"count":3,"c":1},"delayAction":{"delayOption":"next-time","d":1}}`, string(back))
}

// S7: Update takes what Get returned, changed. A policy of a type that is not known can be changed
// as well.
func TestWhatGetReturnedIsChangedAndSent(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ read, sent string }{
		{
			`{"id":"p-1","type":"alert","name":"n","enabled":true,"message":"m","details":["a:b"],"customProperties":{"hours":"office"}}`,
			`{"id":"p-1","type":"alert","name":"new","message":"m","details":["a:b"],"customProperties":{"hours":"office"}}`,
		},
		{`{"id":"p-1","type":"oracle","name":"n","enabled":true,"depth":1}`, `{"id":"p-1","type":"oracle","name":"new","depth":1}`},
	} {
		_, err := apitest.Verify(t.Context(), open, changed(row.read, row.sent))
		require.NoError(t, err)
	}
}

func changed(read, sent string) row {
	return row{
		Name: "Update",
		Call: func(ctx context.Context, s service) (any, error) {
			got, err := s.Get(ctx, policy.Ref{ID: "p-1"})
			if err != nil {
				return nil, err
			}
			got.Value.Name, got.Value.Enabled = "new", services.Optional[bool]{}
			return s.Update(ctx, got.Value)
		},
		Exchange: apitest.Exchange{Send: "GET " + at + "/p-1", Answer: `{"data":` + read + `}`},
		Then:     []apitest.Exchange{{Send: "PUT " + at + "/p-1", Body: sent, Answer: `{"result":"Updated"}`}},
	}
}

// S7: the option leaves out what neither the policy nor its action has, at every depth.
func TestOnlyKnownMembersAreSent(t *testing.T) {
	t.Parallel()
	strict := func(rt http.RoundTripper) (service, error) {
		client, err := services.New(&http.Client{Transport: rt}, "https://api.opsgenie.com", wire.Codec{}, services.WithKnownMembersOnly())
		return policy.New(client), err
	}
	_, err := apitest.Verify(t.Context(), strict, row{
		Name: "Update",
		Call: func(ctx context.Context, s service) (any, error) {
			got, err := s.Get(ctx, policy.Ref{ID: "p-1"})
			if err != nil {
				return nil, err
			}
			return s.Update(ctx, got.Value)
		},
		Exchange: apitest.Exchange{
			Send: "GET " + at + "/p-1",
			Answer: `{"data":{"id":"p-1","type":"notification","name":"n","teamId":"t-1","suppress":true,"x":1,` +
				`"delayAction":{"delayOption":"next-time","y":1}}}`,
		},
		Then: []apitest.Exchange{{
			Send:   "PUT " + at + "/p-1?teamId=t-1",
			Body:   `{"id":"p-1","type":"notification","name":"n","teamId":"t-1","suppress":true,"delayAction":{"delayOption":"next-time"}}`,
			Answer: `{"result":"Updated"}`,
		}},
	})
	require.NoError(t, err)
}

// S8: members of the action are among the mismatches, at every depth.
func TestMismatchesOfAnActionAreListed(t *testing.T) {
	t.Parallel()
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Get",
		Call: func(ctx context.Context, s service) (any, error) {
			got, err := s.Get(ctx, policy.Ref{ID: "p-1"})
			if err == nil {
				assert.ElementsMatch(t, []services.Mismatch{
					{Path: "data.suppress", Got: "number"}, {Path: "data.delayAction.delayOption", Got: "array"},
				}, got.Meta.Mismatches)
			}
			return got, err
		},
		Exchange: apitest.Exchange{
			Send: "GET " + at + "/p-1", Answer: `{"data":{"type":"notification","name":"n","suppress":7,"delayAction":{"delayOption":[],"untilHour":1}}}`,
		},
	})
	require.NoError(t, err)
}

// S10: nothing is disabled because a member was left out, and what is optional can be cleared.
func TestOptionalMembersAreAbsentSetOrNull(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]policy.Policy{
		`{"type":"alert","name":"n","message":"m"}`:                 {Action: policy.Alert{Message: "m"}},
		`{"type":"alert","name":"n","enabled":false,"message":"m"}`: {Enabled: services.Set(false), Action: policy.Alert{Message: "m"}},
		`{"type":"alert","name":"n","timeRestrictions":null,"message":"m","alias":"","tags":[]}`: {
			TimeRestrictions: services.Null[shape.TimeRestriction](),
			Action:           policy.Alert{Message: "m", Alias: services.Set(""), Tags: services.Set([]string{})},
		},
		`{"type":"notification","name":"n","delayAction":null}`: {Action: policy.Notification{Delay: services.Null[policy.Delay]()}},
	} {
		p.Name = "n"
		sent, err := json.Marshal(p)
		require.NoError(t, err)
		assert.Equal(t, want, string(sent))
	}
}
