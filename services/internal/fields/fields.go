// Package fields reads, writes and prints the members of integrations that depend on their type,
// which the vendors' packages called integration give to their users.
package fields

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tripware/tripware/transport/redact"
)

// Of returns the fields of a struct with json tags. It returns an error if v cannot be written as
// a JSON object.
func Of(v any) (map[string]json.RawMessage, error) {
	raw, err := json.Marshal(v)
	f := map[string]json.RawMessage{}
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil {
		return nil, fmt.Errorf("integration: write fields: %w", err)
	}
	return f, nil
}

// Set sets one field. It returns an error if value cannot be written as JSON or f is nil.
func Set(f map[string]json.RawMessage, name string, value any) error {
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

// Read decodes the fields into a pointer to a struct with json tags. It returns an error if a
// field is of another type.
func Read(f map[string]json.RawMessage, into any) error {
	raw, err := json.Marshal(f)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("integration: read fields: %w", err)
	}
	return nil
}

// Text returns v as JSON without its secrets: what [redact.Text] masks, and every URL at any depth,
// because anyone who has the URL of a webhook can call it. It shows nothing of what cannot be
// written.
func Text(v any) string {
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
