package retry

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Codes is a set of status codes, made by [ParseCodes].
type Codes struct{ spans []span }

// A span is a range of codes, ends included. Only one that names successes, a
// single code or "2xx", matches them: a range that merely passes over 2xx does not.
type span struct {
	from, to int
	success  bool
}

// A CodeError names the part of a list of codes that cannot be read.
type CodeError struct{ Part string }

// Error says what is wrong with the part, and which forms there are.
func (e *CodeError) Error() string {
	text := strings.TrimSpace(e.Part)
	_, err := strconv.Atoi(text)
	switch {
	case text == "":
		return fmt.Sprintf("retry: parse codes: %q is empty: is there a comma too many?", e.Part)
	case strings.Contains(text, ","):
		return fmt.Sprintf("retry: parse codes: %q has a comma in it: pass each code as an argument of its own", e.Part)
	case err == nil && !strings.HasPrefix(text, "-"):
		return fmt.Sprintf("retry: parse codes: %q is not from 100 to 599", e.Part)
	}
	return fmt.Sprintf("retry: parse codes: %q is not a code (429), class (5xx) or range (502-599)", e.Part)
}

// ParseCodes reads codes in three forms: a code ("429"), a class ("5xx", in any
// case) and a range with both ends included, in either order ("502-599").
// Blanks around a part are allowed. Codes are from 100 to 599. 1xx is accepted
// and matches nothing, since no informational response ends a round trip. The
// error joins a [*CodeError] for each part that is none of these.
func ParseCodes(parts ...string) (Codes, error) {
	var codes Codes
	var faults []error
	for _, part := range parts {
		s, err := parseSpan(part)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		codes.spans = append(codes.spans, s)
	}
	if err := errors.Join(faults...); err != nil {
		return Codes{}, err
	}
	return codes, nil
}

func parseSpan(part string) (span, error) {
	text := strings.TrimSpace(part)
	if first, rest, found := strings.Cut(text, "-"); found {
		from, okFrom := parseCode(strings.TrimSpace(first))
		to, okTo := parseCode(strings.TrimSpace(rest))
		if !okFrom || !okTo {
			return span{}, &CodeError{Part: part}
		}
		return span{from: min(from, to), to: max(from, to)}, nil
	}
	if len(text) == 3 && text[0] >= '1' && text[0] <= '5' && strings.EqualFold(text[1:], "xx") {
		from := int(text[0]-'0') * 100
		return span{from: from, to: from + 99, success: true}, nil
	}
	code, ok := parseCode(text)
	if !ok {
		return span{}, &CodeError{Part: part}
	}
	return span{from: code, to: code, success: true}, nil
}

func parseCode(text string) (int, bool) {
	if len(text) != 3 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	code, err := strconv.Atoi(text)
	return code, err == nil && code >= 100 && code <= 599
}

// Match reports whether code is in the set.
func (c Codes) Match(code int) bool {
	if code < 200 {
		return false
	}
	for _, s := range c.spans {
		if code >= s.from && code <= s.to && (s.success || code >= 300) {
			return true
		}
	}
	return false
}

// Empty reports whether the set holds nothing.
func (c Codes) Empty() bool { return len(c.spans) == 0 }

// String lists the set in the form that [ParseCodes] reads, joined by commas.
func (c Codes) String() string {
	parts := make([]string, len(c.spans))
	for i, s := range c.spans {
		switch {
		case s.from == s.to && s.success:
			parts[i] = strconv.Itoa(s.from)
		case s.success:
			parts[i] = strconv.Itoa(s.from/100) + "xx"
		default:
			parts[i] = fmt.Sprintf("%d-%d", s.from, s.to)
		}
	}
	return strings.Join(parts, ",")
}
