package archive

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unread are the reading operations that an export does not send, with the reason.
func unread() map[string]string {
	const whole, moment = "the list has all members", "it says what is so at the moment, and the parts of schedules say it"
	return map[string]string{
		"Alerts.Count": "the export counts the alerts", "Alerts.GetRequestStatus": "it concerns a request of the caller",
		"Incidents.GetRequestStatus": "it concerns a request of the caller", "Deployments.GetRequestStatus": "it concerns a request of the caller",
		"Deployments.Get": "the API has no list of them", "Heartbeats.Ping": "it changes the heartbeat", "Heartbeats.Get": whole,
		"Contacts.Get": whole, "NotificationRuleSteps.Get": whole, "ScheduleOverrides.Get": whole, "ScheduleRotations.Get": whole,
		"TeamRoles.Get": whole, "TeamRoutingRules.Get": whole, "IncidentTimelines.GetEntry": whole, "OnCall.List": moment,
		"Logs.DownloadLink": "the file is read through it",
	}
}

func TestTheTableReadsEveryServiceOfTheAPI(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../../services/opsgenie/testdata/operations.txt")
	require.NoError(t, err)
	reads := map[string]bool{}
	for _, kind := range table() {
		for r := range kind.all() {
			reads[shapeOf(r.list)], reads[shapeOf(r.get)] = true, true
		}
	}
	services, without := map[string]bool{}, unread()
	for line := range strings.Lines(string(text)) {
		field := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(field) < 4 {
			continue
		}
		service, operation := field[0], field[0]+"."+field[1]
		if _, known := services[service]; !known {
			services[service] = false
		}
		if field[2] != "GET" {
			continue
		}
		_, left := without[operation]
		delete(without, operation)
		read := reads[shapeOf("GET "+field[3])]
		assert.NotEqual(t, left, read, "%s: read, or left with a reason", operation)
		services[service] = services[service] || read
	}
	assert.Empty(t, without)
	assert.Len(t, services, 34)
	for name, read := range services {
		assert.Equal(t, name != "Deployments" && name != "TeamMembers", read, "%s; the members of a team are a part of it", name)
	}
}

// shapeOf returns a route without the names of its wildcards.
func shapeOf(route string) string {
	var b strings.Builder
	for i, part := range strings.FieldsFunc(route, func(r rune) bool { return r == '{' || r == '}' }) {
		if i%2 == 0 {
			b.WriteString(part)
		} else {
			b.WriteString("*")
		}
	}
	return b.String()
}
