package wire

import (
	"net/http"
	"slices"
	"strings"
)

// A ScopeError is the cause of a 401 by which the server says that the credential lacks a
// scope. errors.Is matches [services.ErrUnauthorised] for the error that wraps it; use
// errors.AsType to tell it from an invalid credential. A new token does not help unless it has
// the scopes.
//
// [services.ErrUnauthorised]: https://pkg.go.dev/github.com/tripware/tripware/services#ErrUnauthorised
type ScopeError struct {
	// Scopes are those that the operation needs, such as
	// "write:ops-alert:jira-service-management". There are none if the operation takes only
	// basic authentication with an API token, or if its scopes are not documented.
	Scopes []string
}

// Error returns the scopes that the operation needs.
func (e *ScopeError) Error() string {
	if len(e.Scopes) == 0 {
		return "the credential lacks a scope, and the API documents none for this operation: use auth.Basic with an API token"
	}
	return "the credential lacks a scope: the operation needs " + strings.Join(e.Scopes, " and ")
}

// Scopes returns the OAuth scopes that an operation needs, by its route such as
// "POST /v1/alerts". It returns none if the API documents none: attachments take only basic
// authentication, and the scopes of the service registry are not known. Some changes of
// policies, of roles and of a team's operations are documented with the scope for reading
// alone; Scopes returns that for writing as well.
func Scopes(route string) []string {
	method, path, _ := strings.Cut(route, " ")
	segments := strings.Split(path, "/")
	if len(segments) < 3 || segments[1] != "v1" || segments[2] == "services" {
		return nil
	}
	group := "ops-config"
	if segments[2] == "alerts" && (len(segments) < 4 || segments[3] != "policies") {
		if slices.Contains(segments, "attachments") {
			return nil
		}
		group = "ops-alert"
	}
	scope := func(word string) string { return word + ":" + group + ":jira-service-management" }
	scopes := []string{scope("read")}
	switch {
	case method == http.MethodDelete:
		return append(scopes, scope("delete"))
	case method != http.MethodGet || segments[len(segments)-1] == "ping": // a heartbeat is pinged by GET
		return append(scopes, scope("write"))
	}
	return scopes
}
