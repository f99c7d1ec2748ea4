package archive

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// format is the version of the folder's layout.
const format = 1

// Selected is what an export reads besides the configuration.
type Selected struct {
	Alerts      bool      `json:"alerts,omitempty"`    // with notes, logs, recipients and attachments
	Incidents   bool      `json:"incidents,omitempty"` // with notes, logs and timelines
	TeamLogs    bool      `json:"teamLogs,omitempty"`
	AuditLogs   bool      `json:"auditLogs,omitempty"`
	Calendars   bool      `json:"calendars,omitempty"`   // .ics files, and what the schedules say at the moment
	Postmortems []string  `json:"postmortems,omitempty"` // ids
	Since       time.Time `json:"since,omitzero"`        // of alerts, incidents and audit logs; zero means no bound
	Until       time.Time `json:"until,omitzero"`        // of alerts and incidents; zero means no bound
}

func (s Selected) equal(other Selected) bool {
	return s.String() == other.String()
}

// String returns the flags that select this.
func (s Selected) String() string {
	var flags []string
	for _, o := range []option{withAlerts, withIncidents, withTeamLogs, withAuditLogs, withCalendars} {
		if s.has(o) {
			flags = append(flags, flagOf(o))
		}
	}
	for _, id := range s.Postmortems {
		flags = append(flags, "--postmortem "+id)
	}
	if !s.Since.IsZero() {
		flags = append(flags, "--since "+s.Since.Format(time.RFC3339Nano))
	}
	if !s.Until.IsZero() {
		flags = append(flags, "--until "+s.Until.Format(time.RFC3339Nano))
	}
	if flags == nil {
		return "none"
	}
	return strings.Join(flags, " ")
}

// has reports whether an export reads what needs an option.
func (s Selected) has(o option) bool {
	switch o {
	case withAlerts:
		return s.Alerts
	case withIncidents:
		return s.Incidents
	case withTeamLogs:
		return s.TeamLogs
	case withAuditLogs:
		return s.AuditLogs
	case withCalendars:
		return s.Calendars
	case withPostmortems:
		return len(s.Postmortems) > 0
	case always:
	}
	return true
}

// A Manifest says what an export holds, and what is missing.
type Manifest struct {
	Format   int         `json:"format"`
	Account  string      `json:"account"`
	Started  time.Time   `json:"started"`
	Finished time.Time   `json:"finished"`
	Options  Selected    `json:"options"`
	Kinds    []KindCount `json:"kinds"`
	Missing  []Missing   `json:"missing"`  // what could not be read, and why
	Unlisted []Unlisted  `json:"unlisted"` // what no export can have, because the API has no list of it
	Index    Stored      `json:"index"`    // the file that lists all others
	Rows     int         `json:"rows"`
	Files    int         `json:"files"` // of all rows, with those beside them
	Bytes    int64       `json:"bytes"`
}

// A KindCount counts the rows of one kind.
type KindCount struct {
	Kind    string         `json:"kind"`
	Rows    int            `json:"rows"`
	Parts   map[string]int `json:"parts,omitempty"`   // parts of parts are named like "notification-rules/steps"
	Missing int            `json:"missing,omitempty"` // how much could not be read
	Left    string         `json:"left,omitempty"`    // the option that would have read this kind
}

// An Unlisted is a kind of which the API has no list.
type Unlisted struct {
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
}

// count fills in the counts of a manifest.
func (m *Manifest) count(entries []Entry) {
	byKind := map[string]*KindCount{}
	m.Kinds = make([]KindCount, 0, len(table()))
	for _, r := range table() {
		k := KindCount{Kind: r.name}
		if !m.Options.has(r.option) {
			k.Left = flagOf(r.option)
		}
		m.Kinds = append(m.Kinds, k)
	}
	for i := range m.Kinds {
		byKind[m.Kinds[i].Kind] = &m.Kinds[i]
	}
	for _, e := range entries {
		k := byKind[e.Kind]
		if k == nil {
			continue // of a newer version
		}
		k.Rows++
		for name, n := range e.Parts {
			if k.Parts == nil {
				k.Parts = map[string]int{}
			}
			k.Parts[name] += n
		}
		m.Rows++
		m.Files += 1 + len(e.Files)
		m.Bytes += e.Bytes
		for _, f := range e.Files {
			m.Bytes += f.Bytes
		}
	}
	for _, each := range m.Missing {
		if k := byKind[each.Kind]; k != nil {
			k.Missing++
		}
	}
}

// flagOf returns the flag of the command that selects an option.
func flagOf(o option) string {
	return map[option]string{
		withAlerts: "--alerts", withIncidents: "--incidents", withTeamLogs: "--team-logs", withAuditLogs: "--audit-logs",
		withCalendars: "--calendars", withPostmortems: "--postmortem",
	}[o]
}

// finish writes the index and the manifest, and removes the journal.
func (x *exporter) finish(lists []Missing) (*Manifest, error) {
	entries := x.journal.sorted()
	m := &Manifest{
		Format: format, Account: x.journal.head.Account, Options: x.journal.head.Options, Finished: x.now().UTC().Truncate(time.Second),
		Missing: lists, Unlisted: unlisted(),
	}
	m.Started, _ = time.Parse(time.RFC3339, x.journal.head.Started)
	for _, e := range entries {
		m.Missing = append(m.Missing, e.Missing...)
	}
	if m.Missing == nil {
		m.Missing = []Missing{} // an empty list says so
	}
	m.count(entries)
	var err error
	m.Index, err = x.folder.writeSynced(indexFile, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for _, e := range entries {
			if err := enc.Encode(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := x.folder.writeJSONFile(manifestFile, m); err != nil {
		return nil, err
	}
	if err := x.folder.remove(journalFile); err != nil {
		return nil, fmt.Errorf("archive: remove journal: %w", err)
	}
	return m, x.folder.syncFolder(".")
}

// String returns such as "314 rows in 320 files, 1.2 MB".
func (m *Manifest) String() string {
	return fmt.Sprintf("%s in %s, %s", count(m.Rows, "row"), count(m.Files, "file"), size(m.Bytes))
}

// count returns such as "1 part" or "2 parts".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// size returns a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d bytes", n)
}
