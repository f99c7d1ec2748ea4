package deployment_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/deployment"
)

func TestAReleaseIsSentBackAsItCame(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"type":"bbc","repository":{"workspace":{"identifier":"shop","type":"name"},"repoSlug":"checkout"},"commit":{"sha":"4f1d2c3"}}`,
		`{"type":"bbc","repository":{"workspace":{"identifier":"shop"},"repoSlug":"checkout"},"commit":{"sha":"4f1d2c3"}}`,
		`{"type":"hub","tag":7,"repository":"of another shape"}`,
		`{"without":"a type"}`,
		`{"type":"bbc","repository":{"repoSlug":"checkout"}}`,
	} {
		var release deployment.Release
		require.NoError(t, json.Unmarshal([]byte(text), &release), text)
		assert.False(t, release.IsZero(), text)
		back, err := json.Marshal(release)
		require.NoError(t, err, text)
		assert.Equal(t, text, string(back))
	}
}

func TestAReleaseTellsWhatItIs(t *testing.T) {
	t.Parallel()
	release := deployment.BitbucketCloud(deployment.WorkspaceByUUID("{7a}"), "checkout", "4f1d2c3")
	assert.Equal(t, deployment.KindBitbucketCloud, release.Kind())
	assert.Equal(t, "{7a}", release.Workspace().Identifier())
	assert.Equal(t, "checkout", release.Repository())
	assert.Equal(t, "4f1d2c3", release.Commit())
}

func TestAReleaseThatIsNoneCannotBeSent(t *testing.T) {
	t.Parallel()
	var release deployment.Release
	require.NoError(t, json.Unmarshal([]byte(`null`), &release))
	assert.True(t, release.IsZero())
	_, err := json.Marshal(release)
	require.ErrorContains(t, err, "deployment: write release: it lacks its repository or commit")
	require.ErrorContains(t, json.Unmarshal([]byte(`{"type":"bbc","commit":7}`), &release), "deployment: read release: ")
}

func FuzzRelease(f *testing.F) {
	f.Add(`{"type":"bbc","repository":{"workspace":{"identifier":"shop","type":"name"},"repoSlug":"checkout"},"commit":{"sha":"4f1d2c3"}}`)
	f.Add(`{"type":"hub","tag":7}`)
	f.Fuzz(func(t *testing.T, text string) {
		var release, again deployment.Release
		if json.Unmarshal([]byte(text), &release) != nil || release.IsZero() {
			return
		}
		back, err := json.Marshal(release)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(back, &again))
		require.Equal(t, release.Kind(), again.Kind())
		require.Equal(t, release.Commit(), again.Commit())
	})
}
