package shape

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// A Time is a time of an answer: RFC 3339, and zero where the server sent an
// empty one or none.
type Time struct{ time.Time }

// layoutPlainZone is RFC 3339 with a zone without a colon, as some of the
// vendor's pages have it.
const layoutPlainZone = "2006-01-02T15:04:05Z0700"

// UnmarshalJSON reads a time. An empty string and null are the zero time.
func (t *Time) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(raw, []byte("null")) || bytes.Equal(raw, []byte(`""`)) {
		t.Time = time.Time{}
		return nil
	}
	if t.Time.UnmarshalJSON(raw) == nil { // the usual form, without a detour
		return nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return fmt.Errorf("shape: read time: %w", err)
	}
	at, err := time.Parse(layoutPlainZone, text)
	if err != nil {
		return fmt.Errorf("shape: read time: %w", err)
	}
	t.Time = at
	return nil
}

// MarshalJSON writes a time, and null for zero.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return t.Time.MarshalJSON()
}
