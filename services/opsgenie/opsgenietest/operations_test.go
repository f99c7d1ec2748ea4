package opsgenietest_test

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// An operation is a row of the list that opsgenie's own tests compare its methods with.
type operation struct{ name, method, path, domain string }

func operations(t *testing.T) (all []operation) {
	t.Helper()
	table, err := os.ReadFile("../testdata/operations.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(table)) {
		if cells := strings.Split(line, "\t"); !strings.HasPrefix(line, "#") && len(cells) > 4 {
			all = append(all, operation{cells[0] + "." + cells[1], cells[2], cells[3], cells[4]})
		}
	}
	require.NotEmpty(t, all)
	return all
}

// Each operation of the API has a route here, which counts in its domain: with a
// limit of nothing on the domain it is throttled, and not otherwise.
func TestServesEveryOperationInItsDomain(t *testing.T) {
	t.Parallel()
	wildcard := regexp.MustCompile(`\{\w+\}`)
	var missing []string
	for _, op := range operations(t) {
		s := opsgenietest.New(t, opsgenietest.WithRateLimit(opsgenietest.Domain(op.domain), 1e-9, 1))
		c := dial(t, s)
		path := wildcard.ReplaceAllString(op.path, "nothing")
		if first := c.do(op.method, path, ""); first.body.Message == "No such URL" || first.status == http.StatusMethodNotAllowed {
			missing = append(missing, op.name)
			continue
		}
		assert.Equal(t, http.StatusTooManyRequests, c.do(op.method, path, "").status, "%s counts in %s", op.name, op.domain)
		s.Close()
	}
	assert.Empty(t, missing, "%d operations without a route", len(missing))
}
