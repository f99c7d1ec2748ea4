package header

import (
	"net/http"
	"strings"
)

// Sendable reports whether net/http would send the request.
func Sendable(req *http.Request) bool {
	if req.URL == nil || req.URL.Host == "" || req.Method != "" && !ValidName(req.Method) {
		return false
	}
	for name, values := range req.Header {
		if !ValidName(name) {
			return false
		}
		for _, value := range values {
			if !ValidValue(value) {
				return false
			}
		}
	}
	return strings.EqualFold(req.URL.Scheme, "http") || strings.EqualFold(req.URL.Scheme, "https")
}
