package workshop

import (
	"fmt"
	"strings"
)

// A table is written as Markdown.
type table struct {
	heading []string
	rows    [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) String() string {
	var b strings.Builder
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.heading)
	rule := make([]string, len(t.heading))
	for i := range rule {
		rule[i] = "--:"
	}
	rule[0] = "---"
	b.WriteString("|" + strings.Join(rule, "|") + "|\n")
	for _, row := range t.rows {
		line(row)
	}
	return b.String()
}
