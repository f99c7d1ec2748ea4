package opsgenie_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie"
)

// L2: the limiter's key is the domain that the API counts in, whatever stands before the path.
func TestEveryOperationHasItsDomain(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/domains.txt")
	require.NoError(t, err)
	rows := 0
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		rows++
		cells := strings.Fields(line)
		require.Len(t, cells, 3, line)
		method, path, domain := cells[0], cells[1], cells[2]

		byPath := httptest.NewRequest(method, "https://example.com/some/prefix"+strings.NewReplacer("{", "x-", "}", "").Replace(path), nil)
		assert.Equal(t, domain, opsgenie.Domain(byPath), "%s %s", method, path)
	}
	assert.Equal(t, 226, rows)
}

func TestWhatIsNoOperationHasADomainOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"https://example.com/", "https://example.com/v2", "https://example.com/files/7"} {
		assert.Equal(t, opsgenie.DomainOther, opsgenie.Domain(httptest.NewRequest(http.MethodGet, target, nil)), target)
	}
	assert.Equal(t, opsgenie.DomainOther, opsgenie.Domain(&http.Request{}))
}
