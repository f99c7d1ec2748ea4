package opsgenie

import (
	"net/http"
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
// identifier. It is asked for each attempt, and so it takes nothing from the heap.
func domainOf(method, path string) string {
	collection, below, found := belowVersion(path)
	if !found {
		return DomainOther
	}
	reads := method == "" || method == http.MethodGet || method == http.MethodHead
	lists := reads && below == ""
	switch {
	case lists && (collection == "alerts" || collection == "users"):
		return DomainSearch
	case collection == "schedules":
		return scheduleDomain(below)
	case collection == "integrations":
		return integrationDomain(reads, below)
	case holds(below, "incident-rules"), holds(below, "incident-templates"):
		return DomainOther
	}
	return collectionDomain(collection)
}

// belowVersion splits a path at the first segment that is a version: the one
// behind it, and the rest with a slash before each segment.
func belowVersion(path string) (collection, below string, found bool) {
	for rest, more := path, true; more; {
		var segment string
		segment, rest, more = strings.Cut(rest, "/")
		if more && (segment == "v1" || segment == "v2") {
			collection, _, _ = strings.Cut(rest, "/")
			return collection, rest[len(collection):], true
		}
	}
	return "", "", false
}

// holds reports whether a segment is in a rest of a path.
func holds(below, segment string) bool {
	for each := range strings.SplitSeq(below, "/") {
		if each == segment {
			return true
		}
	}
	return false
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
func scheduleDomain(below string) string {
	switch last := below[strings.LastIndexByte(below, '/')+1:]; {
	case last == "on-calls", last == "next-on-calls":
		return DomainScheduleOnCall
	case strings.HasPrefix(below, "/on-calls/"):
		return DomainOther
	}
	return DomainConfiguration
}

// integrationDomain tells changes of an integration itself from those of its
// actions and switches, whose domain is not documented, and from reading.
func integrationDomain(reads bool, below string) string {
	switch {
	case reads:
		return DomainConfiguration
	case strings.Count(below, "/") <= 1 && below != "/authenticate":
		return DomainIntegrationConfiguration
	}
	return DomainOther
}
