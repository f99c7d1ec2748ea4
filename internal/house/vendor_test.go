package house_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What only one vendor says stays with that vendor: the toolkit knows headers in
// general use, and a reader adds the others.
func TestTheCoreKnowsNoVendorsHeaders(t *testing.T) {
	t.Parallel()
	foreign := []string{"ratelimit-state", "ratelimit-reason", "period-in-sec", "ratelimit-nearlimit", "x-response-time", "x-opsgenie", `"throttled"`}
	for _, s := range sources(t) {
		if s.test || !s.core() || strings.HasPrefix(s.folder, "services/opsgenie") || strings.HasPrefix(s.folder, "services/jsm") {
			continue
		}
		for _, word := range foreign {
			assert.NotContains(t, strings.ToLower(s.text), word, s.name)
		}
	}
}
