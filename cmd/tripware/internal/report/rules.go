package report

import (
	_ "embed"
	"strings"
)

// moving is a copy of services/jsm/testdata/moving.tsv. A test holds both equal.
//
//go:embed moving.tsv
var moving string

// A rule is a line of the table: what becomes of an operation of Opsgenie.
type rule struct {
	operation  string   // such as Teams.List
	verdict    string   // events, address, paging, members, part or none
	targets    []string // the operations of JSM Operations
	confidence string
	note       string // what changes; if nothing corresponds, what to do instead
}

// readRules returns the rules by operation.
func readRules() map[string]rule {
	all := map[string]rule{}
	_, lines, _ := strings.Cut(moving, "\n") // the first names the columns
	for line := range strings.Lines(lines) {
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		r := rule{operation: c[0] + "." + c[1], verdict: c[2], confidence: strings.Trim(c[4], "-"), note: c[5]}
		if c[3] != "-" {
			r.targets = strings.Split(c[3], ",")
		}
		all[r.operation] = r
	}
	return all
}

// A Fate says what becomes of a resource.
type Fate string

// The fates.
const (
	Moves  Fate = "moves"   // there is a counterpart, which a program can create; nothing is lost
	ByHand Fate = "by-hand" // there is a counterpart, but something has to be changed or decided, or by another person
	Gone   Fate = "none"    // there is no counterpart
)

// fate returns what the rule alone says.
func (r rule) fate() Fate {
	switch r.verdict {
	case "none":
		return Gone
	case "members", "part":
		return ByHand
	}
	return Moves
}
