package archive

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// spoil changes the middle of a file.
func spoil(t *testing.T, name string) {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	text[len(text)/2] ^= 1
	require.NoError(t, os.WriteFile(name, text, 0o600))
}

func TestVerifyNamesEveryFileThatIsNotAsItWasWritten(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.fill()
	dir := filepath.Join(t.TempDir(), "export")
	_, err := Export(t.Context(), account.client(), dir, account.everything())
	require.NoError(t, err)
	v, err := Verify(t.Context(), dir)
	require.NoError(t, err)
	assert.Empty(t, v.Broken)
	assert.Empty(t, v.Extra)
	assert.Empty(t, v.Dangling)
	assert.Greater(t, v.References, 100)

	a := opened(t, dir)
	var team, alert Entry
	for _, e := range a.Entries {
		switch {
		case e.Kind == teams:
			team = e
		case len(e.Files) > 0 && e.Kind == "alerts":
			alert = e
		}
	}
	spoil(t, filepath.Join(dir, team.File))
	require.NoError(t, os.Remove(filepath.Join(dir, alert.Files[0].File)))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "teams", "mine.json"), nil, 0o600))
	v, err = Verify(t.Context(), dir)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{team.File, alert.Files[0].File}, named(v.Broken))
	assert.Equal(t, []string{"teams/mine.json"}, v.Extra)

	spoil(t, filepath.Join(dir, indexFile))
	_, err = Verify(t.Context(), dir)
	require.ErrorIs(t, err, ErrBroken)
	require.ErrorContains(t, err, indexFile)
	require.NoError(t, os.WriteFile(filepath.Join(dir, manifestFile), []byte("{"), 0o600))
	_, err = Verify(t.Context(), dir)
	require.ErrorIs(t, err, ErrBroken)
	require.ErrorContains(t, err, manifestFile)
	_, err = Verify(t.Context(), t.TempDir())
	require.ErrorContains(t, err, "it is not an export")
}

// named returns the files that errors name.
func named(errs []error) (files []string) {
	for _, err := range errs {
		files = append(files, strings.Split(err.Error(), ": ")[1])
	}
	return files
}

func TestVerifyNamesReferencesThatLeadNowhere(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.people()
	account.call("POST", "/v2/teams", `{"name":"Ops","members":[{"user":{"username":"ada@example.com"}}]}`)
	account.call("POST", "/v2/schedules", `{"name":"Ops","ownerTeam":{"name":"Gone"},"rotations":[{"name":"days","startDate":"2026-01-05T08:00:00Z",`+
		`"type":"weekly","participants":[{"type":"user","username":"nobody@example.com"},{"type":"none"}]}]}`)
	account.call("POST", "/v2/alerts", `{"message":"m","responders":[{"type":"team","name":"Gone"}]}`)
	dir := filepath.Join(t.TempDir(), "export")
	_, err := Export(t.Context(), account.client(), dir, account.everything())
	require.NoError(t, err)
	v, err := Verify(t.Context(), dir)
	require.NoError(t, err)
	var lines []string
	for _, d := range v.Dangling {
		lines = append(lines, regexp.MustCompile(` \([0-9a-f-]+\)`).ReplaceAllString(d.String(), ""))
	}
	assert.ElementsMatch(t, []string{
		"schedules/Ops: refers to teams/Gone: it is not in the export",
		"schedules/Ops: refers to users/nobody@example.com: it is not in the export",
	}, lines)
	assert.Equal(t, 3, v.Gone, "the responder of the alert, which owns it, and the integration that made it")
}

func TestDiffNamesTheMembersThatChanged(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.people()
	id := account.call("POST", "/v2/schedules", `{"name":"Ops","rotations":[{"name":"days","startDate":"2026-01-05T08:00:00Z",`+
		`"type":"weekly","participants":[{"type":"user","username":"ada@example.com"}]}]}`)
	account.call("POST", "/v2/teams", `{"name":"Old"}`)
	before := exported(t, account, "before")
	account.call("PATCH", "/v2/schedules/"+id, `{"timezone":"Europe/Paris","rotations":[{"name":"days","startDate":"2026-01-05T08:00:00Z",`+
		`"type":"weekly","participants":[{"type":"user","username":"alan@example.com"}]}]}`)
	account.call("DELETE", "/v2/teams/Old?identifierType=name", "")
	account.call("POST", "/v2/teams", `{"name":"New"}`)
	changes, err := Diff(t.Context(), before, exported(t, account, "after"))
	require.NoError(t, err)
	var lines []string
	for _, c := range changes {
		lines = append(lines, c.String())
	}
	assert.Equal(t, []string{
		"added teams/New", "removed teams/Old",
		"changed schedules/Ops: rotations[0].participants[0], timezone",
	}, lines)
}
