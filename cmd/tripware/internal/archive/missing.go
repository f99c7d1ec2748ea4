package archive

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/tripware/tripware/services"
)

// missingOf returns what an error says about one resource, with which the export goes on, or
// false if the error ends the export: the program was interrupted, the key is invalid, the
// server is throttled or down, the network is broken or the disk is full. What ends it may
// work later; then the export is run again and goes on.
func missingOf(err error) (m Missing, goesOn bool) {
	e, typed := errors.AsType[*services.Error](err)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return m, false
	case errors.Is(err, errLoop), errors.Is(err, errTooMany):
		return Missing{Reason: err.Error()}, true
	case !typed:
		return m, false
	case e.Status == 0 && errors.Is(err, services.ErrArgument):
		return Missing{Reason: "the API cannot name it in a path: " + err.Error()}, true
	}
	switch e.Status {
	case 0, http.StatusUnauthorized, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return m, false
	}
	return Missing{Status: e.Status, Reason: reasonOf(e)}, true
}

// reasonOf returns such as "403 Forbidden: API key has no right".
func reasonOf(e *services.Error) string {
	parts := []string{fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))}
	switch {
	case e.Message != "":
		parts = append(parts, e.Message)
	case e.Err != nil:
		parts = append(parts, e.Err.Error())
	}
	for _, name := range slices.Sorted(maps.Keys(e.Fields)) {
		parts = append(parts, name+": "+e.Fields[name])
	}
	return strings.Join(parts, ": ")
}
