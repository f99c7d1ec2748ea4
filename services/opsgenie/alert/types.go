package alert

import (
	"encoding/json"
	"math"
	"time"

	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An Alert is an alert as the server returns it.
type Alert struct {
	ID             string            `json:"id"`
	TinyID         string            `json:"tinyId"`
	Alias          string            `json:"alias"` // the id if the alert was created without one
	Message        string            `json:"message"`
	Status         string            `json:"status"` // "open" or "closed"; there may be others
	Acknowledged   bool              `json:"acknowledged"`
	IsSeen         bool              `json:"isSeen"`
	Seen           bool              `json:"seen"` // as IsSeen, in newer responses
	Tags           []string          `json:"tags"`
	Snoozed        bool              `json:"snoozed"`
	SnoozedUntil   shape.Time        `json:"snoozedUntil,omitzero"`
	Count          int               `json:"count"` // how often it was created while it was open
	LastOccurredAt shape.Time        `json:"lastOccurredAt,omitzero"`
	CreatedAt      shape.Time        `json:"createdAt,omitzero"`
	UpdatedAt      shape.Time        `json:"updatedAt,omitzero"`
	Source         string            `json:"source"`
	Owner          string            `json:"owner"` // a username; empty if nobody owns it
	Priority       shape.Priority    `json:"priority"`
	Responders     []shape.Responder `json:"responders"`
	Integration    Integration       `json:"integration"`
	OwnerTeamID    string            `json:"ownerTeamId,omitzero"`
	Report         Report            `json:"report,omitzero"`

	// Only Get returns the following fields; they are zero in a list.
	Actions     []string          `json:"actions,omitzero"`
	Entity      string            `json:"entity,omitzero"`
	Description string            `json:"description,omitzero"`
	Details     map[string]string `json:"details,omitzero"`
}

// An Integration is the integration that an alert was created by.
type Integration struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"` // such as "API"; other values are possible
}

// A Report says when and by whom an alert was acknowledged and closed. It is zero before that.
type Report struct {
	AckTime        Milliseconds `json:"ackTime,omitzero"`   // from its creation until it was acknowledged
	CloseTime      Milliseconds `json:"closeTime,omitzero"` // from its creation until it was closed
	AcknowledgedBy string       `json:"acknowledgedBy,omitzero"`
	ClosedBy       string       `json:"closedBy,omitzero"`
}

// Milliseconds is a duration in milliseconds.
type Milliseconds int64

// Duration returns m as a time.Duration, which holds at most 292 years.
func (m Milliseconds) Duration() time.Duration {
	const most = Milliseconds(math.MaxInt64 / time.Millisecond)
	return time.Duration(max(-most, min(m, most))) * time.Millisecond
}

// String returns such as "12m5.207s".
func (m Milliseconds) String() string { return m.Duration().String() }

// RequestStatus is the outcome of an asynchronous request.
type RequestStatus struct {
	shape.RequestStatus

	AlertID string `json:"alertId"` // empty if the request failed
	Alias   string `json:"alias"`
}

// EntityID returns the id of the alert that the request was about.
func (s RequestStatus) EntityID() string { return s.AlertID }

// A Recipient is a user that an alert notified, or tried to notify.
type Recipient struct {
	User      shape.User `json:"user"`
	State     string     `json:"state"`  // such as "action"; other values are possible
	Method    string     `json:"method"` // such as "Acknowledge"; other values are possible
	CreatedAt shape.Time `json:"createdAt,omitzero"`
	UpdatedAt shape.Time `json:"updatedAt,omitzero"`
}

// An Attachment is a file of an alert. Each operation fills some of the fields.
type Attachment struct {
	ID   AttachmentID `json:"id,omitzero"`   // from ListAttachments and AddAttachment
	Name string       `json:"name,omitzero"` // as given when the file was added: do not use it as a path
	URL  string       `json:"url,omitzero"`  // from GetAttachment; it needs no API key, so that everyone who has it can read the file
}

// An AttachmentID is the number of an attachment, which the server writes as a number or as a
// string.
type AttachmentID string

// UnmarshalJSON reads either form.
func (a *AttachmentID) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		var number json.Number
		if err := json.Unmarshal(raw, &number); err != nil {
			return err
		}
		text = number.String()
	}
	*a = AttachmentID(text)
	return nil
}
