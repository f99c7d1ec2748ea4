package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services/jsm"
)

const demoCloudID = "cccccccc-0000-4000-8000-000000000001"

// quick is the option of a client of the demonstration, which need not be spared.
var quick = jsm.WithTransport(tripware.WithRetry(retry.WithBaseDelay(time.Millisecond)))

// demonstrate starts a server that has one alert and one schedule, and refuses some requests as
// the service is said to.
func demonstrate() (url string, stop func()) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		path := strings.TrimPrefix(req.URL.Path, "/jsm/ops/api/"+demoCloudID)
		path = strings.TrimPrefix(path, "/jsm/api/"+demoCloudID)
		status, body := demoResponse(path)
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(path, ".ics") {
			w.Header().Set("Content-Type", "text/calendar")
		}
		w.Header().Set("Atl-Traceid", "4f1c2d3e4b5a69788796a5b4c3d2e1f0")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) //nolint:gosec // a path of this program's requests
	}))
	return s.URL, s.Close
}

// demoResponse returns the response to a GET of a path.
func demoResponse(path string) (status int, body string) {
	const (
		alert = `{"id":"eeeeeeee-0000-4000-8000-000000000001-1764230400123","alias":"db-1/disk","message":"Disk full on db-1","count":1,` +
			`"createdAt":"2026-11-27T08:00:00.123Z","responders":[{"type":"team","id":"aaaaaaaa-0000-4000-8000-000000000001"}],` +
			`"extraProperties":{"customer":"Example Ltd"}}`
		schedule = `{"id":"bbbbbbbb-0000-4000-8000-000000000001","name":"Storage on-call","timezone":"Europe/Berlin","enabled":true}`
	)
	schedules := "/v1/schedules/bbbbbbbb-0000-4000-8000-000000000001"
	responses := map[string]string{
		"/v1/alerts":       `{"values":[` + alert + `],"links":{"next":"/v1/alerts?offset=2&size=2"},"count":1}`,
		"/v1/alerts/alias": alert,
		"/v1/alerts/eeeeeeee-0000-4000-8000-000000000001-1764230400123":       alert,
		"/v1/alerts/eeeeeeee-0000-4000-8000-000000000001-1764230400123/notes": `{"values":[],"links":{}}`,
		"/v1/schedules":              `{"values":[` + schedule + `],"links":{}}`,
		schedules:                    schedule,
		schedules + ".ics":           "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
		schedules + "/on-calls":      `{"onCallUsers":["712020:dddddddd-0000-4000-8000-000000000001"]}`,
		schedules + "/next-on-calls": `{"nextOnCallParticipants":[]}`,
		schedules + "/timeline":      `{"startDate":"2026-11-23T00:00:00Z","finalTimeline":{"rotations":[]}}`,
		"/v1/teams":                  `[{"teamId":"aaaaaaaa-0000-4000-8000-000000000001","teamName":"Storage"}]`,
		"/v1/users/contacts":         `{"values":[],"links":{}}`,
		"/v1/maintenances":           "<html><body>Bad gateway</body></html>",
		schedules + "/rotations":     `{"values":[{"id":"ffffffff-0000-4000-8000-000000000001","length":"1"}],"links":{}}`,
		schedules + "/overrides":     `{"values":[],"links":{}}`,
		"/v1/schedules/on-calls/712020:dddddddd-0000-4000-8000-000000000001.ics": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
	}
	switch {
	case responses[path] != "":
		return http.StatusOK, responses[path]
	case strings.HasSuffix(path, "/heartbeats"):
		return http.StatusPaymentRequired, `{"errors":[{"title":"Please upgrade the pricing plan of example.atlassian.net"}]}`
	case strings.HasPrefix(path, "/v1/alerts/policies"), strings.HasPrefix(path, "/v1/roles"):
		return http.StatusForbidden, `{"errors":[{"title":"ada@example.com is not allowed to read this"}]}`
	case strings.HasPrefix(path, "/v1/logs"), strings.HasPrefix(path, "/v1/integrations"):
		return http.StatusUnauthorized, `{"code":401,"message":"Unauthorized; scope does not match"}`
	}
	return http.StatusNotFound, `{"errors":[{"title":"Nothing is at [` + path + `]"}]}`
}
