package clients

import (
	_ "embed" // for the page's text
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"
)

//go:embed page.tmpl
var page string

// Rows returns the rows that are stored, by the names of their clients.
func Rows() ([]Row, error) {
	files, err := filepath.Glob(filepath.Join(folder(), "rows", "*.json"))
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, file := range files {
		row, err := load(filepath.Base(file))
		if err != nil {
			return nil, err
		}
		if row.file() != filepath.Base(file) {
			return nil, fmt.Errorf("clients: %s holds the row of %s", file, row.Client)
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(strings.ToLower(a.Client), strings.ToLower(b.Client)) })
	return rows, nil
}

// Page returns the text of docs/clients.md.
func Page(rows []Row) (string, error) {
	notes := &notes{}
	t, err := template.New("page").Funcs(template.FuncMap{
		"anchor": anchor, "count": count, "inc": inc, "number": notes.number,
	}).Parse(page)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, map[string]any{"Rows": rows, "Scenes": scenes(), "Notes": notes})
	return b.String(), err
}

// Retries returns how often the client retries on its own, in its words or else as measured.
func (r Row) Retries() string {
	if r.Own != "" {
		return r.Own
	}
	for _, m := range r.Scenes {
		if more := m.Before.Requests / m.Planned; more > 1 {
			return strconv.Itoa(more - 1)
		}
	}
	return "–"
}

// Found returns how the record of a call was found, in the words of the client if it has any.
func (r Row) Found() string {
	if r.Record != "" {
		return r.Record
	}
	var ways []string
	for _, m := range r.Scenes {
		if way := "`transport." + m.After.Record + "`"; m.Skipped == "" && !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	return strings.Join(ways, ", ")
}

// Bodies returns whether the attempts of all calls had equal bodies.
func (r Row) Bodies() string {
	word := "no body"
	for _, m := range r.Scenes {
		if m.After.Bodies == "equal" {
			word = "equal"
		}
	}
	return word
}

// Method returns the method of the calls.
func (r Row) Method() string {
	for _, m := range r.Scenes {
		if m.After.Method != "" {
			return m.After.Method
		}
	}
	return ""
}

// notes are remarks below a table. Equal ones have one number.
type notes struct{ Texts []string }

// number returns the mark of the note of a scene, or "".
func (n *notes) number(m Measured) string {
	text := m.Why + m.Skipped
	if text == "" {
		return ""
	}
	i := slices.Index(n.Texts, text)
	if i < 0 {
		i = len(n.Texts)
		n.Texts = append(n.Texts, text)
	}
	return fmt.Sprintf(" (%d)", i+1)
}

// count shows the requests of a scene before and after.
func count(m Measured) string {
	switch {
	case m.Skipped != "":
		return "–"
	case m.Before.Requests == m.After.Requests:
		return strconv.Itoa(m.After.Requests)
	}
	return fmt.Sprintf("%d → %d", m.Before.Requests, m.After.Requests)
}

// anchor returns the fragment by which a heading is linked.
func anchor(heading string) string {
	return "#" + strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

func inc(i int) int { return i + 1 }
