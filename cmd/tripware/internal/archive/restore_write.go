package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/tripware/tripware/services"
)

// A write is a request that changes something. Its body is the JSON of the export, with the
// members that this program does not know.
type write struct {
	TeamID string `query:"teamId"` // of a policy

	Body json.RawMessage `body:"json"`
}

type writeBelow struct {
	Above string `path:"above"`
	write
}

type writeTwoBelow struct {
	Above string `path:"above"`
	ID    string `path:"id"`
	write
}

// send sends a change and returns the data of the response. Ids fill {above} and {id} of the
// route. A creation is sent again only if the server refused it unprocessed.
func (r *restorer) send(ctx context.Context, route string, body document, teamID string, ids ...string) (json.RawMessage, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("archive: encode request: %w", err)
	}
	w := write{TeamID: teamID, Body: raw}
	var in any = w
	switch len(ids) {
	case 1:
		in = writeBelow{ids[0], w}
	case 2:
		in = writeTwoBelow{ids[0], ids[1], w}
	}
	repeat := services.ByMethod
	if strings.HasPrefix(route, "POST ") {
		repeat = services.RetryIfRefused
	}
	got, err := services.Do[services.Optional[json.RawMessage]](ctx, r.client.Core(), route, in, repeat)
	if err != nil {
		return nil, err
	}
	return got.Raw(), nil
}

// put creates or updates a resource, unless the restoration is a dry run, and returns the id of
// what it created.
func (r *restorer) put(
	ctx context.Context, line *Line, what string, exists bool, send func(context.Context) (json.RawMessage, error),
) (string, error) {
	if r.DryRun {
		r.did(line, exists, what)
		return "", nil
	}
	data, err := send(ctx)
	if err != nil {
		return "", err
	}
	r.did(line, exists, what)
	return textOf(member(data, "id")), nil
}

// body returns the document of a resource without the members that only the server writes.
func body(n Node, without ...string) document {
	d := parse(n.Value())
	for _, name := range append(without, "id", "_parent") {
		delete(d, name)
	}
	return d
}

// A loss is a reference that could not be translated.
type loss struct {
	ref  ref
	what string // such as "user ada@example.com"
}

// translate replaces the ids in references by those of the resources of the same name in this
// account. A reference to what is not here is removed, with the item of a list that is about
// it, such as the member of a team, unless instead returns a value for it.
func (r *restorer) translate(d document, refs []ref, instead func(target) any) (lost []loss) {
	for _, each := range refs {
		before := len(lost)
		visit(d, each.path, func(value any) (any, bool) {
			t := targetOf(each, value)
			if len(t.kinds) == 0 {
				return value, true
			}
			if id, found := r.locate(t); found {
				return renamed(value, id), true
			}
			lost = append(lost, loss{each, noun(t.kinds[0]) + " " + firstOf(r.names[t.id], firstOf(t.name, t.id))})
			if instead == nil {
				return nil, false
			}
			return instead(t), true
		})
		if len(lost) > before {
			removeAbout(d, each.path)
		}
	}
	return lost
}

// locate returns the id of the resource here that has the name of a target.
func (r *restorer) locate(t target) (id string, found bool) {
	for _, kind := range t.kinds {
		if id, found := r.here.find(kind, r.keyOf(kind, t, firstOf(r.names[t.id], t.name))); found {
			return id, true
		}
	}
	return "", false
}

// removeAbout removes the items of a list that lack the member to which a path leads.
func removeAbout(d document, path string) {
	i := strings.LastIndex(path, "[].")
	if i < 0 || strings.HasSuffix(path, "[]") {
		return
	}
	about := path[i+len("[]."):]
	visit(d, path[:i+len("[]")], func(item any) (any, bool) {
		in, is := item.(document)
		return item, !is || in[about] != nil
	})
}

// noun returns what one of a kind is called.
func noun(kind string) string {
	one, plural := strings.CutSuffix(kind, "ies")
	if plural {
		return one + "y"
	}
	return strings.TrimSuffix(kind, "s")
}

// keyOf returns the name by which the directory has a resource. Policies of different teams
// may have equal names, so theirs begins with the team's.
func (r *restorer) keyOf(kind string, t target, name string) string {
	if res, _ := kindNamed(kind); res.perTeam {
		for _, row := range r.saved[kind] {
			if row.ID == t.id {
				return r.policyKey(row)
			}
		}
	}
	return name
}

// renamed returns the value of a reference with another id.
func renamed(value any, id string) any {
	d, is := value.(document)
	if !is {
		return id
	}
	d = maps.Clone(d)
	delete(d, "name")
	delete(d, "username")
	d["id"] = id
	return d
}

// dropped returns the part of a weakened document in words.
func (r *restorer) dropped(what, part string, lost []loss) {
	for _, l := range lost {
		r.weakened("%s: %s: %s does not exist here", what, part, l.what)
	}
}
