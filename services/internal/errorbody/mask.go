package errorbody

import (
	"strings"
	"time"

	"github.com/tripware/tripware/transport/redact"
)

// shortest is the number of bytes of the beginning of a secret that, at the end of a text,
// are recognized as the secret.
const shortest = 4

// Mask returns text with the secret replaced by [redact.Mask], also if the text ends in the
// middle of the secret. An empty secret masks nothing.
func Mask(text, secret string) string {
	if secret == "" {
		return text
	}
	text = strings.ReplaceAll(text, secret, redact.Mask)
	for n := len(secret) - 1; n >= shortest; n-- {
		if rest, found := strings.CutSuffix(text, secret[:n]); found {
			return rest + redact.Mask
		}
	}
	return text
}

// Seconds returns a number of seconds as a duration, or zero if it is out of range.
func Seconds(s float64) time.Duration {
	const most = float64(1<<63-1) / float64(time.Second)
	if !(s > 0 && s < most) {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}
