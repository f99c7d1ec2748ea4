package policy_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/policy"
)

// S7, S8: any object that is read as a policy or a part of one is written back as it came.
func TestWhatIsReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	type client struct {
		Global *policy.Service
		Teams  *policy.TeamService
	}
	apitest.Lossless(t, &client{}, 12,
		policy.AutoRestart{}, policy.AutoClose{}, policy.Deduplication{}, policy.Delay{}, policy.TimeOfDay{})
}

// S7: a policy is written as it was read, whatever its type, but for the case of a known type.
func TestAPolicyIsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	for read, written := range map[string]string{
		`{"type":"ALERT","message":"m"}`: `{"type":"alert","message":"m"}`, `{"type":"Notification"}`: `{"type":"notification"}`,
		fullText: "", `{"type":"notification",` + quietText: "", `{}`: "", `{"type":null}`: "", `{"type":7,"message":"m"}`: "", `{"type":"ORACLE","depth":9007199254740993}`: "",
		`{"type":"alert","message":null,"alias":"","tags":null,"responders":["r-1",{"type":"moon","x":1}],"details":{"a":7},"enabled":"yes","filter":null,"order":0.0,"id":null}`: "",
		`{"type":"alert","filter":{"type":"match-all"},"timeRestriction":{"enabled":"x","timeRestrictions":[{"startHour":"8","more":[]}],"appliedTimeZone":null}}`:                "",
		`{"type":"notification","delayAction":{"delayOption":7,"delayTime":{"hours":8.5,"x":{}},"waitDuration":"0"},"suppress":null,"autoCloseAction":{"y":[1]}}`:                 "",
	} {
		var p policy.Policy
		require.NoError(t, json.Unmarshal([]byte(read), &p), read)
		back, err := json.Marshal(p)
		require.NoError(t, err)
		if written == "" {
			written = read
		}
		assert.JSONEq(t, written, string(back))
	}
	require.Error(t, json.Unmarshal([]byte(`[]`), new(policy.Policy)))
}

// S7: Update sends what Get returned, changed, in the words of a request: without what the server
// sets of a global policy, without null, and with the list that a filter must have.
func TestWhatGetReturnedIsChangedAndSent(t *testing.T) {
	t.Parallel()
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Update",
		Call: func(ctx context.Context, s service) (any, error) {
			got, err := s.Get(ctx, "p-1")
			if err != nil {
				return nil, err
			}
			got.Value.Name = "new"
			return s.Update(ctx, got.Value)
		},
		Exchange: answered("GET "+at+"/p-1", 200, `{"id":"p-1","type":"ALERT","name":"n","teamId":null,"enabled":"yes","order":"1","filter":{"type":"match-all","more":1},`+
			`"timeRestriction":null,"message":"m","priorityValue":null,"responders":["r-1"],"details":{"hours":7},"customProperties":{"hours":"office"}}`),
		Then: []apitest.Exchange{{
			Send: "PUT " + prefix + at + "/p-1", Answer: `{"id":"p-1"}`,
			Body: `{"type":"alert","name":"new","enabled":"yes","filter":{"type":"match-all","conditions":[],"more":1},` +
				`"message":"m","responders":["r-1"],"details":{"hours":7},"customProperties":{"hours":"office"}}`,
		}},
	})
	require.NoError(t, err)
}

// S7: what came in another form than expected is sent as it came, so that it is not missing.
func TestWhatIsKeptIsNotMissing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"id":"p","type":"alert","name":7,"teamId":"t","enabled":"yes","timeRestriction":{"enabled":"x","timeRestrictions":7},"message":7}`,
		`{"id":"p","type":"notification","name":7,"teamId":"t","enabled":1,"autoRestartAction":{"waitDuration":"5","durationFormat":1,"maxRepeatCount":0},` +
			`"autoCloseAction":{"waitDuration":[],"durationFormat":{}},"deduplicationAction":{"deduplicationActionType":1},"delayAction":{"delayOption":1}}`,
		`{"id":"p","type":7,"name":7,"teamId":"t"}`,
	} {
		_, err := apitest.Verify(t.Context(), openTeam, teamRow{
			Name: "Update",
			Call: func(ctx context.Context, s teamService) (any, error) {
				got, err := s.Get(ctx, policy.Ref{ID: "p", TeamID: "t"})
				if err != nil {
					return nil, err
				}
				return s.Update(ctx, got.Value)
			},
			Exchange: answered("GET /v1/teams/t/policies/p", 200, text),
			Then:     []apitest.Exchange{{Send: "PUT " + prefix + "/v1/teams/t/policies/p", Body: text, Answer: `{"id":"p"}`}},
		})
		require.NoError(t, err)
	}
}

// S8: members of the action are among the mismatches, at every depth.
func TestMismatchesOfAnActionAreListed(t *testing.T) {
	t.Parallel()
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Get",
		Call: func(ctx context.Context, s service) (any, error) {
			got, err := s.Get(ctx, "p-1")
			if err == nil {
				assert.ElementsMatch(t, []services.Mismatch{{Path: "suppress", Got: "number"}, {Path: "delayAction.delayTime.hours", Got: "array"}}, got.Meta.Mismatches)
			}
			return got, err
		},
		Exchange: answered("GET "+at+"/p-1", 200, `{"type":"NOTIFICATION","suppress":7,"delayAction":{"delayTime":{"hours":[]}}}`),
	})
	require.NoError(t, err)
}

// S10: nothing is disabled because a member was left out, and what is optional can be cleared.
func TestOptionalMembersAreAbsentSetOrNull(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]policy.Policy{
		`{"type":"alert","name":"n","message":"m"}`: {Action: policy.Alert{Message: "m"}},
		`{"type":"alert","name":"n","enabled":false,"timeRestriction":null,"message":"m","alias":"","tags":[]}`: {
			Enabled: services.Set(false), TimeRestriction: services.Null[policy.TimeRestriction](),
			Action: policy.Alert{Message: "m", Alias: services.Set(""), Tags: services.Set([]string{})},
		},
		`{"type":"notification","name":"n","delayAction":null}`: {Action: policy.Notification{Delay: services.Null[policy.Delay]()}},
	} {
		p.Name = "n"
		sent, err := json.Marshal(p)
		require.NoError(t, err)
		assert.Equal(t, want, string(sent))
	}
}
