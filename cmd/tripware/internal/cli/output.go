package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
)

// An Output says how a command prints what it has read.
type Output struct {
	format  string
	text    string
	columns []string
}

// The forms of output.
const (
	asTable    = "table"
	asJSON     = "json"
	asTemplate = "template"
)

// Bind adds the flags of the output to a command.
func (o *Output) Bind(c *cobra.Command) {
	c.Flags().StringVarP(&o.format, "output", "o", asTable, "print as table, json or template")
	c.Flags().StringVar(&o.text, "template", "", "a Go template for each row, such as '{{.id}} {{.message}}'")
	c.Flags().StringSliceVar(&o.columns, "columns", nil, "the members that a table shows, such as id,owner.name")
	forms := cobra.FixedCompletions([]string{asTable, asJSON, asTemplate}, cobra.ShellCompDirectiveNoFileComp)
	_ = c.RegisterFlagCompletionFunc("output", forms) // it fails only without the flag
}

// Printer returns a printer to w. The columns are those of a table if no flag says others;
// without any, the first row decides.
func (o *Output) Printer(w io.Writer, columns ...string) (*Printer, error) {
	p := &Printer{w: w, format: o.format, columns: columns}
	if len(o.columns) > 0 {
		p.columns = o.columns
	}
	if o.text != "" {
		p.format = asTemplate
	}
	switch p.format {
	case asTable, asJSON:
		return p, nil
	case asTemplate:
		if o.text == "" {
			return nil, Usagef("--output template needs a template, such as --template '{{.id}}'")
		}
		var err error
		if p.template, err = template.New("row").Funcs(template.FuncMap{"json": toJSON}).Parse(o.text); err != nil {
			return nil, Usagef("--template is invalid: %w", err)
		}
		return p, nil
	}
	text := fmt.Sprintf("--output %q is none of %s, %s and %s", p.format, asTable, asJSON, asTemplate)
	if meant := nearest(p.format, []string{asTable, asJSON, asTemplate}); meant != "" {
		text += ": did you mean " + meant + "?"
	}
	return nil, Usagef("%s", text)
}

func toJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

// A Printer prints rows as they come, or one value.
type Printer struct {
	w        io.Writer
	format   string
	template *template.Template
	columns  []string

	widths []int // of the columns, once the head of the table is printed
	rows   int   // printed so far
	list   bool
}

// Rows prints some rows of a list. They are on the writer when it returns.
func (p *Printer) Rows(rows []json.RawMessage) error {
	var out bytes.Buffer
	switch p.format {
	case asTable:
		p.tableRows(&out, rows)
	case asTemplate:
		for _, row := range rows {
			if err := p.fill(&out, row); err != nil {
				return err
			}
		}
	case asJSON:
		for i, row := range rows {
			separator := ",\n  "
			if p.rows+i == 0 {
				separator = "[\n  "
			}
			out.WriteString(separator)
			if err := json.Indent(&out, row, "  ", "  "); err != nil {
				return err
			}
		}
	}
	p.list, p.rows = true, p.rows+len(rows)
	_, err := p.w.Write(out.Bytes())
	return err
}

// Close ends a list. It prints what makes the output complete, also after an error.
func (p *Printer) Close() error {
	text := ""
	switch {
	case p.format != asJSON:
	case p.rows > 0:
		text = "\n]\n"
	case p.list:
		text = "[]\n"
	}
	_, err := io.WriteString(p.w, text)
	return err
}

// Value prints one value: the members of an object, a line for each, or a list as rows.
func (p *Printer) Value(raw json.RawMessage) error {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil
	}
	var out bytes.Buffer
	switch p.format {
	case asTable:
		if rows, ok := array(raw); ok {
			p.tableRows(&out, rows)
			break
		}
		tableOf(&out, raw, p.columns)
	case asTemplate:
		if err := p.fill(&out, raw); err != nil {
			return err
		}
	case asJSON:
		if err := json.Indent(&out, raw, "", "  "); err != nil {
			return err
		}
		out.WriteByte('\n')
	}
	_, err := p.w.Write(out.Bytes())
	return err
}

// fill prints a row by the template, and ends its line.
func (p *Printer) fill(out *bytes.Buffer, row json.RawMessage) error {
	value, err := decode(row)
	if err != nil {
		return err
	}
	if err := p.template.Execute(out, value); err != nil {
		return Usagef("--template does not fit: %w", err)
	}
	if !bytes.HasSuffix(out.Bytes(), []byte("\n")) {
		out.WriteByte('\n')
	}
	return nil
}

// decode decodes a value and keeps numbers as they are written.
func decode(raw json.RawMessage) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	return value, decoder.Decode(&value)
}

// array returns the items of an array, and whether raw is one.
func array(raw json.RawMessage) (rows []json.RawMessage, ok bool) {
	if len(raw) == 0 || raw[0] != '[' {
		return nil, false
	}
	return rows, json.Unmarshal(raw, &rows) == nil
}

// members returns the names of an object's members, in their order.
func members(raw json.RawMessage) (names []string) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return nil
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return names
		}
		text, _ := name.(string)
		names = append(names, text)
		var skipped json.RawMessage
		if decoder.Decode(&skipped) != nil {
			return names
		}
	}
	return names
}

// at returns the member of a value at a path such as owner.name, or nil.
func at(value any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = object[name]
	}
	return value
}

// chosen returns the columns for a table whose first row is given: at most seven members
// that are not objects or lists, ids and names first.
func chosen(row json.RawMessage) []string {
	value, err := decode(row)
	object, ok := value.(map[string]any)
	if err != nil || !ok {
		return nil
	}
	names := members(row)
	const most = 7
	var plain []string
	for _, first := range []string{"id", "name", "username"} {
		if slices.Contains(names, first) {
			plain = append(plain, first)
		}
	}
	for _, name := range names {
		switch object[name].(type) {
		case map[string]any, []any:
		default:
			if !slices.Contains(plain, name) && len(plain) < most {
				plain = append(plain, name)
			}
		}
	}
	if len(plain) == 0 {
		return names[:min(len(names), most)]
	}
	return plain
}

// Table reports whether the output is a table.
func (o *Output) Table() bool { return o.format == asTable && o.text == "" }
