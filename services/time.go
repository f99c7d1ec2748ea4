package services

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// A Time is a time in a response of a vendor, for types that are read or written. It is zero if the server sent none, an empty text, or
// something that is not a time.
type Time struct{ time.Time }

// layoutPlainZone is RFC 3339 with a zone without a colon, as some vendors write it.
const layoutPlainZone = "2006-01-02T15:04:05Z0700"

// UnmarshalJSON reads a time as in RFC 3339, also with a zone without a colon. An empty text
// and null are the zero time; so is anything else, with an error.
func (t *Time) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(raw, []byte("null")) || bytes.Equal(raw, []byte(`""`)) {
		t.Time = time.Time{}
		return nil
	}
	if t.Time.UnmarshalJSON(raw) == nil { // the usual form
		return nil
	}
	t.Time = time.Time{}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return fmt.Errorf("services: read time: %w", err)
	}
	at, err := time.Parse(layoutPlainZone, text)
	if err != nil {
		return fmt.Errorf("services: read time: %w", err)
	}
	t.Time = at
	return nil
}

// MarshalJSON writes the time as in RFC 3339, and null for the zero time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return t.Time.MarshalJSON()
}
