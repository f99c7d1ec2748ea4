package auditlog

import (
	"cmp"
	"strings"

	"github.com/tripware/tripware/services/jsm/shape"
)

// An Entry is an entry of the audit log.
type Entry struct {
	Created  shape.Time `json:"created,omitzero"`
	Message  string     `json:"message"`  // see Text
	Summary  string     `json:"summary"`  // see Text
	Details  string     `json:"details"`  // a JSON object as text
	Category string     `json:"category"` // in words such as "Configuration Changes", not one of the constants of [Category]
	Level    Level      `json:"level"`
}

// Text returns what happened. The API documents it as the member message, and shows it in examples
// as summary.
func (e Entry) Text() string { return cmp.Or(e.Message, e.Summary) }

// A Level is how important an entry is. Values other than those listed here are kept and sent as
// they are.
type Level string

// The levels, as requests spell them. Those of responses are read in their spelling too.
const (
	Information Level = "INFORTMATION" // the spelling is that of the API
	Warning     Level = "WARN"
	Error       Level = "ERROR"
)

// UnmarshalText reads a level as requests or responses spell it, such as WARN or Warning.
func (l *Level) UnmarshalText(text []byte) error {
	switch word := Level(strings.ToUpper(string(text))); word {
	case "INFORMATION":
		*l = Information
	case "WARNING":
		*l = Warning
	case Information, Warning, Error:
		*l = word
	default:
		*l = Level(text)
	}
	return nil
}

// A Category is a kind of entries, to select them. Values other than those listed here are sent as
// they are.
type Category string

// The categories.
const (
	Automation         Category = "AUTOMATION"
	IncomingData       Category = "INCOMING_DATA"
	Alerts             Category = "ALERTS"
	API                Category = "API"
	ConfigChange       Category = "CONFIG_CHANGE"
	Email              Category = "EMAIL"
	Heartbeat          Category = "HEARTBEAT"
	IncidentManagement Category = "INCIDENT_MANAGEMENT"
	Integration        Category = "INTEGRATION"
	Sync               Category = "SYNC"
	Notification       Category = "NOTIFICATION"
	OnCallManagement   Category = "ONCALL_MANAGEMENT"
	Services           Category = "SERVICE"
	UserImport         Category = "USER_IMPORT"
	AddUserToGroup     Category = "ADD_USER_TO_GROUP"
	AddUserToRole      Category = "ADD_USER_TO_ROLE"
)
