package incident

import (
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An TimelineEntry is one thing that happened in an incident.
type TimelineEntry struct {
	ID          string              `json:"id"`
	Group       string              `json:"group"` // such as "custom" or "incident"; the set is open
	Type        string              `json:"type"`  // such as "CustomUserEntry"; the set is open
	EventTime   shape.Time          `json:"eventTime,omitzero"`
	Hidden      bool                `json:"hidden"`
	Actor       TimelineActor       `json:"actor"`
	Description TimelineDescription `json:"description"`
	LastEdit    TimelineEdit        `json:"lastEdit,omitzero"` // zero if there was none
}

// An TimelineActor is who did something.
type TimelineActor struct {
	Name string `json:"name"`
	Type string `json:"type"` // such as "user"; the set is open
}

// An TimelineEdit is a change of an entry.
type TimelineEdit struct {
	EditTime shape.Time    `json:"editTime,omitzero"`
	Actor    TimelineActor `json:"actor"`
}

// A TimelineDescription is the text of an entry. [PlainText] makes one.
type TimelineDescription struct {
	Name    string `json:"name,omitzero"` // in answers alone
	Type    string `json:"type,omitzero"` // "plain_text", the only one so far; the set is open
	Content string `json:"content"`
}

// PlainText returns the description that is a plain text.
func PlainText(content string) TimelineDescription {
	return TimelineDescription{Type: "plain_text", Content: content}
}

// check refuses a description that is given and says nothing.
func (d TimelineDescription) check() error {
	if d.Content == "" {
		return &services.ArgumentError{Field: "description.content", Problem: "is required"}
	}
	return nil
}

// ListEntriesRequest asks for the timeline of one incident.
type ListEntriesRequest struct {
	IncidentID    string      `path:"incidentId"`
	Groups        []string    `query:"group"` // such as "custom" and "incident"; all if empty
	DiscardHidden bool        `query:"discardHidden"`
	Offset        string      `query:"offset"`
	Limit         int         `query:"limit" check:"min=0"` // zero means the server's default, which is not documented
	Order         shape.Order `query:"order"`
	ContentType   string      `query:"contentType"` // of the descriptions; which there are is not documented
}

// GetEntryRequest asks for one entry of one incident's timeline.
type GetEntryRequest struct {
	IncidentID  string `path:"incidentId"`
	ID          string `path:"timelineEntryId"`
	ContentType string `query:"contentType"` // of the description; which there are is not documented
}

// AddEntryRequest asks to add an entry to one incident's timeline.
type AddEntryRequest struct {
	IncidentID  string              `path:"incidentId"`
	Description TimelineDescription `json:"description"`
	Time        time.Time           `json:"time,omitzero"` // when it happened; now if zero
}

// Check refuses a description that says nothing.
func (r AddEntryRequest) Check() error { return r.Description.check() }

// repeat says that only what was not processed may be repeated: each copy is
// another entry.
func (r AddEntryRequest) repeat() services.Repeat { return services.RetryIfRefused }

// UpdateEntryRequest asks to change one entry of one incident's timeline. What
// is zero is not sent.
type UpdateEntryRequest struct {
	IncidentID  string              `path:"incidentId"`
	ID          string              `path:"timelineEntryId"`
	Description TimelineDescription `json:"description,omitzero"`
	Time        time.Time           `json:"time,omitzero"` // when it happened
}

// Check refuses a description that is given and says nothing.
func (r UpdateEntryRequest) Check() error {
	if r.Description == (TimelineDescription{}) {
		return nil
	}
	return r.Description.check()
}

// DeleteEntryRequest asks to delete one entry of one incident's timeline.
type DeleteEntryRequest struct {
	IncidentID string `path:"incidentId"`
	ID         string `path:"timelineEntryId"`
}

// HideEntryRequest asks to hide one entry of one incident's timeline.
type HideEntryRequest struct {
	IncidentID string `path:"incidentId"`
	ID         string `path:"timelineEntryId"`
}

// repeat says that a repeat is harmless.
func (r HideEntryRequest) repeat() services.Repeat { return services.SafeToRetry }

// UnhideEntryRequest asks to show one entry of one incident's timeline again.
type UnhideEntryRequest struct {
	IncidentID string `path:"incidentId"`
	ID         string `path:"timelineEntryId"`
}

// repeat says that a repeat is harmless.
func (r UnhideEntryRequest) repeat() services.Repeat { return services.SafeToRetry }
