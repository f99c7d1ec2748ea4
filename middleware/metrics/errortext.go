package metrics

import (
	"net/http"
	"strings"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// errorText returns the text of err with secrets masked: those that redact recognizes,
// and the credentials in req.
func errorText(req *http.Request, err error) string {
	vendor, _ := transport.Lookup[*record.Vendor](req.Context())
	text := vendor.Masked(err.Error())
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
