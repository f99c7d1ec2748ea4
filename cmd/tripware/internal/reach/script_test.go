package reach_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/cmd/tripware/internal/ops"
	"github.com/tripware/tripware/cmd/tripware/internal/root"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A line is one call of an operation in a script.
type line struct {
	number int
	keep   string // the name under which a member of the response is kept; may be empty
	member string
	op     ops.Operation
	args   []string
	rest   []string // the indented lines that follow
}

var word = regexp.MustCompile(`'[^']*'|\S+`)

// read returns the lines of a script.
func read(t *testing.T, name string, all []ops.Operation) (lines []line) {
	t.Helper()
	known := map[string]ops.Operation{}
	for _, o := range all {
		known[o.String()] = o
	}
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	for i, row := range strings.Split(string(text), "\n") {
		indented := strings.HasPrefix(row, "  ")
		words := word.FindAllString(row, -1)
		switch {
		case len(words) == 0, strings.HasPrefix(words[0], "#"):
			continue
		case indented:
			last := &lines[len(lines)-1]
			last.rest = append(last.rest, strings.TrimSpace(row))
			continue
		}
		l := line{number: i + 1}
		if keep, ok := strings.CutSuffix(words[0], "="); ok {
			l.keep, l.member, _ = strings.Cut(keep, ".")
			if l.member == "" {
				l.member = "id"
			}
			words = words[1:]
		}
		o, ok := known[words[0]]
		require.True(t, ok, "%s:%d: there is no operation %s", name, i+1, words[0])
		l.op = o
		for _, w := range words[1:] {
			l.args = append(l.args, strings.ReplaceAll(w, "'", ""))
		}
		lines = append(lines, l)
	}
	return lines
}

// fill replaces the names in braces.
func (l *line) fill(kept map[string]string) {
	for name, value := range kept {
		for i := range l.args {
			l.args[i] = strings.ReplaceAll(l.args[i], "{"+name+"}", value)
		}
	}
}

// run runs the command of the operation and returns what it printed.
func (l *line) run(t *testing.T, vendor string, env map[string]string) string {
	t.Helper()
	args := append([]string{vendor, l.op.Group(), l.op.Command()}, l.args...)
	if l.op.Kind != ops.File {
		args = append(args, "--output", "json")
	}
	var out, log bytes.Buffer
	surroundings := &cli.Env{
		In: strings.NewReader(""), Out: &out, Err: &log,
		Getenv: func(name string) string { return env[name] }, Terminal: func(any) bool { return false },
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	code := root.Main(ctx, surroundings, args)
	require.Equal(t, exit.OK, code, "line %d: tripware %s: %s%s", l.number, strings.Join(args, " "), &out, &log)
	return out.String()
}

// save keeps a member of the response, or of the first row.
func (l *line) save(t *testing.T, printed string, kept map[string]string) {
	t.Helper()
	if l.keep == "" {
		return
	}
	var object map[string]any
	if strings.HasPrefix(printed, "[") {
		var rows []map[string]any
		require.NoError(t, json.Unmarshal([]byte(printed), &rows))
		require.NotEmpty(t, rows, "line %d", l.number)
		object = rows[0]
	} else {
		require.NoError(t, json.Unmarshal([]byte(printed), &object), printed)
	}
	value, _ := object[l.member].(string)
	require.NotEmpty(t, value, "line %d: the response has no %s: %s", l.number, l.member, printed)
	kept[l.keep] = value
}

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// unnamed returns a route without the names of its wildcards, which differ between tables.
func unnamed(route string) string { return wildcard.ReplaceAllString(route, "{}") }
