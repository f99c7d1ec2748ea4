package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tripware/tripware/cmd/tripware/internal/archive"
	"github.com/tripware/tripware/services/jsm/fromopsgenie"
	"github.com/tripware/tripware/services/jsm/shape"
)

// An index knows the ids and the names of what resources refer to.
type index struct {
	ids   map[shape.Kind]map[string]string // by id and by name, which is in lower case for users
	names map[string]string                // of users, by id
	whole map[shape.Kind]bool              // whether the export has all of a kind
}

// kindsReferred are the kinds that a conversion looks up. Rotations are those of all schedules.
func kindsReferred() map[shape.Kind]string {
	return map[shape.Kind]string{
		shape.KindUser: "users", shape.KindTeam: "teams", shape.KindSchedule: "schedules", shape.KindEscalation: "escalations",
	}
}

// newIndex reads the kinds that others refer to.
func newIndex(m *archive.Manifest, rows Rows) (*index, error) {
	x := &index{ids: map[shape.Kind]map[string]string{}, names: map[string]string{}, whole: map[shape.Kind]bool{}}
	for kind, name := range kindsReferred() {
		x.ids[kind] = map[string]string{}
		x.whole[kind] = !slices.ContainsFunc(m.Missing, func(lost archive.Missing) bool {
			return lost.Kind == name && (lost.ID == "" || lost.Part == "") // the list, or a resource
		})
		for row, err := range rows(name) {
			if err != nil {
				return nil, fmt.Errorf("report: %w", err)
			}
			x.add(kind, row)
		}
	}
	return x, nil
}

func (x *index) add(kind shape.Kind, row archive.Row) {
	var known struct{ ID, Name, Username string }
	_ = json.Unmarshal(row.Value(), &known) // a row of another form has the id that the export found
	id := cmp.Or(known.ID, row.ID)
	x.ids[kind][id] = id
	name := cmp.Or(known.Username, known.Name, row.Name)
	if kind == shape.KindUser {
		x.names[id] = name
		name = strings.ToLower(name)
	}
	if _, taken := x.ids[kind][name]; !taken && name != "" {
		x.ids[kind][name] = id
	}
	if kind == shape.KindSchedule {
		x.whole[fromopsgenie.KindRotation] = false
		for _, r := range row.Parts["rotations"] {
			x.addRotation(r)
		}
	}
}

func (x *index) addRotation(r archive.Node) {
	if x.ids[fromopsgenie.KindRotation] == nil {
		x.ids[fromopsgenie.KindRotation] = map[string]string{}
	}
	var known struct{ ID, Name string }
	_ = json.Unmarshal(r.Value(), &known)
	for _, key := range []string{known.ID, known.Name} {
		if key != "" {
			x.ids[fromopsgenie.KindRotation][key] = known.ID
		}
	}
}

// find returns the id of something that the export has. If the export does not have all of a
// kind, everything of that kind is taken to exist.
func (x *index) find(kind shape.Kind, id, name string) string {
	if kind == shape.KindUser {
		name = strings.ToLower(name)
	}
	for _, key := range []string{id, name} {
		if found := x.ids[kind][key]; key != "" && found != "" {
			return found
		}
	}
	if !x.whole[kind] {
		return cmp.Or(id, name)
	}
	return ""
}

// owner returns the id of the team that a resource belongs to, or an empty text if it belongs
// to none, or to one that the export does not have.
func (x *index) owner(value json.RawMessage) string {
	var known struct {
		OwnerTeam json.RawMessage
		TeamID    json.RawMessage
	}
	if json.Unmarshal(value, &known) != nil {
		return ""
	}
	var team struct{ ID, Name string }
	_ = json.Unmarshal(known.OwnerTeam, &team) // it may be absent, or an id
	team.ID = cmp.Or(team.ID, text(known.OwnerTeam), text(known.TeamID))
	for _, key := range []string{team.ID, team.Name} {
		if id := x.ids[shape.KindTeam][key]; key != "" && id != "" {
			return id
		}
	}
	return ""
}
