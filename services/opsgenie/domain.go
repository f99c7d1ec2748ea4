package opsgenie

import (
	"net/http"
	"strings"
)

// The rate-limit domains. Each has a separate limit, so that one that is exhausted does not
// slow down the others. See https://docs.opsgenie.com/docs/api-rate-limiting.
const (
	DomainAlert                    = "alert"
	DomainSearch                   = "search"
	DomainIncident                 = "incident"
	DomainHeartbeat                = "heartbeat"
	DomainScheduleOnCall           = "schedule-oncall"
	DomainIntegrationConfiguration = "integration-configuration"
	DomainConfiguration            = "configuration"
	DomainOther                    = "other" // operations whose domain is not documented
)

// Domain returns the rate-limit domain of a request by its method and path. The path may
// begin with the path of a base URL, unless that has a segment v1 or v2. The limiter that
// [New] sets removes the path of its base URL first, so for it any base URL will do.
func Domain(req *http.Request) string { return domainBelow("")(req) }

// domainBelow returns a [Domain] for requests below a base URL with this escaped path.
func domainBelow(prefix string) func(*http.Request) string {
	return func(req *http.Request) string {
		if req.URL == nil {
			return DomainOther
		}
		return domainOf(req.Method, strings.TrimPrefix(req.URL.EscapedPath(), prefix))
	}
}

// domainOf returns the domain for a path or route. Unknown segments count as identifiers. It
// runs for each attempt, so it does not allocate.
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

// belowVersion returns the segment after the first segment v1 or v2 of a path, and the rest
// of the path, which begins with a slash.
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

// holds reports whether a path has a segment.
func holds(below, segment string) bool {
	for each := range strings.SplitSeq(below, "/") {
		if each == segment {
			return true
		}
	}
	return false
}

// collectionDomain returns the domain of the other operations on a collection.
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

// scheduleDomain returns the domain of an operation on schedules. The on-call endpoints have
// their own, except the export of a user's on-call times, which is below on-calls too.
func scheduleDomain(below string) string {
	switch last := below[strings.LastIndexByte(below, '/')+1:]; {
	case last == "on-calls", last == "next-on-calls":
		return DomainScheduleOnCall
	case strings.HasPrefix(below, "/on-calls/"):
		return DomainOther
	}
	return DomainConfiguration
}

// integrationDomain returns the domain of an operation on integrations. Changes of an
// integration have their own; the domain of changes of its actions, and of enabling and
// disabling, is not documented.
func integrationDomain(reads bool, below string) string {
	switch {
	case reads:
		return DomainConfiguration
	case strings.Count(below, "/") <= 1 && below != "/authenticate":
		return DomainIntegrationConfiguration
	}
	return DomainOther
}
