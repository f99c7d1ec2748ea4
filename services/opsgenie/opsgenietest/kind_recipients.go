package opsgenietest

// recipientsOf returns what notes the recipients of a field that name nobody, and
// those of types that it does not take. The field is a list, or one of them.
func recipientsOf(types ...string) func(p problems, name string, value any) {
	return func(p problems, name string, value any) {
		in := document{name: value}
		all := in.list(name)
		if one := in.object(name); one != nil {
			all = append(all, one)
		}
		for _, each := range all {
			r := recipient{Type: each.text("type"), ID: each.text("id"), Name: each.text("name"), Username: each.text("username")}
			if r.Type == "none" || r.Type == "all" {
				r.ID = r.Type // they need no name
			}
			p.checkRecipients(name, []recipient{r}, types...)
		}
	}
}

// recipient returns a recipient as answers name one: by its type, its id and its
// name, which of a user is the username. A group is named as the request does.
func (w *world) recipient(in document) document {
	switch noun := in.text("type"); noun {
	case "user", "team", "schedule", "escalation":
		id, name := w.known(noun, in)
		out := document{"type": noun, "id": id}
		label := "name"
		if noun == "user" {
			label = "username"
		}
		if name != "" {
			out[label] = name
		}
		return out
	default:
		return in.only("type", "id", "name")
	}
}

// user returns the recipient that is a user whom a document names.
func (w *world) user(in document) document {
	out := w.person(in)
	out["type"] = "user"
	return out
}

// team returns a team that a request names, as answers name one.
func (w *world) team(in document) document {
	id, name := w.known("team", in)
	out := document{"id": id}
	if name != "" {
		out["name"] = name
	}
	return out
}

// checkTeam notes a team without a name.
func checkTeam(p problems, name string, value any) {
	in := document{name: value}.object(name)
	p.add(in.text("id") == "" && in.text("name") == "", name, name+" needs an id or a name.")
}
