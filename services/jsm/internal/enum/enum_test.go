package enum_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services/jsm/internal/enum"
)

type unit string

// S8: known words are read in any case, and others are kept as they came.
func TestRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]unit{"minutes": "minutes", "Minutes": "minutes", "DAYS": "days", "Weeks": "Weeks", "": ""} {
		assert.Equal(t, want, enum.Read[unit]([]byte(text), "minutes", "days"), text)
	}
}
