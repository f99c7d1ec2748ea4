package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tripware/tripware/cmd/tripware/internal/archive"
)

// A Report says what becomes of everything in an export. Every resource of the configuration
// is in one of Teams, Account and People, once.
type Report struct {
	Account      string             `json:"account"`
	Exported     time.Time          `json:"exported"`
	Total        Total              `json:"total"` // of the configuration, with parts
	Kinds        []Kind             `json:"kinds"`
	Teams        []Team             `json:"teams"`
	Items        []Item             `json:"accountItems"` // that belong to no team
	People       []Item             `json:"people"`
	Integrations []Integration      `json:"integrations"` // those in Teams and Account once more, with their types
	Missing      []archive.Missing  `json:"missing"`      // what the export could not read, so that nothing is known of it
	Unlisted     []archive.Unlisted `json:"unlisted"`     // what no export can have
}

// A Total counts resources by what becomes of them.
type Total struct {
	Count  int `json:"count"`
	Moves  int `json:"moves"`
	ByHand int `json:"byHand"`
	None   int `json:"none"`
}

func (t *Total) add(fate Fate) {
	t.Count++
	switch fate {
	case Moves:
		t.Moves++
	case ByHand:
		t.ByHand++
	case Gone:
		t.None++
	}
}

// A Kind is a kind of resource, or of a part of one, with the rules for it.
type Kind struct {
	Kind       string   `json:"kind"` // such as "teams" or "teams/roles"
	Title      string   `json:"title"`
	Class      Class    `json:"class"`
	Operation  string   `json:"operation"`            // of Opsgenie, which decides
	Targets    []string `json:"targets"`              // operations of JSM Operations
	Confidence string   `json:"confidence,omitempty"` // how well those are known
	Notes      []string `json:"notes"`                // what changes, or what to do instead
	NotRead    string   `json:"notRead,omitempty"`    // the flag of the export that would have read this kind
	Total
}

// A Team is a team with what belongs to it.
type Team struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Total Total  `json:"total"`
	Items []Item `json:"items"` // the team itself comes first
}

// An Integration says how an integration is to be made again.
type Integration struct {
	ID      string         `json:"id"`
	Name    string         `json:"name"`
	Type    string         `json:"type"`
	Enabled bool           `json:"enabled"`
	Team    string         `json:"team,omitempty"` // its name
	Fate    Fate           `json:"fate"`
	Actions map[string]int `json:"actions,omitempty"` // how many there are of each type
}

// Rows returns the resources of a kind, as [archive.Archive.Rows] does.
type Rows func(kind string) iter.Seq2[archive.Row, error]

// Make makes the report of an export. The error for a file that is broken names it.
func Make(m *archive.Manifest, rows Rows) (*Report, error) {
	x, err := newIndex(m, rows)
	if err != nil {
		return nil, err
	}
	b := &builder{
		judge: &judge{rules: readRules(), index: x, tallies: map[string]tally{}}, manifest: m, rows: rows, teams: map[string]*Team{},
		out: &Report{
			Account: m.Account, Exported: m.Finished.UTC(), Kinds: []Kind{}, Teams: []Team{}, Items: []Item{}, People: []Item{},
			Integrations: []Integration{}, Missing: append([]archive.Missing{}, m.Missing...),
			Unlisted: append([]archive.Unlisted{}, m.Unlisted...),
		},
	}
	for _, s := range b.subjects() {
		if err := b.kind(s); err != nil {
			return nil, err
		}
	}
	return b.finish()
}

// A builder makes one report.
type builder struct {
	*judge

	manifest *archive.Manifest
	rows     Rows
	out      *Report
	teams    map[string]*Team // by id
}

// subjects returns those that are known, and those of a newer program that exported.
func (b *builder) subjects() []subject {
	all := subjects()
	for _, k := range b.manifest.Kinds {
		if !slices.ContainsFunc(all, func(s subject) bool { return s.name == k.Kind }) {
			all = append(all, subject{name: k.Kind, title: k.Kind})
		}
	}
	return all
}

// kind judges the resources of a kind. Teams come first.
func (b *builder) kind(s subject) error {
	for row, err := range b.rows(s.name) {
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
		it := b.item(s.name, s, row)
		if s.class == "" {
			b.put(s, row.Value(), it)
		}
		if s.name == "integrations" {
			b.integration(row, it)
		}
	}
	return nil
}

// put puts an item where it belongs.
func (b *builder) put(s subject, value json.RawMessage, it Item) {
	if s.name == "users" {
		b.out.People = append(b.out.People, it)
		return
	}
	id := b.index.owner(value)
	if s.name == "teams" {
		id = it.ID
		b.teams[id] = &Team{ID: id, Name: it.Name}
	}
	if t := b.teams[id]; t != nil {
		t.Items = append(t.Items, it)
		return
	}
	b.out.Items = append(b.out.Items, it)
}

// integration adds an integration, whose actions are lists by type.
func (b *builder) integration(row archive.Row, it Item) {
	var known struct {
		Type    string
		Enabled bool
	}
	_ = json.Unmarshal(row.Value(), &known) // what it does not say stays empty
	in := Integration{ID: it.ID, Name: it.Name, Type: known.Type, Enabled: known.Enabled, Fate: it.Fate}
	if t := b.teams[b.index.owner(row.Value())]; t != nil {
		in.Team = t.Name
	}
	for _, part := range row.Parts["actions"] {
		var lists map[string]json.RawMessage
		_ = json.Unmarshal(part.Value(), &lists)
		for typ, raw := range lists {
			var list []json.RawMessage
			if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
				if in.Actions == nil {
					in.Actions = map[string]int{}
				}
				in.Actions[typ] += len(list)
			}
		}
	}
	b.out.Integrations = append(b.out.Integrations, in)
}

// finish adds what is known when everything was read.
func (b *builder) finish() (*Report, error) {
	for _, t := range b.teams {
		for _, it := range t.Items {
			t.Total.all(it)
		}
		b.out.Teams = append(b.out.Teams, *t)
	}
	byName := func(a, b Item) int { return compare(a.Name, a.ID, b.Name, b.ID) }
	slices.SortFunc(b.out.Teams, func(a, b Team) int { return compare(a.Name, a.ID, b.Name, b.ID) })
	slices.SortFunc(b.out.Integrations, func(a, b Integration) int { return compare(a.Name, a.ID, b.Name, b.ID) })
	slices.SortFunc(b.out.People, byName)
	for _, s := range b.subjects() {
		b.describe(s.name, s)
	}
	for _, name := range slices.Sorted(maps.Keys(b.tallies)) {
		if !slices.ContainsFunc(b.out.Kinds, func(k Kind) bool { return k.Kind == name }) {
			b.describe(name, subject{title: path.Base(name)})
		}
	}
	return b.out, b.check()
}

func compare(name1, id1, name2, id2 string) int {
	return cmp.Or(cmp.Compare(strings.ToLower(name1), strings.ToLower(name2)), cmp.Compare(id1, id2))
}

// all counts an item and its parts.
func (t *Total) all(it Item) {
	t.add(it.Fate)
	for _, p := range it.Parts {
		t.all(p)
	}
}

// describe adds a kind and its parts.
func (b *builder) describe(name string, s subject) {
	k := Kind{
		Kind: name, Title: s.title, Class: cmp.Or(s.class, Configuration), Operation: s.create, Targets: s.targets(b.rules),
		Confidence: b.rules[s.create].confidence, Notes: s.notes(b.rules), Total: b.tallies[name].total(),
	}
	if s.create == "" {
		k.Notes = []string{"This version of the program does not know what becomes of it."}
	}
	if i := slices.IndexFunc(b.manifest.Kinds, func(k archive.KindCount) bool { return k.Kind == name }); i >= 0 {
		k.NotRead = b.manifest.Kinds[i].Left
	}
	if k.Class == Configuration {
		b.out.Total = b.out.Total.plus(k.Total)
	}
	b.out.Kinds = append(b.out.Kinds, k)
	for _, p := range s.parts {
		b.describe(name+"/"+p.name, p)
	}
}

func (t Total) plus(u Total) Total {
	return Total{t.Count + u.Count, t.Moves + u.Moves, t.ByHand + u.ByHand, t.None + u.None}
}

// check compares what was read with the counts of the manifest.
func (b *builder) check() error {
	counted := map[string]int{}
	for _, k := range b.manifest.Kinds {
		counted[k.Kind] = k.Rows
		for part, n := range k.Parts {
			counted[k.Kind+"/"+part] = n
		}
	}
	for _, k := range b.out.Kinds {
		if k.Count != counted[k.Kind] {
			return fmt.Errorf("report: %w: manifest.json: it counts %d %s, and the files hold %d",
				archive.ErrBroken, counted[k.Kind], k.Kind, k.Count)
		}
		delete(counted, k.Kind)
	}
	for kind, n := range counted {
		if n != 0 {
			return fmt.Errorf("report: %w: manifest.json: it counts %d %s, and the files hold none", archive.ErrBroken, n, kind)
		}
	}
	return nil
}
