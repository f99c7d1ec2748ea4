package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/tripware/tripware/transport/redact"
)

// String returns the fields as JSON without their secrets: what [redact.Text] masks, and every
// URL at any depth, because anyone who has the URL of a webhook can call it.
func (f Fields) String() string {
	if f == nil {
		return "{}"
	}
	return masked(map[string]json.RawMessage(f))
}

// GoString returns the same as String.
func (f Fields) GoString() string { return f.String() }

// Format writes the same as String, whatever the verb and its flags.
func (f Fields) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// LogValue returns the same as String.
func (f Fields) LogValue() slog.Value { return slog.StringValue(f.String()) }

// String returns the integration as JSON without its secrets, as [Fields.String] does.
func (i Integration) String() string { return masked(i) }

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

// masked returns v as JSON without its secrets; nothing of it if it cannot be written.
func masked(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return redact.Mask
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var shown any
	if d.Decode(&shown) != nil {
		return redact.Mask
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(mask(shown)); err != nil {
		return redact.Mask
	}
	return redact.Text(strings.TrimSuffix(text.String(), "\n"))
}

// mask masks the secrets and URLs in a JSON value.
func mask(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if redact.SecretName(name) || strings.HasSuffix(strings.ToLower(name), "url") {
				v[name] = redact.Mask
			} else {
				v[name] = mask(member)
			}
		}
	case []any:
		for i, item := range v {
			v[i] = mask(item)
		}
	case string:
		if strings.Contains(v, "://") {
			return redact.Mask
		}
	}
	return v
}
