package integration

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services/opsgenie/internal/object"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/transport/redact"
)

// A Type is the kind of an integration, of which the vendor has more than 200.
type Type string

// The types that have a constructor. Any other name of the vendor's is a Type as
// well, such as "Prometheus" or "Datadog".
const (
	TypeAPI     Type = "API"
	TypeEmail   Type = "Email"
	TypeWebhook Type = "Webhook"
)

// An Integration connects Opsgenie with another system. [API], [Email] and
// [Webhook] make one; those of other types are made as literals.
type Integration struct {
	ID        string          `json:"id,omitzero"`
	Type      Type            `json:"type"` // required
	Name      string          `json:"name"` // required, and unique
	Enabled   *bool           `json:"enabled,omitzero"`
	OwnerTeam shape.OwnerTeam `json:"ownerTeam,omitzero"`
	IsGlobal  *bool           `json:"isGlobal,omitzero"`
	ReadOnly  []string        `json:"_readOnly,omitzero"` // the names of fields that cannot be changed
	Fields    Fields          `json:"-"`                  // all others, which differ from type to type
}

// Fields are fields of an integration by their names, as JSON. What Get read goes
// back to the server as it came.
type Fields map[string]json.RawMessage

// Set sets one field. The error is that of encoding value as JSON, or that f is nil.
func (f Fields) Set(name string, value any) error {
	if f == nil {
		return errors.New("integration: set field: the map is nil: make one by integration.Fields{}")
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("integration: set field %s: %w", name, err)
	}
	f[name] = raw
	return nil
}

// Read decodes fields into a pointer to a struct with their json tags, such as
// [Incoming].
func (f Fields) Read(into any) error {
	raw, err := json.Marshal(f)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("integration: read fields: %w", err)
	}
	return nil
}

// FieldsOf returns the fields of a struct with json tags, such as [Incoming].
func FieldsOf(v any) (Fields, error) {
	raw, err := json.Marshal(v)
	f := Fields{}
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil {
		return nil, fmt.Errorf("integration: write fields: %w", err)
	}
	return f, nil
}

// Incoming are the fields of integrations that make alerts of what they are sent,
// by key or by e-mail. What is empty or nil is not sent: the server has defaults.
type Incoming struct {
	EmailUsername                    string            `json:"emailUsername,omitzero"` // of the address that mails go to; unique
	EmailAddress                     string            `json:"emailAddress,omitzero"`  // as answers have it
	AllowReadAccess                  *bool             `json:"allowReadAccess,omitzero"`
	AllowWriteAccess                 *bool             `json:"allowWriteAccess,omitzero"` // true by default
	AllowDeleteAccess                *bool             `json:"allowDeleteAccess,omitzero"`
	AllowConfigurationAccess         *bool             `json:"allowConfigurationAccess,omitzero"` // false by default
	SuppressNotifications            *bool             `json:"suppressNotifications,omitzero"`
	IgnoreTeamsFromPayload           *bool             `json:"ignoreTeamsFromPayload,omitzero"`
	IgnoreRecipientsFromPayload      *bool             `json:"ignoreRecipientsFromPayload,omitzero"`
	IgnoreRespondersFromPayload      *bool             `json:"ignoreRespondersFromPayload,omitzero"`
	IgnoreTagsFromPayload            *bool             `json:"ignoreTagsFromPayload,omitzero"`
	IgnoreExtraPropertiesFromPayload *bool             `json:"ignoreExtraPropertiesFromPayload,omitzero"`
	Recipients                       []shape.Recipient `json:"recipients,omitzero"` // the older name of responders
	Responders                       []shape.Recipient `json:"responders,omitzero"` // who gets the alerts
	Priority                         string            `json:"priority,omitzero"`
	CustomPriority                   string            `json:"customPriority,omitzero"`
	Tags                             []string          `json:"tags,omitzero"`
	ExtraProperties                  map[string]string `json:"extraProperties,omitzero"`
	AssignedTeam                     shape.OwnerTeam   `json:"assignedTeam,omitzero"`
}

// API returns an integration of type [TypeAPI]: one that is sent data with a key
// of its own. The error is that of writing the fields.
func API(name string, in Incoming) (Integration, error) { return incoming(TypeAPI, name, in) }

// Email returns an integration of type [TypeEmail]: one that is sent mails, to an
// address that begins with in.EmailUsername. The error is that of writing the
// fields.
func Email(name string, in Incoming) (Integration, error) { return incoming(TypeEmail, name, in) }

func incoming(kind Type, name string, in Incoming) (Integration, error) {
	fields, err := FieldsOf(in)
	return Integration{Type: kind, Name: name, Fields: fields}, err
}

// Webhook returns an integration of type [TypeWebhook]: one that sends alerts to a
// URL. Its further fields are those that the vendor documents.
func Webhook(name, url string) (Integration, error) {
	fields := Fields{}
	err := fields.Set("url", url)
	return Integration{Type: TypeWebhook, Name: name, Fields: fields}, err
}

// MarshalJSON writes an integration with all its fields.
func (i Integration) MarshalJSON() ([]byte, error) {
	type known Integration // without this method
	raw, err := object.Join(known(i), object.Members(i.Fields))
	if err != nil {
		return nil, fmt.Errorf("integration: write integration: %w", err)
	}
	return raw, nil
}

// UnmarshalJSON reads an integration of any type, and keeps all its fields.
func (i *Integration) UnmarshalJSON(raw []byte) error {
	type known Integration // without this method
	var k known
	rest, err := object.Split(raw, &k)
	if err != nil {
		return fmt.Errorf("integration: read integration: %w", err)
	}
	*i = Integration(k)
	i.Fields = Fields(rest)
	if rest == nil {
		i.Fields = Fields{} // ready to set some
	}
	return nil
}

// A Summary is what lists and changes tell of an integration.
type Summary struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Type         Type          `json:"type"`
	Enabled      bool          `json:"enabled"`
	TeamID       string        `json:"teamId,omitzero"`
	APIKey       redact.Secret `json:"apiKey,omitzero"`       // only of an API integration that was created
	EmailAddress string        `json:"emailAddress,omitzero"` // only of an e-mail integration that was created
}
