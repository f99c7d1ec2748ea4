package opsgenie_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie"
)

// The operations of the Python SDK, each with the method that does the same.
// With -v it prints the table.
func TestEveryOperationOfThePythonSDKHasAMethod(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/python.txt")
	require.NoError(t, err)
	client := reflect.TypeFor[opsgenie.Client]()
	theirs, ours := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Fields(line)
		require.Len(t, cells, 2, line)
		theirs[cells[0]], ours[cells[1]] = true, true
		service, name, _ := strings.Cut(cells[1], ".")
		field, ok := client.FieldByName(service)
		if !assert.True(t, ok, "%s: the client has no %s", cells[0], service) {
			continue
		}
		_, ok = field.Type.MethodByName(name)
		assert.True(t, ok, "%s: %s has no %s", cells[0], service, name)
		t.Logf("%-44s c.%s", cells[0], cells[1])
	}
	assert.Len(t, theirs, 50)
	assert.Len(t, ours, 50)
}
