package integration

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"github.com/tripware/tripware/services/internal/fields"
)

// Fields are members of an integration or an action that depend on its type, as JSON by their
// names. What was read is sent back as it came. They print and are logged without their secrets:
// what [redact.Text] masks, and every URL at any depth, because anyone who has the URL of a
// webhook can call it.
//
// [redact.Text]: https://pkg.go.dev/github.com/tripware/tripware/transport/redact#Text
type Fields map[string]json.RawMessage

// FieldsOf returns the fields of a struct with json tags, or of a map. It returns an error if v
// cannot be written as a JSON object.
func FieldsOf(v any) (Fields, error) { return fields.Of(v) }

// Set sets one field. It returns an error if value cannot be written as JSON or f is nil.
func (f Fields) Set(name string, value any) error { return fields.Set(f, name, value) }

// Read decodes the fields into a pointer to a struct with json tags. It returns an error if a
// field is of another type.
func (f Fields) Read(into any) error { return fields.Read(f, into) }

// String returns the fields as JSON without their secrets.
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

// LogValue returns the same as String. A handler that writes JSON does not ask fields inside of
// another value for it.
func (f Fields) LogValue() slog.Value { return slog.StringValue(f.String()) }

// Format writes the integration as JSON without its secrets, whatever the verb and its flags.
func (i Integration) Format(s fmt.State, _ rune) { show(s, i) }

// LogValue returns the integration as JSON without its secrets, as [Fields.LogValue] does.
func (i Integration) LogValue() slog.Value { return slog.StringValue(fields.Text(i)) }

// LogValue returns the request as JSON without its secrets, as [Fields.LogValue] does.
func (r CreateRequest) LogValue() slog.Value { return slog.StringValue(fields.Text(r)) }

// Format writes the request as JSON without its secrets, whatever the verb and its flags.
func (r UpdateRequest) Format(s fmt.State, _ rune) { show(s, r) }

// LogValue returns the request as JSON without its secrets, as [Fields.LogValue] does.
func (r UpdateRequest) LogValue() slog.Value { return slog.StringValue(fields.Text(r)) }

// Format writes the action as JSON without its secrets, whatever the verb and its flags.
func (a Action) Format(s fmt.State, _ rune) { show(s, a) }

// LogValue returns the action as JSON without its secrets, as [Fields.LogValue] does.
func (a Action) LogValue() slog.Value { return slog.StringValue(fields.Text(a)) }

// Format writes the mapping as JSON without its secrets, whatever the verb and its flags.
func (m ActionMapping) Format(s fmt.State, _ rune) { show(s, m) }

// LogValue returns the mapping as JSON without its secrets, as [Fields.LogValue] does.
func (m ActionMapping) LogValue() slog.Value { return slog.StringValue(fields.Text(m)) }

// LogValue returns the request as JSON without its secrets, as [Fields.LogValue] does.
func (r ActionCreateRequest) LogValue() slog.Value { return slog.StringValue(fields.Text(r)) }

// Format writes the request as JSON without its secrets, whatever the verb and its flags.
func (r ActionUpdateRequest) Format(s fmt.State, _ rune) { show(s, r) }

// LogValue returns the request as JSON without its secrets, as [Fields.LogValue] does.
func (r ActionUpdateRequest) LogValue() slog.Value { return slog.StringValue(fields.Text(r)) }

func show(w io.Writer, v any) { _, _ = io.WriteString(w, fields.Text(v)) }
