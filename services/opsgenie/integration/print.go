package integration

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"github.com/tripware/tripware/services/internal/fields"
)

// String returns the fields as JSON without their secrets: what [redact.Text] masks, and every
// URL at any depth, because anyone who has the URL of a webhook can call it.
func (f Fields) String() string {
	if f == nil {
		return "{}"
	}
	return fields.Text(map[string]json.RawMessage(f))
}

// GoString returns the same as String.
func (f Fields) GoString() string { return f.String() }

// Format writes the same as String, whatever the verb and its flags.
func (f Fields) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// LogValue returns the same as String.
func (f Fields) LogValue() slog.Value { return slog.StringValue(f.String()) }

// String returns the integration as JSON without its secrets, as [Fields.String] does.
func (i Integration) String() string { return fields.Text(i) }

// GoString returns the same as String.
func (i Integration) GoString() string { return i.String() }

// Format writes the same as String, whatever the verb and its flags.
func (i Integration) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, i.String()) }

// LogValue returns the integration without its secrets. A handler that writes JSON does not ask
// an integration inside of another value for it: log integrations one by one.
func (i Integration) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", i.ID), slog.String("type", string(i.Type)), slog.String("name", i.Name), slog.Any("fields", i.Fields))
}
