package opsgenietest

// recipientsOf returns a check for members that are a recipient or a list of recipients,
// whose types must be among types.
func recipientsOf(types ...string) func(p problems, name string, value any) {
	return func(p problems, name string, value any) {
		in := document{name: value}
		all := in.List(name)
		if one := in.Object(name); one != nil {
			all = append(all, one)
		}
		for _, each := range all {
			r := recipient{Type: each.Text("type"), ID: each.Text("id"), Name: each.Text("name"), Username: each.Text("username")}
			if r.Type == "none" || r.Type == "all" {
				r.ID = r.Type // these need no id or name
			}
			checkRecipients(p, name, []recipient{r}, types...)
		}
	}
}

// recipient returns a recipient with its id and name: see named. Recipients of other
// types are returned as they are.
func (w *world) recipient(in document) document {
	switch noun := in.Text("type"); noun {
	case "user", "team", "schedule", "escalation":
		return w.named(noun, in)
	default:
		return in.Clone()
	}
}

// named returns a copy of a document that names a team, user, schedule or escalation,
// with its current id and name, which for a user is the username.
func (w *world) named(noun string, in document) document {
	id, name := w.known(noun, in)
	out := in.Clone()
	out["id"] = id
	if name != "" && noun == "user" {
		out["username"] = name
	} else if name != "" {
		out["name"] = name
	}
	return out
}

// user returns a user as a recipient.
func (w *world) user(in document) document {
	out := w.named("user", in)
	out["type"] = "user"
	return out
}

// checkTeam adds an error if a team has neither id nor name.
func checkTeam(p problems, name string, value any) {
	in := document{name: value}.Object(name)
	p.Add(in.Text("id") == "" && in.Text("name") == "", name, name+" needs an id or a name.")
}
