package archive

import (
	"iter"
	"slices"
)

// A resource is a row of the table: a kind of resource, or a part of one. The wildcards of
// its routes are filled with the ids of the resources above it and, in get, its own.
type resource struct {
	name  string // of the kind, which is also its folder; or of the part
	title string // the member that people know a row by; "name" if empty

	list   string // the route of the list, or of the one object if single
	query  string // of list
	single bool   // list returns one object
	rows   string // the member of the data that holds the rows; empty if the data is the list
	pages  paging
	id     string // the member that identifies a row; "id" if empty

	get      string // the route that returns more of a row than the list; may be empty
	getQuery string
	perTeam  bool // there is a list for each team, selected by the parameter teamId
	account  bool // if perTeam: there is also a list without that parameter
	file     filing

	parts  []resource
	refs   []ref
	option option // that the export needs to read it
	twin   bool   // the row itself, or another one, has the same
	moment bool   // it says what was at the moment of reading, so that two exports always differ
	own    string // the members, at any depth, in which equal resources differ: separated by spaces
}

// paging says how the pages of a list follow each other.
type paging int

const (
	byLink   paging = iota // paging.next, if there is one
	byTime                 // windows of the time of creation: see window.go
	byOffset               // data.offset is the parameter offset of the next page
	byLast                 // the id of the last row is the parameter offset of the next page
	byMarker               // the marker is a part of the path; a page without rows is the last
)

// filing says whether a row has a file beside its JSON, and how that is read.
type filing int

const (
	noFile   filing = iota
	calendar        // list returns the file itself, as text/calendar
	linked          // the member url of the row leads to it
	logFile         // a request by the row's id returns a link to it
)

// option is what an export has to be asked for.
type option int

const (
	always option = iota
	withAlerts
	withIncidents
	withTeamLogs
	withAuditLogs
	withCalendars
	withPostmortems
)

// A ref says which member of a resource names another resource: by the id in a string, or by
// the member id of an object. The path's names are separated by dots; a name that ends in []
// is a list, each of whose items is meant.
type ref struct {
	path string
	to   string // the kind; if empty, the object's member type says it
}

// kindsOf returns the kinds that a type in a reference may mean.
func kindsOf(typ string) []string {
	switch typ {
	case "user", "team", "schedule", "escalation", "integration", "service":
		return []string{typ + "s"}
	case "policy":
		return []string{alertPolicies, notificationPolicies, policiesV1}
	}
	return nil // all, none, group, and types that are not known
}

// The kinds that are named elsewhere in the package.
const (
	users                = "users"
	userRoles            = "user-roles"
	teams                = "teams"
	schedules            = "schedules"
	escalations          = "escalations"
	integrations         = "integrations"
	heartbeats           = "heartbeats"
	maintenances         = "maintenance"
	alertPolicies        = "alert-policies"
	notificationPolicies = "notification-policies"
	policiesV1           = "policies-v1"

	roles             = "roles"
	routingRules      = "routing-rules"
	rotations         = "rotations"
	actions           = "actions"
	notificationRules = "notification-rules"
	postmortems       = "postmortems"
)

// Kinds returns the names of all kinds of resources, in the order in which they are shown.
func Kinds() []string {
	var all []string
	for _, r := range table() {
		all = append(all, r.name)
	}
	return all
}

// table returns all kinds of resources.
func table() []resource {
	return slices.Concat(people(), groups(), onCall(), rules(), history())
}

// kindNamed returns a kind of the table.
func kindNamed(name string) (resource, bool) {
	all := table()
	i := slices.IndexFunc(all, func(r resource) bool { return r.name == name })
	if i < 0 {
		return resource{}, false
	}
	return all[i], true
}

// part returns a part of a kind of the table.
func part(kind, name string) resource {
	all, _ := kindNamed(kind)
	i := slices.IndexFunc(all.parts, func(p resource) bool { return p.name == name })
	return all.parts[i]
}

// all returns the resource and its parts, at any depth.
func (r resource) all() iter.Seq[resource] {
	return func(yield func(resource) bool) { r.walk(yield) }
}

func (r resource) walk(yield func(resource) bool) bool {
	if !yield(r) {
		return false
	}
	for _, p := range r.parts {
		if !p.walk(yield) {
			return false
		}
	}
	return true
}

// unlisted are the kinds of which the API has no list, with the reason why an export has
// none of them.
func unlisted() []Unlisted {
	return []Unlisted{
		{"deployments", "the API has no list of deployments; it returns one whose id is known"},
		{postmortems, "the API has no list of postmortems, and no incident names its own; the export has those that --postmortem names"},
		{"requests", "the state of an asynchronous request is kept for a short time, and the API has no list of them"},
	}
}
