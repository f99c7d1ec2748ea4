package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/events"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// The prefixes of the three APIs that the clients of JSM Operations call.
const (
	opsPrefix      = "/jsm/ops/api/{cloudId}"
	registryPrefix = "/jsm/api/{cloudId}"
	eventsPrefix   = "/jsm/ops/integration"
)

// jsmOperations returns those of the clients of JSM Operations, jsm and events, which pass
// a witness. The names of those of events begin with "Events.".
func jsmOperations(t *testing.T, address string, next http.RoundTripper) ([]operation, *witness) {
	t.Helper()
	w, once := &witness{next: next}, tripware.WithRetry(retry.Off())
	ops, err := jsm.New(jsm.CloudID("cccccccc-0000-4000-8000-000000000001"), auth.Basic("me@example.com", redact.NewSecret("token")),
		jsm.WithBaseURL(address), jsm.WithBase(w), jsm.WithTransport(once))
	require.NoError(t, err)
	sender, err := events.New("00000000-fake-fake-fake-000000000000", events.WithBaseURL(address+eventsPrefix), events.WithBase(w), events.WithTransport(once))
	require.NoError(t, err)
	sent := operations(sender)
	for i := range sent {
		sent[i].name = "Events." + strings.TrimPrefix(sent[i].name, "Alerts.")
	}
	return append(operations(ops), sent...), w
}

// jsmPaths returns the routes of the description that the clients are to have, each with the
// prefix and without the names of its wildcards, and the number of those that they leave out:
// the operations of Jira Edge Connector and of syncs, which say so, incidents, and all that
// concerns status pages and stakeholders.
func jsmPaths(t *testing.T, file string) (built map[string]bool, left int) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var described struct {
		Paths map[string]map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal(text, &described))
	built = map[string]bool{}
	for path, methods := range described.Paths {
		for method, raw := range methods {
			var operation struct{ Tags []string }
			if json.Unmarshal(raw, &operation) != nil || len(operation.Tags) == 0 {
				continue // parameters of all methods
			}
			tag := operation.Tags[0]
			known := slices.ContainsFunc([]string{opsPrefix, registryPrefix, eventsPrefix}, func(prefix string) bool { return strings.HasPrefix(path, prefix+"/") })
			if !known || tag == "JEC" || strings.HasPrefix(tag, "Sync") {
				left++
				continue
			}
			built[unnamed(strings.ToUpper(method)+" "+path)] = true
		}
	}
	return built, left
}

// unnamed returns a route without the names of its wildcards.
func unnamed(route string) string { return regexp.MustCompile(`\{\w+\}`).ReplaceAllString(route, "{}") }

// jsmRoute returns a route of an operation as jsmPaths has it.
func jsmRoute(operation string, route transport.Route) string {
	method, path, _ := strings.Cut(string(route), " ")
	prefix := opsPrefix
	switch service, _, _ := strings.Cut(operation, "."); service {
	case "Services":
		prefix = registryPrefix
	case "Events":
		prefix = eventsPrefix
	}
	return unnamed(method + " " + prefix + path)
}

// The description of JSM Operations takes every operation, as that of Opsgenie does, reads the
// example of each response, and has no operation that the clients lack.
func TestTheDescriptionOfJSMTakesEveryOperation(t *testing.T) {
	document := os.Getenv(jsmDocumentVariable)
	if document == "" {
		t.Skipf("SKIPPED: %s names no document; .ci/contract does if it finds it", jsmDocumentVariable)
	}
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	all, w := jsmOperations(t, startPrismWith(t, document, "mock"), base)
	total := offer(t, all, jsmChosen(t, all), w, map[string]string{
		"OnCall.GetNext":        ".nextOnCallParticipants[].nextOnCallParticipants", // read as Participants, written as onCallParticipants
		"Schedules.GetTimeline": "._expands",                                        // of the request
	})
	built, left := jsmPaths(t, document)
	described := len(built)
	for name, route := range total.routes {
		delete(built, jsmRoute(name, route))
	}
	fmt.Printf("JSM Operations: the document has %d operations, of which %d are left out; of %d, not covered: %d\n", described+left, left, described, len(built))
	total.print(len(all))
	assert.Empty(t, slices.Sorted(maps.Keys(built)), "operations that no client has")
	assert.Empty(t, total.outside, "what the document lacks")
	assert.Zero(t, total.refused)
	assert.Zero(t, total.unread)
}

// The requests of the run are what the clients let through: this needs no server.
func TestEveryOperationOfJSMCanBeSent(t *testing.T) {
	t.Parallel()
	all, w := jsmOperations(t, "http://127.0.0.1:9", nobody())
	everyRouteOnce(t, all, jsmChosen(t, all), w)
}
