package alert

import (
	"encoding/json"
	"time"

	"github.com/tripware/tripware/services/jsm/shape"
)

// An Alert is an alert as the server returns it.
type Alert struct {
	ID              string            `json:"id"` // a UUID, "-", and the milliseconds since 1970
	TinyID          string            `json:"tinyId"`
	Alias           string            `json:"alias"` // the id if the alert was created without one
	Message         string            `json:"message"`
	Description     string            `json:"description"`
	Status          string            `json:"status"` // "open" or "closed"; "acked", "resolved" and "snoozed" are documented too
	Acknowledged    bool              `json:"acknowledged"`
	Snoozed         bool              `json:"snoozed"`
	SnoozedUntil    shape.Time        `json:"snoozedUntil,omitzero"`
	Seen            bool              `json:"seen"`
	Count           int               `json:"count"` // how often it was created while it was open
	CreatedAt       shape.Time        `json:"createdAt,omitzero"`
	UpdatedAt       shape.Time        `json:"updatedAt,omitzero"`
	LastOccuredAt   shape.Time        `json:"lastOccuredAt,omitzero"`  // as the server spells it: see LastOccurred
	LastOccurredAt  shape.Time        `json:"lastOccurredAt,omitzero"` // in the other spelling
	AckTime         shape.Time        `json:"ackTime,omitzero"`        // when it was acknowledged
	CloseTime       shape.Time        `json:"closeTime,omitzero"`      // when it was closed
	Entity          string            `json:"entity"`
	Source          string            `json:"source"`
	Owner           string            `json:"owner"` // a display name, not an account id; empty if nobody owns it
	Priority        shape.Priority    `json:"priority"`
	Responders      []shape.Responder `json:"responders"`
	Actions         []string          `json:"actions"`
	Tags            []string          `json:"tags"`
	Details         map[string]string `json:"extraProperties"`
	IntegrationType string            `json:"integrationType"` // such as "API"; other values are possible
	IntegrationName string            `json:"integrationName"`
}

// LastOccurred returns when the alert was last created while it was open, in whichever
// spelling the server sent it.
func (a Alert) LastOccurred() time.Time {
	if a.LastOccurredAt.IsZero() {
		return a.LastOccuredAt.Time
	}
	return a.LastOccurredAt.Time
}

// RequestStatus is the outcome of an asynchronous request.
type RequestStatus struct {
	IsSuccess     bool       `json:"isSuccess"` // false is final once the request was processed: it failed
	Action        string     `json:"action"`    // such as "Create"
	Status        string     `json:"status"`    // a sentence, such as "Created alert"
	ProcessedAt   shape.Time `json:"processedAt,omitzero"`
	IntegrationID string     `json:"integrationId"`
	AlertID       string     `json:"alertId"` // may be empty if the request failed
	Alias         string     `json:"alias"`
}

// Processed reports whether the request was processed.
func (s RequestStatus) Processed() bool { return s.IsSuccess || !s.ProcessedAt.IsZero() }

// EntityID returns the id of the alert that the request was about.
func (s RequestStatus) EntityID() string { return s.AlertID }

// Failure returns a [shape.ActionError] if the request failed, and nil otherwise.
func (s RequestStatus) Failure() error {
	if s.IsSuccess {
		return nil
	}
	return shape.NewActionError(s.Action, s.Status)
}

// A Note is a note on an alert.
type Note struct {
	ID        string     `json:"id"`
	Note      string     `json:"note"`
	Owner     string     `json:"owner"` // the author
	CreatedAt shape.Time `json:"createdAt,omitzero"`
	UpdatedAt shape.Time `json:"updatedAt,omitzero"`
}

// A Log is an entry in the history of an alert.
type Log struct {
	Log       string     `json:"log"`
	Type      string     `json:"logType"` // such as "system"
	Owner     string     `json:"owner"`   // the user or integration that acted
	CreatedAt shape.Time `json:"logTime,omitzero"`
}

// An Attachment is a file of an alert. Each operation fills some of the fields.
type Attachment struct {
	ID        AttachmentID `json:"id,omitzero"`
	Name      string       `json:"attachmentName,omitzero"` // as given when the file was added: do not use it as a path
	CreatedAt shape.Time   `json:"insertedAt,omitzero"`
	URL       string       `json:"url,omitzero"` // from GetAttachment; it needs no credential, so everyone who has it can read the file
}

// An AttachmentID is the number of an attachment, which is read as a string or as a number.
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
