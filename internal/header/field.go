package header

import (
	"strings"
	"time"
)

// ReadField parses the RateLimit field of the IETF draft "RateLimit header fields
// for HTTP": `"default";r=50;t=30`, with one member for each policy. It returns the
// strictest policy. It also parses the form of earlier drafts,
// `limit=100, remaining=50, reset=30`, which has one policy. It ignores a policy that
// does not state the remaining requests.
func ReadField(lines []string, clock Clock) (strictest Quota) {
	var early Quota
	for _, line := range lines {
		for line != "" {
			var member string
			member, line = cut(line, ',')
			strictest = Strictest(strictest, readPolicy(member, &early, clock))
		}
	}
	return Strictest(strictest, early)
}

// readPolicy parses one member. Values in the earlier form are added to early.
func readPolicy(member string, early *Quota, clock Clock) (q Quota) {
	for member != "" {
		var part string
		part, member = cut(member, ';')
		name, text, _ := strings.Cut(part, "=")
		switch name = strings.TrimSpace(name); {
		case strings.EqualFold(name, "r"):
			q.remaining(text)
		case strings.EqualFold(name, "t"):
			q.reset(text, clock)
		case strings.EqualFold(name, "remaining"):
			early.remaining(text)
		case strings.EqualFold(name, "reset"):
			early.reset(text, clock)
		case strings.EqualFold(name, "limit"):
			early.limit(text)
		}
	}
	return q
}

// If a value is given twice, the stricter one counts.

func (q *Quota) remaining(text string) {
	if n, ok := count(text); ok {
		q.Remaining, q.Known = least(q.Remaining, q.Known, n)
	}
}

func (q *Quota) limit(text string) {
	if n, ok := count(text); ok {
		q.Limit, _ = least(q.Limit, q.Limit > 0, n)
	}
}

func (q *Quota) reset(text string, clock Clock) {
	if d, ok := value(text, time.Second, clock); ok {
		q.Reset = max(q.Reset, d)
	}
}

// cut splits text at the first separator outside of a quoted string.
func cut(text string, separator byte) (before, after string) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == separator && !quoted:
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}
