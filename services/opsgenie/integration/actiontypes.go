package integrationaction

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/internal/object"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Type is what an action does to alerts. The set is open.
type Type string

// The types.
const (
	TypeCreate      Type = "create"
	TypeClose       Type = "close"
	TypeAcknowledge Type = "acknowledge"
	TypeAddNote     Type = "addNote"
	TypeIgnore      Type = "ignore"
)

// An Action says what becomes of data that its filter chooses. Texts may have
// fields of the data in double braces, such as "{{message}}". [Create], [Close],
// [Acknowledge], [AddNote] and [Ignore] make one. What is empty or nil is not sent,
// but for User, Note and Alias of the first four types, which the API wants to see.
type Action struct {
	Type   Type   `json:"type"` // required
	Name   string `json:"name"` // required
	Order  *int   `json:"order,omitzero"`
	Filter Filter `json:"filter"` // required

	User  string `json:"user"`  // shown as the actor; nobody if empty; not of TypeIgnore, like the next two
	Note  string `json:"note"`  // none if empty, which TypeAddNote refuses
	Alias string `json:"alias"` // of the alert: required, but of TypeCreate, whose alert has its id for one then

	// The rest is of TypeCreate.

	Message                          string            `json:"message,omitzero"`
	Description                      string            `json:"description,omitzero"`
	Source                           string            `json:"source,omitzero"`
	Entity                           string            `json:"entity,omitzero"`
	Priority                         shape.Priority    `json:"priority,omitzero"`
	CustomPriority                   string            `json:"customPriority,omitzero"`
	AppendAttachments                *bool             `json:"appendAttachments,omitzero"`
	AlertActions                     []string          `json:"alertActions,omitzero"`
	Recipients                       []shape.Recipient `json:"recipients,omitzero"` // the older name of responders
	Responders                       []shape.Recipient `json:"responders,omitzero"`
	Tags                             []string          `json:"tags,omitzero"`
	ExtraProperties                  map[string]string `json:"extraProperties,omitzero"`
	IgnoreAlertActionsFromPayload    *bool             `json:"ignoreAlertActionsFromPayload,omitzero"`
	IgnoreRecipientsFromPayload      *bool             `json:"ignoreRecipientsFromPayload,omitzero"`
	IgnoreRespondersFromPayload      *bool             `json:"ignoreRespondersFromPayload,omitzero"`
	IgnoreTeamsFromPayload           *bool             `json:"ignoreTeamsFromPayload,omitzero"`
	IgnoreTagsFromPayload            *bool             `json:"ignoreTagsFromPayload,omitzero"`
	IgnoreExtraPropertiesFromPayload *bool             `json:"ignoreExtraPropertiesFromPayload,omitzero"`

	Other map[string]json.RawMessage `json:"-"` // fields that are unknown here, which go back as they came
}

// A Filter chooses data.
type Filter struct {
	Match      shape.FilterKind  `json:"conditionMatchType,omitzero"`
	Conditions []shape.Condition `json:"conditions,omitzero"` // their fields are those of the data
}

// Create returns the action that creates an alert with a message and an alias.
func Create(name string, f Filter, message, alias string) Action {
	return Action{Type: TypeCreate, Name: name, Filter: f, Message: message, Alias: alias}
}

// Close returns the action that closes the alert with an alias.
func Close(name string, f Filter, alias string) Action {
	return Action{Type: TypeClose, Name: name, Filter: f, Alias: alias}
}

// Acknowledge returns the action that acknowledges the alert with an alias.
func Acknowledge(name string, f Filter, alias string) Action {
	return Action{Type: TypeAcknowledge, Name: name, Filter: f, Alias: alias}
}

// AddNote returns the action that adds a note to the alert with an alias.
func AddNote(name string, f Filter, alias, note string) Action {
	return Action{Type: TypeAddNote, Name: name, Filter: f, Alias: alias, Note: note}
}

// Ignore returns the action that drops data.
func Ignore(name string, f Filter) Action {
	return Action{Type: TypeIgnore, Name: name, Filter: f}
}

// check refuses an action, sent below field, that lacks what it must have.
func (a Action) check(field string) error {
	var faults []error
	if a.Type == "" {
		faults = append(faults, &services.ArgumentError{Field: field + "type", Problem: "is required"})
	}
	if a.Name == "" {
		faults = append(faults, &services.ArgumentError{Field: field + "name", Problem: "is required"})
	}
	if a.Alias == "" && a.onAlert() && a.Type != TypeCreate {
		faults = append(faults, &services.ArgumentError{Field: field + "alias", Problem: "is required"})
	}
	if a.Note == "" && a.Type == TypeAddNote {
		faults = append(faults, &services.ArgumentError{Field: field + "note", Problem: "is required"})
	}
	if a.Order != nil && *a.Order < 0 {
		faults = append(faults, &services.ArgumentError{Field: field + "order", Problem: "must not be negative"})
	}
	return errors.Join(append(faults,
		check.Recipients(field+"recipients", a.Recipients...),
		check.Recipients(field+"responders", a.Responders...),
	)...)
}

// onAlert reports whether the API wants the user, the note and the alias of a.
func (a Action) onAlert() bool {
	switch a.Type {
	case TypeCreate, TypeClose, TypeAcknowledge, TypeAddNote:
		return true
	case TypeIgnore:
	}
	return false // nor does anybody know it of a type that is unknown here
}

// MarshalJSON writes an action with all its fields.
func (a Action) MarshalJSON() ([]byte, error) {
	type known Action // without this method
	if a.onAlert() {
		return object.Join(known(a), a.Other)
	}
	return object.Join(struct {
		known
		User  string `json:"user,omitzero"`
		Note  string `json:"note,omitzero"`
		Alias string `json:"alias,omitzero"`
	}{known(a), a.User, a.Note, a.Alias}, a.Other)
}

// UnmarshalJSON reads an action of any type, and keeps all its fields.
func (a *Action) UnmarshalJSON(raw []byte) error {
	type known Action // without this method
	var k known
	rest, err := object.Split(raw, &k)
	if err != nil {
		return fmt.Errorf("integrationaction: read action: %w", err)
	}
	*a = Action(k)
	a.Other = rest
	return nil
}

// Actions are the actions of an integration, by their types.
type Actions struct {
	Parent      Parent   `json:"_parent,omitzero"` // the integration, in answers
	Ignore      []Action `json:"ignore"`
	Create      []Action `json:"create"`
	Close       []Action `json:"close"`
	Acknowledge []Action `json:"acknowledge"`
	AddNote     []Action `json:"addNote"`

	Other map[string]json.RawMessage `json:"-"` // types that are unknown here, which go back as they came
}

// A Parent is the integration that actions belong to.
type Parent struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	Type    string `json:"type"`
	TeamID  string `json:"teamId,omitzero"`
}

// MarshalJSON writes the actions of all types; a list that is nil as an empty one.
func (a Actions) MarshalJSON() ([]byte, error) {
	type known Actions // without this method
	for _, list := range []*[]Action{&a.Ignore, &a.Create, &a.Close, &a.Acknowledge, &a.AddNote} {
		if *list == nil {
			*list = []Action{}
		}
	}
	return object.Join(known(a), a.Other)
}

// UnmarshalJSON reads actions, and keeps those of types that are unknown here.
func (a *Actions) UnmarshalJSON(raw []byte) error {
	type known Actions // without this method
	var k known
	rest, err := object.Split(raw, &k)
	if err != nil {
		return fmt.Errorf("integrationaction: read actions: %w", err)
	}
	*a = Actions(k)
	a.Other = rest
	return nil
}
