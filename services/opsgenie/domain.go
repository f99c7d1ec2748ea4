package opsgenie

import (
	"net/http"
	"slices"
	"strings"
)

// The rate-limit domains. Each has its own allowance, so that one that is
// exhausted does not slow the others down. See
// https://docs.opsgenie.com/docs/api-rate-limiting.
const (
	DomainAlert                    = "alert"
	DomainSearch                   = "search"
	DomainIncident                 = "incident"
	DomainHeartbeat                = "heartbeat"
	DomainScheduleOnCall           = "schedule-oncall"
	DomainIntegrationConfiguration = "integration-configuration"
	DomainConfiguration            = "configuration"
	DomainOther                    = "other" // operations of which the documentation does not say it
)

// Domain returns the rate-limit domain of a request by its path, before which a
// base URL's path may stand if no segment of it looks like a version. The limiter
// that [New] sets knows its base URL, and takes its path off first.
func Domain(req *http.Request) string { return domainBelow("")(req) }

// domainBelow returns [Domain] for a base URL with this escaped path.
func domainBelow(prefix string) func(*http.Request) string {
	return func(req *http.Request) string {
		if req.URL == nil {
			return DomainOther
		}
		return domainOf(req.Method, strings.TrimPrefix(req.URL.EscapedPath(), prefix))
	}
}

// domainOf reads a path, or a route. A segment that is not known stands for an
// identifier.
func domainOf(method, path string) string {
	parts := strings.Split(path, "/")
	version := slices.IndexFunc(parts, func(part string) bool { return part == "v1" || part == "v2" })
	if version < 0 || version+1 == len(parts) {
		return DomainOther
	}
	collection, below := parts[version+1], parts[version+2:]
	reads := method == "" || method == http.MethodGet || method == http.MethodHead
	lists := reads && len(below) == 0
	switch {
	case lists && (collection == "alerts" || collection == "users"):
		return DomainSearch
	case collection == "schedules":
		return scheduleDomain(below)
	case collection == "integrations":
		return integrationDomain(reads, below)
	case slices.Contains(below, "incident-rules"), slices.Contains(below, "incident-templates"):
		return DomainOther
	}
	return collectionDomain(collection)
}

// collectionDomain is the domain of whatever else is done below a collection.
func collectionDomain(collection string) string {
	switch collection {
	case "alerts":
		return DomainAlert
	case "incidents":
		return DomainIncident
	case "heartbeats":
		return DomainHeartbeat
	case "deployments", "incident-templates", "incident-timelines", "logs", "postmortem":
		return DomainOther
	}
	return DomainConfiguration
}

// scheduleDomain tells who is on call from who is planned to be. The export of a
// user's calls lies below on-calls too.
func scheduleDomain(below []string) string {
	if len(below) == 0 {
		return DomainConfiguration
	}
	switch last := below[len(below)-1]; {
	case last == "on-calls", last == "next-on-calls":
		return DomainScheduleOnCall
	case below[0] == "on-calls":
		return DomainOther
	}
	return DomainConfiguration
}

// integrationDomain tells changes of an integration itself from those of its
// actions and switches, whose domain is not documented, and from reading.
func integrationDomain(reads bool, below []string) string {
	switch {
	case reads:
		return DomainConfiguration
	case len(below) == 0, len(below) == 1 && below[0] != "authenticate":
		return DomainIntegrationConfiguration
	}
	return DomainOther
}
