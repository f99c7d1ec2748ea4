package opsgenie_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services/opsgenie"
)

// L2: every request has one of the known domains, whatever its path, and a path
// that stands in front of the API's own does not change it.
func FuzzDomain(f *testing.F) {
	for _, seed := range []string{"/v2/alerts", "/v2/alerts/x/close", "/v1/incidents", "/v2/heartbeats/v2/ping", "", "/", "//", "/v2", "/v1/v1", "/%2f/v2/alerts", "v2/alerts"} {
		f.Add("GET", seed)
	}
	known := []string{
		opsgenie.DomainAlert, opsgenie.DomainSearch, opsgenie.DomainIncident, opsgenie.DomainHeartbeat,
		opsgenie.DomainScheduleOnCall, opsgenie.DomainIntegrationConfiguration, opsgenie.DomainConfiguration, opsgenie.DomainOther,
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		domain := opsgenie.Domain(&http.Request{Method: method, URL: &url.URL{Path: path}})
		assert.Contains(t, known, domain)
		if !strings.HasPrefix(path, "/") {
			return // it would be another path behind the prefix
		}
		assert.Equal(t, domain, opsgenie.Domain(&http.Request{Method: method, URL: &url.URL{Path: "/jsm/ops" + path}}))
	})
}
