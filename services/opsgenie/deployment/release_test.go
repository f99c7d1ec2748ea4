package deployment_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
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
		`{"type":"bbc","repository":{"workspace":{"identifier":"shop"},"repoSlug":"checkout"},"commit":{"sha":"4f1d2c3","author":"ada"}}`,
		`{"type":7,"commit":[]}`,
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
	require.Error(t, json.Unmarshal([]byte(`"v1"`), &release), "it is not an object")
}

// S8: a member of an unexpected type costs neither the release nor its other members.
func TestAReleaseTellsItsMismatches(t *testing.T) {
	t.Parallel()
	var release deployment.Release
	require.NoError(t, json.Unmarshal([]byte(`{"type":"bbc","repository":{"workspace":"shop","repoSlug":"checkout"},"commit":{"sha":7}}`), &release))
	assert.Equal(t, "checkout", release.Repository())
	assert.ElementsMatch(t, []services.Mismatch{{Path: "repository.workspace", Got: "string"}, {Path: "commit.sha", Got: "number"}}, release.Mismatches())
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
