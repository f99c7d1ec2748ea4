package opsgenie_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What opsgenie-go-sdk-v2 1.2.23 has: the exported methods of the type Client in
// each of its packages. It is no requirement of this module, so its numbers stand here.
var methodsOfTheGoSDK = map[string]int{
	"account": 1, "alert": 35, "contact": 7, "custom_user_role": 5, "deployment": 4, "escalation": 5,
	"forwarding_rule": 5, "heartbeat": 8, "incident": 23, "integration": 13, "logs": 2, "maintenance": 7,
	"notification": 15, "policy": 12, "schedule": 20, "service": 15, "team": 19, "user": 12,
}

var (
	counterpartRow = regexp.MustCompile("(?m)^\\| `(\\w+)\\.(\\w+)` \\| `(\\w+\\.\\w+)` \\|$")
	countRow       = regexp.MustCompile("(?m)^\\| \\[`(\\w+)`\\]\\(#\\w+\\) \\| (\\d+) \\|")
	operationName  = regexp.MustCompile("`([A-Z]\\w*\\.[A-Z]\\w*)`")
)

// goSDKSections returns the sections on the official Go SDK, by their headings.
func goSDKSections(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/migrating.md")
	require.NoError(t, err)
	_, part, ok := strings.Cut(string(text), "\n## From the official Go SDK\n")
	require.True(t, ok)
	sections := map[string]string{}
	for section := range strings.SplitSeq(part, "\n### ") {
		heading, rest, _ := strings.Cut(section, "\n")
		require.NotContains(t, sections, heading)
		sections[heading] = rest
	}
	return sections
}

// Every method of the official Go SDK stands in the section of its package, once,
// beside an operation of ours, and every package has an example.
func TestEveryMethodOfTheGoSDKHasItsCounterpart(t *testing.T) {
	t.Parallel()
	ours, sections := calls(t), goSDKSections(t)
	total, seen := 0, map[string]bool{}
	for name, methods := range methodsOfTheGoSDK {
		rows := counterpartRow.FindAllStringSubmatch(sections[name], -1)
		assert.Len(t, rows, methods, name)
		assert.Contains(t, sections[name], "```go\n", "%s has no example", name)
		for _, row := range rows {
			assert.Equal(t, name, row[1], row[0])
			assert.False(t, seen[row[1]+"."+row[2]], "%s stands there twice", row[0])
			assert.Contains(t, ours, row[3], row[0])
			seen[row[1]+"."+row[2]] = true
		}
		total += len(rows)
	}
	assert.Equal(t, 208, total)
}

// The numbers of the page's table are those of its rows.
func TestThePageCountsTheMethodsOfTheGoSDK(t *testing.T) {
	t.Parallel()
	told := map[string]int{}
	for _, row := range countRow.FindAllStringSubmatch(goSDKSections(t)["Operations"], -1) {
		n, err := strconv.Atoi(row[2])
		require.NoError(t, err)
		told[row[1]] = n
	}
	assert.Equal(t, methodsOfTheGoSDK, told)
	assert.Contains(t, goSDKSections(t)["Operations"], "\n| all | 208 |")
}

// An operation is a counterpart of something, or new.
func TestThePageListsWhatTheGoSDKLacks(t *testing.T) {
	t.Parallel()
	sections, lacking := goSDKSections(t), calls(t)
	for _, section := range sections {
		for _, row := range counterpartRow.FindAllStringSubmatch(section, -1) {
			delete(lacking, row[3])
		}
	}
	var listed []string
	for _, name := range operationName.FindAllStringSubmatch(sections["New here"], -1) {
		listed = append(listed, name[1])
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(lacking)), listed)
	assert.Contains(t, sections["New here"], "these "+strconv.Itoa(len(listed))+".")
}
