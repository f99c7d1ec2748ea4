package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// maxCell is the greatest width of a cell of a list.
const maxCell = 60

// tableRows prints rows in the columns. The first rows decide how wide these are; later ones
// may be wider, since they must not wait for each other.
func (p *Printer) tableRows(out *bytes.Buffer, rows []json.RawMessage) {
	if len(rows) == 0 {
		return
	}
	if len(p.columns) == 0 {
		p.columns = chosen(rows[0])
	}
	cells := make([][]string, len(rows))
	for i, row := range rows {
		cells[i] = p.cells(row)
	}
	if p.widths == nil {
		head := make([]string, len(cells[0]))
		for i := range head {
			head[i] = "VALUE"
			if len(p.columns) > 0 {
				head[i] = heading(p.columns[i])
			}
		}
		p.widths = make([]int, len(head))
		for _, line := range slices.Concat(cells, [][]string{head}) {
			for i, cell := range line {
				p.widths[i] = max(p.widths[i], text.StringWidthWithoutEscSequences(cell))
			}
		}
		p.line(out, head)
	}
	for _, line := range cells {
		p.line(out, line)
	}
}

func (p *Printer) cells(row json.RawMessage) []string {
	value, err := decode(row)
	if err != nil || len(p.columns) == 0 {
		return []string{short(Cell(value))}
	}
	cells := make([]string, len(p.columns))
	for i, column := range p.columns {
		cells[i] = short(Cell(at(value, column)))
	}
	return cells
}

func (p *Printer) line(out *bytes.Buffer, cells []string) {
	var line strings.Builder
	for i, cell := range cells {
		line.WriteString(text.Pad(cell, p.widths[i], ' ') + "  ")
	}
	out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

func short(cell string) string { return text.Snip(cell, maxCell, "…") }

// heading returns the head of a column: CREATED AT for createdAt.
func heading(column string) string {
	var b strings.Builder
	for i, r := range column {
		switch {
		case r == '.' || r == '_':
			b.WriteByte(' ')
			continue
		case unicode.IsUpper(r) && i > 0:
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// tableOf prints the members of an object, or a value that is none.
func tableOf(out *bytes.Buffer, raw json.RawMessage, columns []string) {
	value, err := decode(raw)
	object, ok := value.(map[string]any)
	if err != nil || !ok {
		fmt.Fprintln(out, Cell(value))
		return
	}
	if len(columns) == 0 {
		columns = members(raw)
	}
	rows := make([][]string, 0, len(columns))
	for _, name := range columns {
		if cell := Cell(at(object, name)); cell != "" {
			rows = append(rows, []string{heading(name), cell})
		}
	}
	_ = Table(out, nil, rows) // a buffer takes everything
}

// Table prints rows of cells below a head, which may be nil.
func Table(w io.Writer, head []string, rows [][]string) error {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	if head != nil {
		t.AppendHeader(line(head))
	}
	for _, row := range rows {
		t.AppendRow(line(row))
	}
	if len(rows) == 0 && head == nil {
		return nil
	}
	_, err := io.WriteString(w, t.Render()+"\n")
	return err
}

func line(cells []string) table.Row {
	row := make(table.Row, len(cells))
	for i, cell := range cells {
		row[i] = Plain(cell)
	}
	return row
}

// Cell returns a value as the text of a cell: names for objects that have one, and lists with
// commas.
func Cell(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return Plain(v)
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = Cell(item)
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		for _, name := range []string{"name", "username", "fullName", "id"} {
			if found, ok := v[name].(string); ok && found != "" {
				return Plain(found)
			}
		}
		if len(v) == 0 {
			return ""
		}
		encoded, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return Plain(string(encoded))
	}
	return Plain(fmt.Sprint(value))
}

// Plain returns a text from a server without control characters, which could command the
// terminal, and in one line.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control) {
			return ' '
		}
		return r
	}, s)
}
