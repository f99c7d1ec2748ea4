package alert

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/tripware/tripware/services/opsgenie/internal/object"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An Alert is an alert as the server shows it.
type Alert struct {
	ID             string            `json:"id"`
	TinyID         string            `json:"tinyId"`
	Alias          string            `json:"alias"` // the id if none was given
	Message        string            `json:"message"`
	Status         string            `json:"status"` // "open" or "closed"; the set is open
	Acknowledged   bool              `json:"acknowledged"`
	IsSeen         bool              `json:"isSeen"`
	Seen           bool              `json:"seen"` // the same in newer answers
	Tags           []string          `json:"tags"`
	Snoozed        bool              `json:"snoozed"`
	SnoozedUntil   shape.Time        `json:"snoozedUntil,omitzero"`
	Count          int               `json:"count"` // how often it was created while open
	LastOccurredAt shape.Time        `json:"lastOccurredAt,omitzero"`
	CreatedAt      shape.Time        `json:"createdAt,omitzero"`
	UpdatedAt      shape.Time        `json:"updatedAt,omitzero"`
	Source         string            `json:"source"`
	Owner          string            `json:"owner"` // a username; empty without one
	Priority       shape.Priority    `json:"priority"`
	Responders     []shape.Responder `json:"responders"`
	Integration    Integration       `json:"integration"`
	OwnerTeamID    string            `json:"ownerTeamId,omitzero"`
	Report         Report            `json:"report,omitzero"`

	// What follows comes from Get alone, not with a list.
	Actions     []string          `json:"actions,omitzero"`
	Entity      string            `json:"entity,omitzero"`
	Description string            `json:"description,omitzero"`
	Details     map[string]string `json:"details,omitzero"`
}

// An Integration is what an alert came through.
type Integration struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"` // such as "API"; the set is open
}

// A Report tells how long an alert was open. It is zero before anything happened.
type Report struct {
	AckTime        time.Duration // from its creation until it was acknowledged; zero if it was not
	CloseTime      time.Duration // from its creation until it was closed; zero if it was not
	AcknowledgedBy string
	ClosedBy       string
}

// reportWire is a report as the server writes it: durations in milliseconds.
type reportWire struct {
	AckTime        int64  `json:"ackTime,omitzero"`
	CloseTime      int64  `json:"closeTime,omitzero"`
	AcknowledgedBy string `json:"acknowledgedBy,omitzero"`
	ClosedBy       string `json:"closedBy,omitzero"`
}

// UnmarshalJSON reads a report.
func (r *Report) UnmarshalJSON(raw []byte) error {
	w, err := readReport(raw)
	if err != nil {
		return err
	}
	*r = Report{
		AckTime:        time.Duration(w.AckTime) * time.Millisecond,
		CloseTime:      time.Duration(w.CloseTime) * time.Millisecond,
		AcknowledgedBy: w.AcknowledgedBy,
		ClosedBy:       w.ClosedBy,
	}
	return nil
}

func readReport(raw []byte) (reportWire, error) {
	var w reportWire
	if object.Flat(raw, w.read) {
		return w, nil
	}
	var other reportWire // since encoding/json takes it off the stack
	err := json.Unmarshal(raw, &other)
	return other, err
}

// read takes a member of a report that is written as most are.
func (w *reportWire) read(name, value []byte, quoted bool) bool {
	switch string(name) {
	case "acknowledgedBy":
		w.AcknowledgedBy = string(value)
	case "closedBy":
		w.ClosedBy = string(value)
	case "ackTime":
		w.AckTime = number(value)
		return !quoted
	case "closeTime":
		w.CloseTime = number(value)
		return !quoted
	default:
		return false
	}
	return quoted
}

// number reads an integer that [object.Flat] found.
func number(text []byte) int64 {
	n, _ := strconv.ParseInt(string(text), 10, 64)
	return n
}

// MarshalJSON writes a report as the server does.
func (r Report) MarshalJSON() ([]byte, error) {
	return json.Marshal(reportWire{r.AckTime.Milliseconds(), r.CloseTime.Milliseconds(), r.AcknowledgedBy, r.ClosedBy})
}

// RequestStatus is what became of an asynchronous request.
type RequestStatus struct {
	shape.RequestStatus

	AlertID string `json:"alertId"` // empty if it failed
	Alias   string `json:"alias"`
}

// EntityID returns the id of the alert that the request was about.
func (s RequestStatus) EntityID() string { return s.AlertID }

// A Recipient is a user whom an alert notified, or tried to.
type Recipient struct {
	User      shape.User `json:"user"`
	State     string     `json:"state"`  // such as "action"; the set is open
	Method    string     `json:"method"` // such as "Acknowledge"; the set is open
	CreatedAt shape.Time `json:"createdAt,omitzero"`
	UpdatedAt shape.Time `json:"updatedAt,omitzero"`
}

// An Attachment is a file on an alert. Which fields are filled depends on the
// operation that answers.
type Attachment struct {
	ID   AttachmentID `json:"id,omitzero"`   // from ListAttachments and AddAttachment
	Name string       `json:"name,omitzero"` // as who added it said: do not use it as a path
	URL  string       `json:"url,omitzero"`  // from GetAttachment; whoever has it can read the file, and it takes no API key
}

// An AttachmentID is the number of an attachment, which the server writes as a
// number or as a string.
type AttachmentID string

// UnmarshalJSON reads either form.
func (a *AttachmentID) UnmarshalJSON(raw []byte) error {
	var number json.Number // takes both
	if err := json.Unmarshal(raw, &number); err != nil {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return err
		}
		number = json.Number(text)
	}
	*a = AttachmentID(number)
	return nil
}
