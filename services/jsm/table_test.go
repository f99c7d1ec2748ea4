package jsm_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An operation is one line of testdata/operations.tsv: what is known of an operation of the
// vendor, under the names that the vendor's groups suggest.
type operation struct {
	group, name, method, path string
	prefix                    string // ops, events, services, incidents, or sc for status pages and stakeholders
	scopes, paging            string // "-" for none
	repeat                    string // whether it is safe to retry: yes, no, probably, or alias if it is with an alias
	confidence                string
	async                     bool
	left                      string // why the client leaves it out: beta, experimental or no twin; "-" if it does not
}

func (o operation) String() string { return o.group + "." + o.name }
func (o operation) built() bool    { return o.left == "-" }

// keys identify the route among those of all clients, whatever its parameters are called. There
// are two where sources differ, as they do about GET and POST.
func (o operation) keys() []string {
	client := "jsm "
	if o.prefix == "events" {
		client = "events "
	}
	keys := []string{client + anonymous(o.method+" "+o.path)}
	if o.confidence == "conflict" {
		keys = append(keys, client+anonymous("POST "+o.path))
	}
	return keys
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

func anonymous(route string) string { return parameter.ReplaceAllString(route, "{}") }

// operations reads the table, in its order.
func operations(t *testing.T) (all []operation) {
	t.Helper()
	for _, c := range cells(t, "testdata/operations.tsv", 11) {
		all = append(all, operation{c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9] == "yes", c[10]})
	}
	return all
}

// A move is one line of testdata/moving.tsv: what becomes of an operation of Opsgenie. The
// verdicts are
//
//   - events: the integration events API accepts the request as it is
//   - address: the address, the method or a parameter in them changes, the data hardly
//   - paging: in addition, a list has other pages
//   - members: members of the request or of the response change
//   - part: only some of it exists
//   - none: nothing corresponds
type move struct {
	service, name, verdict string
	targets                []string // operations of the other table
	confidence             string   // the best of the targets
	note                   string   // what changes; if nothing corresponds, what to do instead
}

func (m move) String() string { return m.service + "." + m.name }

// moves reads the table, in its order.
func moves(t *testing.T) (all []move) {
	t.Helper()
	for _, c := range cells(t, "testdata/moving.tsv", 6) {
		m := move{service: c[0], name: c[1], verdict: c[2], confidence: c[4], note: c[5]}
		if c[3] != "-" {
			m.targets = strings.Split(c[3], ",")
		}
		all = append(all, m)
	}
	return all
}

// cells returns the lines of a table but the first, which names the columns.
func cells(t *testing.T, name string, columns int) (lines [][]string) {
	t.Helper()
	table, err := os.ReadFile(name)
	require.NoError(t, err)
	for line := range strings.Lines(string(table)) {
		line := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, line, columns, line)
		lines = append(lines, line)
	}
	return lines[1:]
}

// The tables agree with each other, and with Opsgenie's own: every operation of Opsgenie is
// there once, in its order, and leads to operations that exist.
func TestTablesOfOperationsAgree(t *testing.T) {
	t.Parallel()
	known := map[string]operation{}
	for _, o := range operations(t) {
		assert.NotContains(t, known, o.String())
		known[o.String()] = o
		assert.Contains(t, []string{"-", "beta", "experimental", "no twin"}, o.left, o)
		assert.Contains(t, []string{"yes", "no", "probably", "alias"}, o.repeat, o)
		assert.Contains(t, []string{"confirmed", "one source", "inferred", "conflict"}, o.confidence, o)
	}
	assert.Len(t, known, 267)
	table, err := os.ReadFile("../opsgenie/testdata/operations.txt")
	require.NoError(t, err)
	rows := moves(t)
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.NotEmpty(t, rows, line)
		m := rows[0]
		rows = rows[1:]
		require.Equal(t, c[0]+"."+c[1], m.String())
		assert.Equal(t, m.verdict == "none", m.targets == nil, m)
		assert.NotEmpty(t, m.note, m)
		events := false
		for _, target := range m.targets {
			require.Contains(t, known, target, m)
			events = events || known[target].prefix == "events"
		}
		assert.Equal(t, m.verdict == "events", events, m)
	}
	assert.Empty(t, rows)
}

// The tables agree with what they were made from, which is not part of this project.
func TestTablesAgreeWithTheirSource(t *testing.T) {
	t.Parallel()
	source := filepath.Join("..", "..", "..", "shared", "api", "jsm")
	if _, err := os.Stat(source); err != nil {
		t.Skip("nothing was compared: the source of the tables is not beside this project")
	}
	ours := map[string]string{}
	for _, o := range operations(t) {
		async := map[bool]string{true: "async", false: "sync"}[o.async]
		ours[o.String()] = strings.Join([]string{o.method, o.path, o.prefix, o.scopes, o.paging, o.repeat, o.confidence, async}, "\t")
	}
	theirs := map[string]string{}
	for _, c := range cells(t, filepath.Join(source, "operations.tsv"), 21) {
		repeat := strings.FieldsFunc(c[14], func(r rune) bool { return r == ' ' || r == ':' })[0]
		if strings.HasPrefix(c[14], "only with alias") {
			repeat = "alias"
		}
		async, _, _ := strings.Cut(c[10], ",")
		theirs[c[0]+"."+c[1]] = strings.Join([]string{c[2], c[3], c[4], c[12], c[11], repeat, c[19], async}, "\t")
	}
	assert.Equal(t, theirs, ours)

	text, err := os.ReadFile(filepath.Join(source, "mapping.md"))
	require.NoError(t, err)
	row := regexp.MustCompile(`(?m)^\| \d+ \| (\S+) \| (.+?) \| (.+?) \| .+ \| (\S+) \|$`)
	got, want := map[string]string{}, map[string]string{}
	for _, m := range moves(t) {
		got[m.String()] = fmt.Sprint(m.targets, m.verdict, m.confidence)
	}
	words := map[string]string{"c": "confirmed", "1": "one source", "i": "inferred", "x": "conflict", "-": "-"}
	for _, c := range row.FindAllStringSubmatch(string(text), -1) {
		targets := strings.FieldsFunc(c[2], func(r rune) bool { return strings.ContainsRune("` ,-", r) })
		want[c[1]] = fmt.Sprint(targets, verdict(c[3]), words[c[4]])
	}
	assert.Equal(t, want, got)
	t.Logf("%d operations and %d moves agree", len(ours), len(slices.Collect(maps.Keys(got))))
}

// verdict returns the word of this table for a verdict of the source.
func verdict(source string) string {
	change, _, _ := strings.Cut(source, ",")
	switch {
	case strings.HasPrefix(change, "same"):
		return "events"
	case change == "part", change == "none":
		return change
	case change == "path":
		return "address"
	case change == "path+paging":
		return "paging"
	}
	return "members"
}
