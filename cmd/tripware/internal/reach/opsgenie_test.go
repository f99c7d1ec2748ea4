package reach_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/ops"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// Each operation of Opsgenie is reached by its name, and the simulation, which is strict,
// accepts what is sent.
func TestEveryOperationOfOpsgenieIsReached(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithPlan("Enterprise"))
	_, err := s.SaveUserSearch("mine", "role:user", "ada@example.com")
	require.NoError(t, err)
	env := map[string]string{cli.EnvOpsgenieKey: s.Key, cli.EnvOpsgenieURL: s.URL}
	kept, reached := map[string]string{}, map[string]bool{}
	for _, l := range read(t, "testdata/opsgenie.txt", ops.Opsgenie()) {
		before := s.Received()
		l.fill(kept)
		printed := l.run(t, "opsgenie", env)
		sent := s.Requests()[before:]
		assert.NotEmpty(t, sent, "line %d", l.number)
		if l.op.Kind != ops.List { // whose pages are one request each
			assert.Len(t, sent, 1, "line %d", l.number)
		}
		for _, r := range sent {
			assert.Equal(t, unnamed(l.op.Route()), unnamed(r.Route), "line %d", l.number)
			assert.Less(t, r.Status, 300, "line %d", l.number)
		}
		l.save(t, printed, kept)
		reached[l.op.String()] = true
	}
	for _, o := range ops.Opsgenie() {
		assert.True(t, reached[o.String()], "%s is not in the script", o)
	}
	assert.Len(t, reached, 226)
}
