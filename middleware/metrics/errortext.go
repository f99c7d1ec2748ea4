package metrics

import (
	"net/http"
	"strings"

	"github.com/tripware/tripware/transport/redact"
)

// errorText returns what err says without the secrets that others may have put
// into it: what looks like one, and the credential that req itself carries.
func errorText(req *http.Request, err error) string {
	text := err.Error()
	for _, name := range [...]string{"Authorization", "Proxy-Authorization"} {
		for _, value := range req.Header[name] {
			_, credential, _ := strings.Cut(value, " ")
			text = mask(mask(text, value), credential)
		}
	}
	return redact.Cut(text, redact.MaxError)
}

func mask(text, secret string) string {
	if secret = strings.TrimSpace(secret); secret == "" {
		return text
	}
	return strings.ReplaceAll(text, secret, redact.Mask)
}
