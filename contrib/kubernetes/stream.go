package kubernetes

import (
	"net/http"
	"net/url"
	"strings"
)

// isStream reports whether the body of the response may last, or is a connection: a watch,
// logs that are followed, exec, attach, port-forward, or a proxied request.
func isStream(req *http.Request) bool {
	return isOn(req.URL, "watch") || isStreamPath(strings.Split(req.URL.Path, "/"), isOn(req.URL, "follow"))
}

// isOn reports whether a query parameter is set, as the API server reads it.
func isOn(u *url.URL, name string) bool {
	if !strings.Contains(u.RawQuery, name) {
		return false
	}
	values, ok := u.Query()[name]
	return ok && !strings.EqualFold(values[0], "false") && values[0] != "0"
}

// isStreamPath reports whether the path is that of a stream. It may begin with the path of the
// server.
func isStreamPath(path []string, follow bool) bool {
	n := len(path)
	for i := range path {
		switch {
		case path[i] == "api" && i+2 < n && path[i+2] == "watch", path[i] == "apis" && i+3 < n && path[i+3] == "watch":
			return true // the old form of a watch
		case path[i] == "proxy" && i >= 2 && (path[i-2] == "pods" || path[i-2] == "services" || path[i-2] == "nodes"):
			return true
		}
	}
	if n < 3 || path[n-3] != "pods" {
		return false
	}
	switch path[n-1] {
	case "exec", "attach", "portforward":
		return true
	case "log":
		return follow
	}
	return false
}
