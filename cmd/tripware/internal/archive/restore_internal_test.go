package archive

import (
	"context"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// usersOnly creates the users and their contacts of people.
func (a *account) usersOnly() {
	a.people()
	for _, name := range []string{"ada", "alan", "grace", "hedy/x"} {
		at := "/v2/users/" + url.PathEscape(name+"@example.com") + "/notification-rules"
		text, err := a.Peek(at)
		require.NoError(a.t, err)
		rules, err := rowsIn(resource{}, text)
		require.NoError(a.t, err)
		for _, rule := range rules {
			a.call("DELETE", at+"/"+textOf(member(rule, "id")), "")
		}
	}
}

func TestARestoredAccountDiffersOnlyInWhatIsNamed(t *testing.T) {
	t.Parallel()
	was, is := newAccount(t), newAccount(t)
	was.fill()
	is.clock.Store(was.clock.Load())
	is.usersOnly()
	before := exported(t, was, "before")
	o := RestoreOptions{Parallel: 4, now: was.everything().now}
	done, err := Restore(t.Context(), is.client(), before, o)
	require.NoError(t, err)
	assert.Empty(t, done.Weakened)
	assert.Empty(t, done.Skipped)
	assert.Len(t, done.Notes, 2, "the keys of integrations")

	after := exported(t, is, "after")
	changes, err := Diff(t.Context(), before, after)
	require.NoError(t, err)
	for _, c := range changes {
		switch {
		case slices.Contains([]string{policiesV1, "forwarding-rules", "saved-searches", "user-saved-searches", "services", "incident-templates"}, c.Kind):
			assert.Equal(t, "removed", c.How, c) // kinds that are not restored
		case c.Kind == schedules:
			assert.Equal(t, []string{"overrides"}, c.Paths, c)
		default:
			t.Errorf("%v", c)
		}
	}
	same, err := Diff(t.Context(), before, before)
	require.NoError(t, err)
	assert.Empty(t, same)

	again, err := Restore(t.Context(), is.client(), before, o)
	require.NoError(t, err)
	assert.Zero(t, again.Created, again.Done)
	twice, err := Diff(t.Context(), after, exported(t, is, "twice"))
	require.NoError(t, err)
	assert.Empty(t, twice)
}

func TestADryRunChangesNothingAndSaysWhatItWouldDo(t *testing.T) {
	t.Parallel()
	was, is := newAccount(t), newAccount(t)
	was.fill()
	is.usersOnly()
	before := exported(t, was, "before")
	sent := is.Received()
	dry, err := Restore(t.Context(), is.client(), before, RestoreOptions{DryRun: true, now: was.everything().now})
	require.NoError(t, err)
	for _, r := range is.Requests()[sent:] {
		assert.Equal(t, "GET", r.Method, r.Path)
	}
	done, err := Restore(t.Context(), is.client(), before, RestoreOptions{now: was.everything().now})
	require.NoError(t, err)
	assert.Equal(t, done, dry)
}

func TestARotationAndATeamNeverLoseEverybody(t *testing.T) {
	t.Parallel()
	was, is := newAccount(t), newAccount(t)
	was.people()
	is.people()
	rotation := `{"name":"days","startDate":"2026-01-05T08:00:00Z","type":"weekly","participants":[`
	was.call("POST", "/v2/users", `{"username":"gone@example.com","fullName":"g","role":{"name":"user"}}`)
	was.call("POST", "/v2/schedules", `{"name":"Ops","rotations":[`+rotation+`{"type":"user","username":"gone@example.com"}]}]}`)
	was.call("POST", "/v2/schedules", `{"name":"New","rotations":[`+rotation+`{"type":"user","username":"gone@example.com"},`+
		`{"type":"user","username":"ada@example.com"}]}]}`)
	was.call("POST", "/v2/escalations", `{"name":"E","rules":[{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":5},`+
		`"recipient":{"type":"user","username":"gone@example.com"}}]}`)
	was.call("POST", "/v2/teams", `{"name":"T","members":[{"user":{"username":"gone@example.com"}},{"user":{"username":"ada@example.com"}}]}`)
	was.call("POST", "/v2/teams", `{"name":"U","members":[{"user":{"username":"gone@example.com"}}]}`)
	is.call("POST", "/v2/teams", `{"name":"U","members":[{"user":{"username":"alan@example.com"}}]}`)
	is.call("POST", "/v2/schedules", `{"name":"Ops","rotations":[`+rotation+`{"type":"user","username":"alan@example.com"}]}]}`)
	done, err := Restore(t.Context(), is.client(), exported(t, was, "before"), RestoreOptions{})
	require.NoError(t, err)
	assert.Equal(t, []string{
		"schedules/New: rotation days: a turn is left to nobody: user gone@example.com does not exist here",
		"schedules/Ops: rotation days: it keeps its participants: none of those of the export is here",
		"teams/T: member: user gone@example.com does not exist here",
		"teams/U: member: user gone@example.com does not exist here",
	}, done.Weakened)
	assert.Equal(t, []string{"escalations/E: none of its recipients is here"}, done.Skipped)
	text, err := is.Peek("/v2/schedules/Ops?identifierType=name")
	require.NoError(t, err)
	assert.Contains(t, string(text), `"username":"alan@example.com"`)
	for team, member := range map[string]string{"T": "ada", "U": "alan"} {
		text, err := is.Peek("/v2/teams/" + team + "?identifierType=name")
		require.NoError(t, err)
		assert.Contains(t, string(text), member+"@example.com", "members of %s", team)
	}
}

func TestABrokenExportIsRefusedBeforeAnythingIsChanged(t *testing.T) {
	t.Parallel()
	was, is := newAccount(t), newAccount(t)
	was.fill()
	dir := exported(t, was, "before")
	a := opened(t, dir)
	i := slices.IndexFunc(a.Entries, func(e Entry) bool { return e.Kind == schedules })
	spoil(t, filepath.Join(dir, a.Entries[i].File))
	_, err := Restore(t.Context(), is.client(), dir, RestoreOptions{})
	require.ErrorIs(t, err, ErrBroken)
	require.ErrorContains(t, err, a.Entries[i].File)
	assert.Zero(t, is.Received())
}

func TestAnInterruptedRestorationSaysSo(t *testing.T) {
	t.Parallel()
	was := newAccount(t)
	was.people()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := Restore(ctx, was.client(), exported(t, was, "before"), RestoreOptions{})
	require.ErrorIs(t, err, ErrInterrupted)
	assert.True(t, strings.HasPrefix(err.Error(), "interrupted: run the same command again"), err)
}

func TestOrdersAndCirclesAreRestored(t *testing.T) {
	t.Parallel()
	was, is := newAccount(t), newAccount(t)
	was.people()
	is.people()
	for _, name := range []string{"one", "two", "three"} {
		was.call("POST", "/v2/policies", `{"type":"alert","name":"`+name+`","message":"m"}`)
	}
	is.call("POST", "/v2/policies", `{"type":"alert","name":"three","message":"m"}`)
	rule := `{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":5},"recipient":{"type":`
	ada := rule + `"user","username":"ada@example.com"}}`
	first := was.call("POST", "/v2/escalations", `{"name":"first","rules":[`+ada+`]}`)
	was.call("POST", "/v2/escalations", `{"name":"second","rules":[`+ada+`,`+rule+`"escalation","name":"first"}}]}`)
	was.call("PATCH", "/v2/escalations/"+first, `{"rules":[`+ada+`,`+rule+`"escalation","name":"second"}}]}`)
	before := exported(t, was, "before")
	done, err := Restore(t.Context(), is.client(), before, RestoreOptions{})
	require.NoError(t, err)
	assert.Empty(t, done.Weakened)
	changes, err := Diff(t.Context(), before, exported(t, is, "after"))
	require.NoError(t, err)
	assert.Empty(t, changes)
}
