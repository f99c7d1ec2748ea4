package integration

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An ActionType is what an action does with data. Values other than those listed here are kept
// and sent as they are.
type ActionType string

// The types of actions.
const (
	ActionCreate      ActionType = "create"
	ActionClose       ActionType = "close"
	ActionAcknowledge ActionType = "acknowledge"
	ActionAddNote     ActionType = "addNote"
	ActionIgnore      ActionType = "ignore"
)

// An Action says what an integration does with the data that a filter matches. Texts may contain
// fields of the data in double braces, such as "{{message}}". [CreateAlert], [CloseAlert],
// [AcknowledgeAlert], [AddNote] and [Ignore] return one.
type Action struct {
	services.Other

	Type   ActionType             `json:"type"`           // required
	Name   string                 `json:"name"`           // required
	Order  services.Optional[int] `json:"order,omitzero"` // position in the list of its type, from 0; the server chooses it if absent
	Filter Filter                 `json:"filter"`         // required

	// The members of all types except ActionIgnore. The API requires them: [ActionService] sends an
	// empty text for one that is absent.

	User  services.Optional[string] `json:"user,omitzero"`  // shown as the actor; nobody if empty
	Note  services.Optional[string] `json:"note,omitzero"`  // required for ActionAddNote
	Alias services.Optional[string] `json:"alias,omitzero"` // of the alert; required except for ActionCreate: the id by default

	// The members of ActionCreate.

	Message                          string                  `json:"message,omitzero"`
	Description                      string                  `json:"description,omitzero"`
	Source                           string                  `json:"source,omitzero"`
	Entity                           string                  `json:"entity,omitzero"`
	Priority                         shape.Priority          `json:"priority,omitzero"`
	CustomPriority                   string                  `json:"customPriority,omitzero"`
	AppendAttachments                services.Optional[bool] `json:"appendAttachments,omitzero"`
	AlertActions                     []string                `json:"alertActions,omitzero"`
	Recipients                       []shape.Recipient       `json:"recipients,omitzero"` // the older name of Responders
	Responders                       []shape.Recipient       `json:"responders,omitzero"`
	Tags                             []string                `json:"tags,omitzero"`
	ExtraProperties                  map[string]string       `json:"extraProperties,omitzero"`
	IgnoreAlertActionsFromPayload    services.Optional[bool] `json:"ignoreAlertActionsFromPayload,omitzero"`
	IgnoreRecipientsFromPayload      services.Optional[bool] `json:"ignoreRecipientsFromPayload,omitzero"`
	IgnoreRespondersFromPayload      services.Optional[bool] `json:"ignoreRespondersFromPayload,omitzero"`
	IgnoreTeamsFromPayload           services.Optional[bool] `json:"ignoreTeamsFromPayload,omitzero"`
	IgnoreTagsFromPayload            services.Optional[bool] `json:"ignoreTagsFromPayload,omitzero"`
	IgnoreExtraPropertiesFromPayload services.Optional[bool] `json:"ignoreExtraPropertiesFromPayload,omitzero"`
}

// CreateAlert returns the action that creates an alert with a message and an alias.
func CreateAlert(name string, f Filter, message, alias string) Action {
	return Action{Type: ActionCreate, Name: name, Filter: f, Message: message, Alias: services.Set(alias)}
}

// CloseAlert returns the action that closes the alert with an alias.
func CloseAlert(name string, f Filter, alias string) Action {
	return Action{Type: ActionClose, Name: name, Filter: f, Alias: services.Set(alias)}
}

// AcknowledgeAlert returns the action that acknowledges the alert with an alias.
func AcknowledgeAlert(name string, f Filter, alias string) Action {
	return Action{Type: ActionAcknowledge, Name: name, Filter: f, Alias: services.Set(alias)}
}

// AddNote returns the action that adds a note to the alert with an alias.
func AddNote(name string, f Filter, alias, note string) Action {
	return Action{Type: ActionAddNote, Name: name, Filter: f, Alias: services.Set(alias), Note: services.Set(note)}
}

// Ignore returns the action that ignores data.
func Ignore(name string, f Filter) Action {
	return Action{Type: ActionIgnore, Name: name, Filter: f}
}

// onAlert reports whether the API requires the user, the note and the alias of a.
func (a Action) onAlert() bool {
	switch a.Type {
	case ActionCreate, ActionClose, ActionAcknowledge, ActionAddNote:
		return true
	case ActionIgnore:
	}
	return false
}

// MarshalJSON writes the action, with the members that it keeps.
func (a Action) MarshalJSON() ([]byte, error) {
	type plain Action
	return services.MarshalObject(plain(a))
}

// UnmarshalJSON reads an action of any type.
func (a *Action) UnmarshalJSON(raw []byte) error {
	type plain Action
	return services.UnmarshalObject(raw, (*plain)(a))
}

// A Filter selects data.
type Filter struct {
	services.Other

	Match      shape.FilterKind  `json:"conditionMatchType,omitzero"`
	Conditions []shape.Condition `json:"conditions,omitzero"` // on fields of the data; required except for shape.FilterMatchAll
}

// MarshalJSON writes the filter, with the members that it keeps.
func (f Filter) MarshalJSON() ([]byte, error) {
	type plain Filter
	return services.MarshalObject(plain(f))
}

// UnmarshalJSON reads a filter of any form.
func (f *Filter) UnmarshalJSON(raw []byte) error {
	type plain Filter
	return services.UnmarshalObject(raw, (*plain)(f))
}

// check refuses a filter without the conditions that it requires.
func (f Filter) check(field string) error {
	return check.Filter(field, shape.Filter{Other: f.Other, Kind: f.Match, Conditions: f.Conditions})
}

// Actions are the actions of an integration, grouped by type.
type Actions struct {
	services.Other

	Parent      Parent   `json:"_parent,omitzero"` // the integration; set by the server
	Ignore      []Action `json:"ignore,omitzero"`
	Create      []Action `json:"create,omitzero"`
	Close       []Action `json:"close,omitzero"`
	Acknowledge []Action `json:"acknowledge,omitzero"`
	AddNote     []Action `json:"addNote,omitzero"`
}

// MarshalJSON writes the actions, with the members that they keep.
func (a Actions) MarshalJSON() ([]byte, error) {
	type plain Actions
	return services.MarshalObject(plain(a))
}

// UnmarshalJSON reads the actions of all types.
func (a *Actions) UnmarshalJSON(raw []byte) error {
	type plain Actions
	return services.UnmarshalObject(raw, (*plain)(a))
}

// A Parent is the integration that actions belong to.
type Parent struct {
	services.Other

	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	Type    Type   `json:"type"`
	TeamID  string `json:"teamId,omitzero"`
}

// MarshalJSON writes the integration, with the members that it keeps.
func (p Parent) MarshalJSON() ([]byte, error) {
	type plain Parent
	return services.MarshalObject(plain(p))
}

// UnmarshalJSON reads an integration of any form.
func (p *Parent) UnmarshalJSON(raw []byte) error {
	type plain Parent
	return services.UnmarshalObject(raw, (*plain)(p))
}
