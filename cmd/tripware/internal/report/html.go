package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
)

//go:embed page.html
var pageText string

// WriteHTML writes the report as one page that needs no other file. What the export says is
// escaped.
func (r *Report) WriteHTML(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"name": nameOf, "fate": wordOf, "mark": markOf, "part": partOf, "percent": percent,
		"join":  func(all []string) string { return strings.Join(all, ", ") },
		"pairs": pairs,
	}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := t.Execute(w, page{r}); err != nil {
		return fmt.Errorf("report: write page: %w", err)
	}
	return nil
}

// A page is what the template sees.
type page struct{ *Report }

// Title returns the title of the page.
func (p page) Title() string {
	if p.Account == "" {
		return "From Opsgenie to JSM Operations"
	}
	return p.Account + ": from Opsgenie to JSM Operations"
}

// Class returns the kinds of a class of which there are some, or which were not read.
func (p page) Class(class Class) (all []Kind) {
	for _, k := range p.Kinds {
		if k.Class == class && (k.Count > 0 || k.NotRead != "") {
			all = append(all, k)
		}
	}
	return all
}

// Part reports whether the kind is that of a part.
func (k Kind) Part() bool { return strings.Contains(k.Kind, "/") }

// NotesOf returns the notes of some kinds.
func (p page) NotesOf(kinds ...string) (all []string) {
	for _, k := range p.Kinds {
		if slices.Contains(kinds, k.Kind) && k.Count > 0 {
			all = append(all, k.Notes...)
		}
	}
	return all
}

// A group is the items of one kind.
type group struct {
	Kind

	Items []Item
}

// Groups divides items by kind, in the order of the kinds.
func (p page) Groups(items []Item) (all []group) {
	for _, k := range p.Kinds {
		g := group{Kind: k}
		for _, it := range items {
			if it.Kind == k.Kind {
				g.Items = append(g.Items, it)
			}
		}
		if g.Items != nil {
			all = append(all, g)
		}
	}
	return all
}

func nameOf(name, id string) string {
	switch {
	case name != "":
		return name
	case id != "":
		return id
	}
	return "(without a name)"
}

func wordOf(f any) string { return strings.ReplaceAll(fmt.Sprint(f), "-", " ") }

// markOf returns a box to tick for what somebody has to do.
func markOf(f Fate) string {
	if f == Moves {
		return "✓"
	}
	return "☐"
}

// partOf returns what a part is called in front of its name, or an empty text for a resource.
func partOf(kind string) string {
	i := strings.LastIndexByte(kind, '/')
	if i < 0 {
		return ""
	}
	return strings.ReplaceAll(kind[i+1:], "-", " ") + ":"
}

func percent(n, of int) string { return fmt.Sprintf("%.2f", 100*float64(n)/float64(of)) }

// pairs returns such as "2 create".
func pairs(counts map[string]int) (all []string) {
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, fmt.Sprintf("%d %s", counts[key], key))
	}
	return all
}
