package ops

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/transport/redact"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each operation has a command of its own, with a flag for each parameter that no other flag
// hides. None is a secret: the token of a page is a position.
func TestEachOperationIsACommandWithItsFlags(t *testing.T) {
	t.Parallel()
	for vendor, all := range map[string][]Operation{"opsgenie": Opsgenie(), "jsm": JSM()} {
		session := &cli.Session{Env: cli.System()}
		set := &Set{Operations: all, Session: session}
		var words []string
		for _, o := range all {
			words = append(words, o.Group())
		}
		parent := cli.Group(&cobra.Command{Use: vendor})
		session.Bind(parent)
		parent.AddCommand(set.Commands(words)...)
		for _, o := range all {
			c, rest, err := parent.Find([]string{o.Group(), o.Command()})
			require.NoError(t, err, o)
			require.Empty(t, rest, o)
			require.Equal(t, o.Command(), c.Name(), o)
			assert.Contains(t, c.Short, o.Path, "two operations have one name")
			flags := map[string]bool{}
			for _, p := range o.Params {
				twice := o.Service == "Policies" && p.Name == "teamId" // it is sent at both places
				assert.True(t, twice || !flags[p.Flag()], "%s: two parameters are --%s", o, p.Flag())
				flags[p.Flag()] = true
				assert.True(t, !redact.SecretName(p.Name) || p.Name == "pageToken", "%s: a secret is no flag: --%s", o, p.Flag())
				flag := c.Flags().Lookup(p.Flag())
				require.NotNil(t, flag, "%s --%s", o, p.Flag())
				assert.True(t, twice || strings.HasPrefix(flag.Usage, string(p.Place)+" "+p.Name), "%s: --%s has another meaning", o, p.Flag())
				assert.Nil(t, parent.PersistentFlags().Lookup(p.Flag()), "%s: --%s hides a flag of all commands", o, p.Flag())
			}
		}
	}
}

func TestNamesOfCommands(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"ScheduleOverrides": "schedule-overrides", "ExportUserICS": "export-user-ics", "PoliciesV1": "policies-v1",
		"List": "list", "policyDescription": "policy-description", "timezone": "timezone",
	} {
		assert.Equal(t, want, kebab(name))
	}
}

func TestTimesOfFlags(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"now": "2026-11-28T09:00:00Z", "+4h": "2026-11-28T13:00:00Z", "-30m": "2026-11-28T08:30:00Z",
		"2026-11-28T10:00:00+01:00": "2026-11-28T09:00:00Z",
		"2026-11-28T10:00:00.5Z":    "2026-11-28T10:00:00.5Z",
	} {
		got, err := parseTime(text, now)
		require.NoError(t, err, text)
		assert.Equal(t, want, got)
	}
	for _, text := range []string{"", "4h", "+4 hours", "tomorrow", "2026-13-01"} {
		_, err := parseTime(text, now)
		assert.Error(t, err, text)
	}
}

// A page may be an array, an object around one, or any other object, which is then the row.
func TestRowsOfAPage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`[1, 2]`:                             {"1", "2"},
		`[]`:                                 {},
		`{"offset": "x", "logs": [{"a":1}]}`: {`{"a":1}`},
		`{"a": [1], "b": [2]}`:               {`{"a": [1], "b": [2]}`},
		`{"a": 1}`:                           {`{"a": 1}`},
	} {
		var r rows
		require.NoError(t, r.UnmarshalJSON([]byte(text)))
		got := []string{}
		for _, row := range r {
			got = append(got, string(row))
		}
		assert.True(t, slices.Equal(want, got), "%s: %v", text, got)
	}
}
