package report_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/archive"
	"github.com/tripware/tripware/cmd/tripware/internal/report"
)

var update = flag.Bool("update", false, "write the golden files in testdata, and moving.tsv, afresh")

// made returns the report of the sample.
func made(t *testing.T) *report.Report {
	t.Helper()
	s, counts := account()
	r, err := report.Make(s.manifest(counts...), s.rows(t))
	require.NoError(t, err)
	return r
}

// The table of rules is the one of the services.
func TestTheRulesAreThoseOfTheServices(t *testing.T) {
	t.Parallel()
	theirs, err := os.ReadFile("../../../../services/jsm/testdata/moving.tsv")
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("moving.tsv", theirs, 0o600))
	}
	ours, err := os.ReadFile("moving.tsv")
	require.NoError(t, err)
	equal := bytes.Equal(theirs, ours) // a difference of two tables is not worth printing
	assert.True(t, equal, "moving.tsv is not the table of services/jsm; copy it by: go test ./internal/report -run Rules -update")
	assert.Equal(t, 226+1, bytes.Count(ours, []byte("\n")), "a line for each operation, below the names of the columns")
}

func TestTheReportIsAsItWas(t *testing.T) {
	t.Parallel()
	r := made(t)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"report.json": func(b *bytes.Buffer) error { return r.WriteJSON(b) },
		"report.html": func(b *bytes.Buffer) error { return r.WriteHTML(b) },
	} {
		var got bytes.Buffer
		require.NoError(t, write(&got))
		file := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(file, got.Bytes(), 0o600))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(want), got.String(), "write it by: go test ./internal/report -run AsItWas -update")
	}
}

// What an export says is text, and keys are not shown.
func TestThePageEscapesNamesAndShowsNoKeys(t *testing.T) {
	t.Parallel()
	var page, object bytes.Buffer
	r := made(t)
	require.NoError(t, r.WriteHTML(&page))
	require.NoError(t, r.WriteJSON(&object))
	assert.NotContains(t, page.String(), "<script")
	assert.NotContains(t, page.String(), "<img")
	assert.Contains(t, page.String(), "&lt;script&gt;alert(1)&lt;/script&gt;")
	assert.Contains(t, page.String(), "Acme &amp; Söhne")
	for _, text := range []string{page.String(), object.String()} {
		assert.NotContains(t, text, "key-that-must-not-appear")
	}
	for _, foreign := range []string{"src=", "url(", "@import", "<link", "http:"} {
		rest := strings.ReplaceAll(page.String(), "url(#lines)", "")
		if foreign == "src=" {
			rest = strings.ReplaceAll(rest, "&lt;img src=x", "")
		}
		assert.NotContains(t, rest, foreign, "the page needs no other file")
	}
}

// find returns the item of a kind with a name, wherever it is.
func find(t *testing.T, r *report.Report, kind, name string) (found report.Item) {
	t.Helper()
	var walk func(all []report.Item)
	walk = func(all []report.Item) {
		for _, it := range all {
			if it.Kind == kind && it.Name == name {
				found = it
			}
			walk(it.Parts)
		}
	}
	for _, team := range r.Teams {
		walk(team.Items)
	}
	walk(r.Items)
	walk(r.People)
	require.Equal(t, kind, found.Kind, "%s is not in the report", name)
	return found
}

func TestWhatBecomesOfEach(t *testing.T) {
	t.Parallel()
	r := made(t)
	for _, row := range []struct {
		kind, name string
		fate       report.Fate
		changes    []string // the fields and the first words of the reasons
	}{
		{"teams", "Storage", report.ByHand, []string{"members: Ada@example.com (admin), u9 (user). Use the Atlassian Teams API"}},
		{"teams", "Network", report.ByHand, nil},
		{"teams/roles", "lead", report.Moves, nil},
		{"teams/routing-rules", "urgent", report.ByHand, nil},
		{"users", "bob@example.com", report.Gone, nil},
		{"users/contacts", "44-2079460000", report.ByHand, nil},
		{"users/notification-rules/steps", "email ada@example.com", report.ByHand, nil},
		{"schedules", "Storage on call", report.Moves, nil},
		{"schedules/rotations", "days", report.Moves, nil},
		{"schedules/rotations", "nights", report.ByHand, []string{`participants[0]: the export has no user`, `participants[2]: the export has no team`}},
		{"schedules/overrides", "swap", report.ByHand, []string{"alias: there is no such member"}},
		{"schedules", "Odd", report.ByHand, []string{"mode: the member is not known", "ownerTeam: the export has no team"}},
		{"escalations", "Ladder", report.ByHand, []string{"rules[0].delay: 0s becomes 1 min", `rules[1].recipient: the kind "escalation"`}},
		{"escalations", "Plain", report.Moves, nil},
		{"heartbeats", "backup", report.Moves, nil},
		{"heartbeats", "orphan", report.ByHand, []string{"ownerTeam: a heartbeat belongs to a team"}},
		{"heartbeats", "torn", report.ByHand, []string{": it has another form than is known"}},
		{"integrations", "Datadog", report.ByHand, nil},
		{"alert-policies", "Tag", report.ByHand, nil},
		{"policies-v1", "Old", report.Gone, nil},
		{"services", "Checkout", report.ByHand, nil},
		{"user-roles", "auditor", report.ByHand, nil},
		{"robots", "of a newer program", report.ByHand, nil},
	} {
		it := find(t, r, row.kind, row.name)
		assert.Equal(t, row.fate, it.Fate, row.name)
		if assert.Len(t, it.Changes, len(row.changes), "%s: %v", row.name, it.Changes) {
			for i, c := range it.Changes {
				assert.True(t, strings.HasPrefix(c.Field+": "+c.Reason, row.changes[i]), "%s: %s", c.Field, c.Reason)
			}
		}
	}
	assert.Equal(t, []string{"Ada@example.com"}, find(t, r, "schedules/rotations", "days").Users)
	assert.Equal(t, map[string]int{"create": 2}, r.Integrations[0].Actions)
	assert.Equal(t, []string{"Storage", "Network"}, []string{r.Integrations[0].Team, r.Integrations[1].Team})
}

// Each resource of the configuration is in one place, once.
func TestTheTotalsAreThoseOfTheItems(t *testing.T) {
	t.Parallel()
	r := made(t)
	var got report.Total
	var count func(all []report.Item, into *report.Total)
	count = func(all []report.Item, into *report.Total) {
		for _, it := range all {
			into.Count++
			switch it.Fate {
			case report.Moves:
				into.Moves++
			case report.ByHand:
				into.ByHand++
			case report.Gone:
				into.None++
			}
			count(it.Parts, into)
		}
	}
	for _, team := range r.Teams {
		var own report.Total
		count(team.Items, &own)
		assert.Equal(t, team.Total, own, team.Name)
		count(team.Items, &got)
	}
	count(slices.Concat(r.Items, r.People), &got)
	assert.Equal(t, r.Total, got)
	assert.Positive(t, got.Moves)
	assert.Positive(t, got.None)
}

// A manifest and files that disagree are a broken export.
func TestCountsThatDisagreeAreRefused(t *testing.T) {
	t.Parallel()
	s, counts := account()
	for i, want := range []string{"2 account, and the files hold 1", "4 teams, and the files hold 3"} {
		wrong := slices.Clone(counts)
		wrong[i].Rows++
		_, err := report.Make(s.manifest(wrong...), s.rows(t))
		require.ErrorIs(t, err, archive.ErrBroken)
		assert.ErrorContains(t, err, want)
	}
	_, err := report.Make(s.manifest(append(counts, archive.KindCount{Kind: "calls", Parts: map[string]int{"x": 2}})...), s.rows(t))
	assert.ErrorContains(t, err, fmt.Sprintf("it counts %d %s, and the files hold none", 2, "calls/x"))
}

// A reference into a kind that the export does not have in full is not taken for a broken one.
func TestWhatWasNotReadIsNotMissed(t *testing.T) {
	t.Parallel()
	s, counts := account()
	m := s.manifest(counts...)
	m.Missing = append(m.Missing, archive.Missing{Kind: "users", Part: "list", Status: 403, Reason: "403 Forbidden"})
	r, err := report.Make(m, s.rows(t))
	require.NoError(t, err)
	it := find(t, r, "schedules/rotations", "nights")
	require.Len(t, it.Changes, 1, "%v", it.Changes)
	assert.Equal(t, "participants[2]", it.Changes[0].Field)
	assert.Equal(t, []string{"gone@example.com"}, it.Users)
}
