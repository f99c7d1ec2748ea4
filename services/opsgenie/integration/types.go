package integration

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/transport/redact"
)

// A Type is the type of an integration. Any name that the vendor uses is a Type, such as
// "Prometheus" or "Datadog".
type Type string

// The types that have a constructor.
const (
	TypeAPI     Type = "API"
	TypeEmail   Type = "Email"
	TypeWebhook Type = "Webhook"
)

// An Integration connects Opsgenie with another system. [API], [Email] and [Webhook] return one;
// for other types write a literal. It prints and is logged without its secrets. Its JSON, which
// is what the server gets, contains them.
type Integration struct {
	services.Other

	ID        string                             `json:"id,omitzero"` // set by the server
	Type      Type                               `json:"type"`        // required
	Name      string                             `json:"name"`        // required; unique in the account
	Enabled   services.Optional[bool]            `json:"enabled,omitzero"`
	OwnerTeam services.Optional[shape.OwnerTeam] `json:"ownerTeam,omitzero"`
	IsGlobal  services.Optional[bool]            `json:"isGlobal,omitzero"`
	ReadOnly  []string                           `json:"_readOnly,omitzero"` // names of the fields that cannot be changed
	Fields    Fields                             `json:"-"`                  // all other members, which depend on the type
}

// API returns an integration of type [TypeAPI], which accepts data that is sent with the
// integration's key. It returns an error if in cannot be written as JSON.
func API(name string, in Incoming) (Integration, error) { return incoming(TypeAPI, name, in) }

// Email returns an integration of type [TypeEmail], which accepts mail to an address that begins
// with in.EmailUsername. It returns an error if in cannot be written as JSON.
func Email(name string, in Incoming) (Integration, error) { return incoming(TypeEmail, name, in) }

func incoming(kind Type, name string, in Incoming) (Integration, error) {
	fields, err := FieldsOf(in)
	return Integration{Type: kind, Name: name, Fields: fields}, err
}

// Webhook returns an integration of type [TypeWebhook], which sends alerts to a URL. The API page
// lists its other fields. It returns an error if url cannot be written as JSON.
func Webhook(name, url string) (Integration, error) {
	fields := Fields{}
	err := fields.Set("url", url)
	return Integration{Type: TypeWebhook, Name: name, Fields: fields}, err
}

// MarshalJSON writes the integration with all its fields and secrets.
func (i Integration) MarshalJSON() ([]byte, error) {
	type plain Integration
	for name, value := range i.Fields {
		if isField(name) {
			i.SetMember(name, value)
		}
	}
	return services.MarshalObject(plain(i))
}

// UnmarshalJSON reads an integration of any type.
func (i *Integration) UnmarshalJSON(raw []byte) error {
	type plain Integration
	if err := services.UnmarshalObject(raw, (*plain)(i)); err != nil {
		return err
	}
	i.Fields = Fields{}
	for name, value := range i.Members() {
		if isField(name) {
			i.Fields[name] = value
			i.SetMember(name, nil)
		}
	}
	return nil
}

// isField reports whether a member is one of Fields.
func isField(name string) bool {
	switch name {
	case "id", "type", "name", "enabled", "ownerTeam", "isGlobal", "_readOnly":
		return false
	}
	return true
}

// A Summary is an integration as lists and writes return it.
type Summary struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Type         Type          `json:"type"`
	Enabled      bool          `json:"enabled"`
	TeamID       string        `json:"teamId,omitzero"`
	APIKey       redact.Secret `json:"apiKey,omitzero"`       // only when an API integration was created
	EmailAddress string        `json:"emailAddress,omitzero"` // only when an e-mail integration was created
}
