package retry

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A codeSet is a set of status codes, made by parseCodes.
type codeSet struct{ spans []span }

// A span is a range of codes, ends included. It matches 2xx codes only if success is set,
// as by a single code or "2xx"; a range that includes 2xx does not match them.
type span struct {
	from, to int
	success  bool
}

// A CodeError names a part of the list given to [WithCodes] that is invalid.
type CodeError struct{ Part string }

// Error returns what is wrong with the part, and the valid forms.
func (e *CodeError) Error() string {
	text := strings.TrimSpace(e.Part)
	_, err := strconv.Atoi(text)
	switch {
	case text == "":
		return fmt.Sprintf("retry: parse codes: %q is empty: remove it", e.Part)
	case strings.Contains(text, ","):
		return fmt.Sprintf("retry: parse codes: %q contains a comma: pass each code as a separate argument", e.Part)
	case err == nil && !strings.HasPrefix(text, "-"):
		return fmt.Sprintf("retry: parse codes: %q is not in the range 100 to 599", e.Part)
	}
	return fmt.Sprintf("retry: parse codes: %q is not a code (429), class (5xx) or range (502-599)", e.Part)
}

// parseCodes parses the forms that [WithCodes] describes.
func parseCodes(parts ...string) (codeSet, error) {
	var set codeSet
	var faults []error
	for _, part := range parts {
		s, err := parseSpan(part)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		set.spans = append(set.spans, s)
	}
	if err := errors.Join(faults...); err != nil {
		return codeSet{}, err
	}
	return set, nil
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

// match reports whether code is in the set.
func (c codeSet) match(code int) bool {
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

// empty reports whether the set has no codes.
func (c codeSet) empty() bool { return len(c.spans) == 0 }

// String returns the parts of the set, separated by commas.
func (c codeSet) String() string {
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
