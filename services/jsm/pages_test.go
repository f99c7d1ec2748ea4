package jsm_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/jsm/wire"
)

var update = flag.Bool("update", false, "write the tables of docs/jsm.md and docs/moving-to-jsm.md")

const (
	tableBegin = "<!-- generated: go test -run Pages ./services/jsm -update -->\n"
	tableEnd   = "<!-- end -->"
)

// The tables of the documents agree with those of the tests, and with the clients.
func TestPagesAreCurrent(t *testing.T) {
	t.Parallel()
	for file, table := range map[string]func(*testing.T) string{
		"../../docs/jsm.md":           supportTable,
		"../../docs/moving-to-jsm.md": movingTable,
	} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		before, rest, began := strings.Cut(string(text), tableBegin)
		_, after, ended := strings.Cut(rest, tableEnd)
		require.True(t, began && ended, "%s has no lines %s and %s", file, tableBegin, tableEnd)
		want := before + tableBegin + table(t) + tableEnd + after
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(want), 0o600))
			continue
		}
		current := want == string(text) // a difference of two documents is not worth printing
		assert.True(t, current, "%s is not current; write its table by: go test -run Pages ./services/jsm -update", file)
	}
}

// supportTable lists the operations that are built, by group.
func supportTable(t *testing.T) string {
	t.Helper()
	var page strings.Builder
	by := methods(t)
	group := ""
	for _, o := range operations(t) {
		if !o.built() {
			continue
		}
		if o.group != group {
			group = o.group
			fmt.Fprintf(&page, "\n### %s\n\n| Method | Route | Scope | Pages | Retry | Async | Confidence |\n|---|---|---|---|---|---|---|\n", group)
		}
		retry := map[string]string{"yes": "safe", "no": "refused", "probably": "safe, as far as is known", "alias": "safe with an alias"}[o.repeat]
		async := map[bool]string{true: "yes"}[o.async]
		pages := strings.Trim(o.paging, "-")
		fmt.Fprintf(&page, "| %s | `%s %s` | %s | %s | %s | %s | %s |\n", o.ours(by), o.method, o.path, o.scope(), pages, retry, async, o.confidence)
	}
	return page.String() + "\n"
}

// ours returns the methods of the clients that send an operation.
func (o operation) ours(by map[string][]string) string {
	var names []string
	for _, key := range o.keys() {
		names = append(names, by[key]...)
	}
	if len(names) == 0 {
		return "(missing)"
	}
	text := "`" + strings.Join(names, "`, `") + "`"
	if o.prefix == "events" {
		text += " of `events`"
	}
	return text
}

// scope returns the scope that an operation needs besides that for reading, without what all
// scopes have.
func (o operation) scope() string {
	scopes := wire.Scopes(o.method + " " + o.path)
	if len(scopes) == 0 {
		return ""
	}
	return strings.TrimSuffix(scopes[len(scopes)-1], ":jira-service-management")
}

// movingTable lists what becomes of the operations of Opsgenie, by service.
func movingTable(t *testing.T) string {
	t.Helper()
	var page strings.Builder
	by := methods(t)
	known := map[string]operation{}
	for _, o := range operations(t) {
		known[o.String()] = o
	}
	all := moves(t)
	service, counts := "", map[string]int{}
	for i, m := range all {
		counts[m.verdict]++
		if m.service != service {
			service = m.service
			fmt.Fprintf(&page, "\n### %s\n\n| Opsgenie | Here | Verdict | What changes, or what to do instead | Confidence |\n|---|---|---|---|---|\n| ", service)
		}
		page.WriteString(m.name)
		if i+1 < len(all) && m.sharesRow(all[i+1]) {
			page.WriteString(", ")
			continue
		}
		var targets []string
		for _, name := range m.targets {
			if o := known[name]; o.built() {
				targets = append(targets, o.ours(by))
			} else {
				targets = append(targets, o.String()+" (left out)")
			}
		}
		fmt.Fprintf(&page, " | %s | %s | %s | %s |\n", strings.Join(targets, ", "), m.verdict, m.note, strings.Trim(m.confidence, "-"))
		if i+1 < len(all) && all[i+1].service == service {
			page.WriteString("| ")
		}
	}
	return fmt.Sprintf("\nOf %d operations, %d are *events* as well, %d *address*, %d *paging*, %d *members*, %d *part*, and %d *none*.\n",
		len(all), counts["events"], counts["address"], counts["paging"], counts["members"], counts["part"], counts["none"]) + page.String() + "\n"
}

// sharesRow reports whether the same is said of the next operation, which has no counterpart
// either.
func (m move) sharesRow(next move) bool {
	return m.service == next.service && m.verdict == "none" && next.verdict == "none" && m.note == next.note
}
