package integration

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/tripware/tripware/transport/redact"
)

// String returns the fields as JSON that may be shown: the values of secrets are
// masked, as [redact.Text] does it, and all of a URL, since whoever has that of a
// webhook may call it. Marshal the fields to get what goes on the wire.
func (f Fields) String() string {
	shown := make(map[string]json.RawMessage, len(f))
	for name, value := range f {
		if redact.SecretName(name) || strings.HasSuffix(strings.ToLower(name), "url") {
			value = json.RawMessage(`"` + redact.Mask + `"`)
		}
		shown[name] = value
	}
	text, err := json.Marshal(shown)
	if err != nil {
		return redact.Mask // a value that was put into the map is no JSON
	}
	return redact.Text(string(text))
}

// GoString returns what String does.
func (f Fields) GoString() string { return f.String() }

// Format writes what String returns, whatever the verb and its flags.
func (f Fields) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// LogValue gives slog what String returns.
func (f Fields) LogValue() slog.Value { return slog.StringValue(f.String()) }

// LogValue gives slog the integration without its secrets, which a handler that
// marshals it would write.
func (i Integration) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", i.ID), slog.String("type", string(i.Type)), slog.String("name", i.Name), slog.Any("fields", i.Fields))
}
