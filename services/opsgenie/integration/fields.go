package integration

import (
	"encoding/json"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/fields"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// Fields are the members of an integration that depend on its type, as JSON by their names. What
// [Service.Get] read is sent back as it came. They print and are logged without their secrets.
type Fields map[string]json.RawMessage

// FieldsOf returns the fields of a struct with json tags, such as [Incoming]. It returns an error
// if v cannot be written as a JSON object.
func FieldsOf(v any) (Fields, error) { return fields.Of(v) }

// Set sets one field. It returns an error if value cannot be written as JSON or f is nil.
func (f Fields) Set(name string, value any) error { return fields.Set(f, name, value) }

// Read decodes the fields into a pointer to a struct with json tags, such as [Incoming]. It
// returns an error if a field is of another type.
func (f Fields) Read(into any) error { return fields.Read(f, into) }

// Incoming are the fields of integrations that create alerts from the data that they are sent, by
// key or by mail. The server has a default for each member that is left out.
type Incoming struct {
	EmailUsername                    string                               `json:"emailUsername,omitzero"` // start of the address; unique
	EmailAddress                     string                               `json:"emailAddress,omitzero"`  // set by the server
	AllowReadAccess                  services.Optional[bool]              `json:"allowReadAccess,omitzero"`
	AllowWriteAccess                 services.Optional[bool]              `json:"allowWriteAccess,omitzero"` // true by default
	AllowDeleteAccess                services.Optional[bool]              `json:"allowDeleteAccess,omitzero"`
	AllowConfigurationAccess         services.Optional[bool]              `json:"allowConfigurationAccess,omitzero"` // false by default
	SuppressNotifications            services.Optional[bool]              `json:"suppressNotifications,omitzero"`    // false by default
	IgnoreTeamsFromPayload           services.Optional[bool]              `json:"ignoreTeamsFromPayload,omitzero"`
	IgnoreRecipientsFromPayload      services.Optional[bool]              `json:"ignoreRecipientsFromPayload,omitzero"`
	IgnoreRespondersFromPayload      services.Optional[bool]              `json:"ignoreRespondersFromPayload,omitzero"`
	IgnoreTagsFromPayload            services.Optional[bool]              `json:"ignoreTagsFromPayload,omitzero"`
	IgnoreExtraPropertiesFromPayload services.Optional[bool]              `json:"ignoreExtraPropertiesFromPayload,omitzero"`
	Recipients                       services.Optional[[]shape.Recipient] `json:"recipients,omitzero"` // the older name of Responders
	Responders                       services.Optional[[]shape.Recipient] `json:"responders,omitzero"` // of the alerts
	Priority                         services.Optional[string]            `json:"priority,omitzero"`
	CustomPriority                   services.Optional[string]            `json:"customPriority,omitzero"`
	Tags                             services.Optional[[]string]          `json:"tags,omitzero"`
	ExtraProperties                  services.Optional[map[string]string] `json:"extraProperties,omitzero"`
	AssignedTeam                     services.Optional[shape.OwnerTeam]   `json:"assignedTeam,omitzero"`
}
