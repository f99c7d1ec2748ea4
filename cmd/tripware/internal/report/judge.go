package report

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/tripware/tripware/cmd/tripware/internal/archive"
	"github.com/tripware/tripware/services/jsm/fromopsgenie"
	"github.com/tripware/tripware/services/jsm/shape"
)

// An Item is a resource of the configuration, or a part of one.
type Item struct {
	Kind    string   `json:"kind"` // such as "teams" or "teams/roles"
	ID      string   `json:"id,omitempty"`
	Name    string   `json:"name,omitempty"`
	Fate    Fate     `json:"fate"`
	Changes []Change `json:"changes,omitempty"` // besides what the notes of the kind say
	Users   []string `json:"users,omitempty"`   // that it names, whose account ids are needed
	Parts   []Item   `json:"parts,omitempty"`
}

// A judge says what becomes of the resources of an export, and counts them.
type judge struct {
	rules   map[string]rule
	index   *index
	tallies map[string]tally // by kind
}

// A tally counts the resources of one kind by their fates.
type tally map[Fate]int

func (t tally) total() Total {
	return Total{t[Moves] + t[ByHand] + t[Gone], t[Moves], t[ByHand], t[Gone]}
}

func (j *judge) count(kind string, fate Fate) {
	if j.tallies[kind] == nil {
		j.tallies[kind] = tally{}
	}
	j.tallies[kind][fate]++
}

// item judges a resource and its parts. It counts parts that are no configuration, but does
// not return them.
func (j *judge) item(kind string, s subject, row archive.Row) Item {
	it := Item{Kind: kind, ID: row.ID, Name: row.Name, Fate: s.fate(j.rules)}
	if s.convert != nil {
		j.lose(&it, s, row.Value())
	}
	j.count(kind, it.Fate)
	for _, name := range slices.Sorted(maps.Keys(row.Parts)) {
		p := s.part(name)
		for _, node := range row.Parts[name] {
			part := j.item(kind+"/"+name, p, named(node))
			if p.class == "" {
				it.Parts = append(it.Parts, part)
			}
		}
	}
	return it
}

// lose adds what the conversion of a resource loses.
func (j *judge) lose(it *Item, s subject, value json.RawMessage) {
	users := map[string]bool{}
	lost, err := s.convert(j, value, func(kind shape.Kind, id, name string) string {
		found := j.index.find(kind, id, name)
		if kind == shape.KindUser && found != "" {
			users[j.person(found, name)] = true
		}
		return found
	})
	if err != nil {
		lost = []fromopsgenie.Loss{{Reason: "it has another form than is known, and was not converted"}}
	}
	slices.SortFunc(lost, func(a, b fromopsgenie.Loss) int { return cmp.Compare(a.Field, b.Field) })
	for _, l := range lost {
		reason := strings.ReplaceAll(l.Reason, "the lookup knows no", "the export has no") // the lookup is its index
		it.Changes = append(it.Changes, Change{l.Field, reason})
	}
	if len(lost) > 0 && it.Fate == Moves {
		it.Fate = ByHand
	}
	it.Users = slices.Sorted(maps.Keys(users))
}

// person returns the name of a user, as far as it is known.
func (j *judge) person(id, name string) string {
	return cmp.Or(j.index.names[id], name, id)
}

// named returns a part as a row: parts have their ids and names in their values.
func named(n archive.Node) archive.Row {
	var known struct{ ID, Name, Alias, To, Contact json.RawMessage }
	_ = json.Unmarshal(n.Value(), &known) // what is no object has no name
	row := archive.Row{ID: text(known.ID), Name: text(known.Name), Node: n}
	if row.Name == "" {
		row.Name = cmp.Or(text(known.Alias), text(known.To), contact(known.Contact))
	}
	return row
}

// text returns the text of a JSON string or number, or an empty one.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// contact returns what a step of a notification rule uses.
func contact(raw json.RawMessage) string {
	var c struct{ Method, To string }
	if json.Unmarshal(raw, &c) != nil || c.Method == "" {
		return ""
	}
	return c.Method + " " + c.To
}
