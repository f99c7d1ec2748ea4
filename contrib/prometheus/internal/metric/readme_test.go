package metric_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
)

// T1: the README lists the metrics as they are.
func TestTheReadmeListsTheMetrics(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	var rows []string
	for _, m := range metric.All().List() {
		rows = append(rows, fmt.Sprintf("| `%s_%s` | %s | %s |", metric.Namespace, m.Name, strings.Join(m.Labels(), ", "), strings.TrimSuffix(m.Help, ".")))
	}
	table := strings.Join(rows, "\n")
	if !assert.Contains(t, string(text), table) {
		t.Logf("the table should be\n%s", table)
	}
}

// The code in the README is a copy of an example, which is compiled and run.
func TestTheCodeInTheReadmeIsThatOfAnExample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	example, err := os.ReadFile("../../example_test.go")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "```go\n")
	require.True(t, found)
	code, _, _ := strings.Cut(rest, "```")
	flat := func(text string) string { return strings.ReplaceAll(text, "\t", "") }
	assert.Contains(t, flat(string(example)), flat(code))
}
