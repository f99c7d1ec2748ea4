package integration

import (
	"errors"
	"reflect"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
)

// An ActionType is what an action does. Values other than those listed here are kept and sent as
// they are, such as those of outgoing actions.
type ActionType string

// The types of incoming actions.
const (
	ActionCreate      ActionType = "create"
	ActionClose       ActionType = "close"
	ActionAcknowledge ActionType = "acknowledge"
	ActionAddNote     ActionType = "addNote"
)

// A GroupType is the group of an action. Values other than those listed here are kept and sent as
// they are.
type GroupType string

// The groups.
const (
	GroupForwarding GroupType = "forwarding"
	GroupUpdating   GroupType = "updating"
	GroupCheckbox   GroupType = "checkbox"
)

// An Action says what an integration does with the data that a filter matches. Texts may contain
// fields of the data in double braces, such as "{{message}}". It prints and is logged without its
// secrets.
type Action struct {
	services.Other

	ID            string                  `json:"id"` // digits
	Type          ActionType              `json:"type"`
	Name          string                  `json:"name"`
	Domain        Domain                  `json:"domain"`
	Direction     Direction               `json:"direction"`
	GroupType     GroupType               `json:"groupType,omitzero"`
	ExtraField    string                  `json:"extraField,omitzero"`
	Filter        Filter                  `json:"filter,omitzero"`
	Properties    Fields                  `json:"typeSpecificProperties,omitzero"` // what depends on the type
	FieldMappings Fields                  `json:"fieldMappings,omitzero"`          // what the fields of an alert are set to
	ActionMapping ActionMapping           `json:"actionMapping,omitzero"`          // what the other side does
	Enabled       services.Optional[bool] `json:"enabled,omitzero"`                // not in the vendor's document
}

// Request returns the request that writes the action back as it was read. Change it and pass it
// to [ActionService.Update].
func (a Action) Request() ActionUpdateRequest {
	request := services.RequestFrom[ActionUpdateRequest](a)
	request.ID = a.ID
	return request
}

// An ActionMapping is the action to which an action is mapped. It prints and is logged without its
// secrets.
type ActionMapping struct {
	services.Other

	Type      ActionType `json:"type"` // required
	Parameter Fields     `json:"parameter,omitzero"`
}

// isZero reports whether no mapping is given.
func (m ActionMapping) isZero() bool { return reflect.ValueOf(m).IsZero() }

// An ActionSummary is an action as lists return it.
type ActionSummary struct {
	ID          string     `json:"id"` // digits
	Name        string     `json:"name"`
	Type        ActionType `json:"type"`
	Direction   Direction  `json:"direction"`
	Domain      Domain     `json:"domain"`
	MappingType ActionType `json:"actionMappingType,omitzero"`
	GroupType   GroupType  `json:"groupType,omitzero"`
}

// checkAction refuses conditions without a field or operation, and a mapping that is given without
// a type.
func checkAction(filter Filter, mapping ActionMapping, given bool) error {
	return errors.Join(
		checkConditions("filter.conditions", filter.Conditions),
		check.Missing("actionMapping.type", given && mapping.Type == "" && !check.Kept(mapping.Other, "type")),
	)
}

// MarshalJSON writes the action, with the members that it keeps.
func (a Action) MarshalJSON() ([]byte, error) {
	type plain Action
	return services.MarshalObject(plain(a))
}

// UnmarshalJSON reads an action of any form.
func (a *Action) UnmarshalJSON(raw []byte) error {
	type plain Action
	return services.UnmarshalObject(raw, (*plain)(a))
}

// MarshalJSON writes the mapping, with the members that it keeps.
func (m ActionMapping) MarshalJSON() ([]byte, error) {
	type plain ActionMapping
	return services.MarshalObject(plain(m))
}

// UnmarshalJSON reads a mapping of any form.
func (m *ActionMapping) UnmarshalJSON(raw []byte) error {
	type plain ActionMapping
	return services.UnmarshalObject(raw, (*plain)(m))
}
