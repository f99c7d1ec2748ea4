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

// recipient returns a recipient with the id and the name that the server knows.
// One that is no team, user, schedule or escalation stays as it was written.
func (w *world) recipient(in document) document {
	switch noun := in.text("type"); noun {
	case "user", "team", "schedule", "escalation":
		return w.named(noun, in)
	default:
		return in.clone()
	}
}

// named returns what a request names with the id and the name that the server
// knows, which for a user is the username, and with all else that was written.
func (w *world) named(noun string, in document) document {
	id, name := w.known(noun, in)
	out := in.clone()
	out["id"] = id
	if name != "" && noun == "user" {
		out["username"] = name
	} else if name != "" {
		out["name"] = name
	}
	return out
}

// user returns the recipient that is a user whom a document names.
func (w *world) user(in document) document {
	out := w.named("user", in)
	out["type"] = "user"
	return out
}

// checkTeam notes a team without a name.
func checkTeam(p problems, name string, value any) {
	in := document{name: value}.object(name)
	p.add(in.text("id") == "" && in.text("name") == "", name, name+" needs an id or a name.")
}
