package archive_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/simulate"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/user"
)

var update = flag.Bool("update", false, "write the outputs in docs/export.md that differ")

// The sessions in docs/export.md print what they show. Each command line runs against a
// simulated account; the accounts are different ones before and after a line <!-- account 2 -->,
// and <!-- forbid ROUTE --> makes that one refuse a route.
func TestTheSessionsInTheDocsAreTrue(t *testing.T) {
	t.Parallel()
	const name = "../../../../docs/export.md"
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	got := newReplay(t).run(string(text))
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(got), 0o600))
	}
	assert.Equal(t, string(text), got, "write the outputs by: make cli-docs")
}

// A replay runs the sessions of a document.
type replay struct {
	shell

	home     string
	accounts map[string]*opsgenietest.Server
	commands int
}

func newReplay(t *testing.T) *replay {
	t.Helper()
	r := &replay{home: t.TempDir(), accounts: map[string]*opsgenietest.Server{}}
	for _, name := range []string{"1", "2"} {
		now := func() time.Time { return time.Date(2026, time.November, 30, 9, 0, 0, 0, time.UTC) }
		server := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(now))
		r.accounts[name] = server
	}
	require.NoError(t, simulate.FillOpsgenie(t.Context(), r.accounts["1"]))
	client, err := opsgenie.New(r.accounts["2"].Key, opsgenie.WithBaseURL(r.accounts["2"].URL))
	require.NoError(t, err)
	for _, name := range []string{"alice", "bob"} { // carol is missing
		text, err := r.accounts["1"].Peek("/v2/users/" + name + "@example.com")
		require.NoError(t, err)
		var u user.User
		require.NoError(t, json.Unmarshal(text, &u))
		_, err = client.Users.Create(t.Context(), user.CreateRequest{
			Username: u.Username, FullName: u.FullName, Role: user.Role{Name: u.Role.Name}, TimeZone: u.TimeZone,
		})
		require.NoError(t, err)
	}
	client.CloseIdleConnections()
	r.shell = shell{t: t, server: r.accounts["1"]}
	return r
}

func (r *replay) run(text string) string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		command, is := strings.CutPrefix(line, "$ tripware opsgenie ")
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case !inside:
			r.prepare(line)
		case is:
			b.WriteString(line + "\n" + r.command(command))
			continue
		default:
			continue // the output as it was
		}
		b.WriteString(line + "\n")
	}
	require.Positive(r.t, r.commands)
	return b.String()
}

// prepare follows a comment.
func (r *replay) prepare(line string) {
	text, _ := strings.CutPrefix(line, "<!-- ")
	text = strings.TrimSuffix(text, " -->")
	if number, is := strings.CutPrefix(text, "account "); is {
		r.server = r.accounts[number]
	}
	if route, is := strings.CutPrefix(text, "forbid "); is {
		r.server.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 403, Route: route, Times: opsgenietest.Always})
	}
}

// command runs a command line. Words that are no flag and no command are folders.
func (r *replay) command(line string) string {
	r.commands++
	args := strings.Fields(line)
	for i, arg := range args {
		if strings.HasPrefix(arg, "acme") {
			args[i] = filepath.Join(r.home, arg)
		}
	}
	code, out, errs := r.shell.run(context.WithoutCancel(r.t.Context()), args...)
	printed := strings.ReplaceAll(errs+out, r.home+string(filepath.Separator), "")
	if progress, failure, failed := strings.Cut(errs, "tripware: "); failed { // the error comes last
		printed = strings.ReplaceAll(progress+out+"tripware: "+failure, r.home+string(filepath.Separator), "")
	}
	if code != 0 {
		printed += fmt.Sprintf("[exit code %d]\n", code)
	}
	return printed
}
