package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A search is a parsed query in the part of the product's search language that the
// server supports:
//
//	status: open AND (priority: P1 OR tag: db) AND NOT owner: "ada@example.com" AND count > 3
//
// Words without a field are searched for in the message. The operators < and > require
// a number, or a time in milliseconds since 1970. All other queries are refused, because
// a wrong result would make tests pass that should fail.
type search func(values func(field string) []string) bool

// maxDepth is the maximum nesting of parentheses and NOT.
const maxDepth = 50

// parseSearch parses a query. An empty query matches everything.
func parseSearch(query string, known func(field string) bool) (search, error) {
	words, err := lex(query)
	if err != nil {
		return nil, err
	}
	if len(words) == 0 {
		return func(func(string) []string) bool { return true }, nil
	}
	p := &parser{words: words, known: known}
	s, err := p.either(0)
	if err == nil && len(p.words) > 0 {
		err = fmt.Errorf("unexpected %q", p.words[0].text)
	}
	return s, err
}

// A word is a token of a query.
type word struct {
	text   string
	quoted bool
}

func (w word) is(text string) bool { return !w.quoted && strings.EqualFold(w.text, text) }

// lex splits a query into words and the signs ( ) : = < > <= >=.
func lex(query string) ([]word, error) {
	var words []word
	rest := strings.TrimSpace(query)
	for rest != "" {
		n := 1
		switch {
		case rest[0] == '"':
			end := strings.IndexByte(rest[1:], '"')
			if end < 0 {
				return nil, fmt.Errorf("unclosed quotation mark")
			}
			words = append(words, word{text: rest[1 : 1+end], quoted: true})
			rest = strings.TrimSpace(rest[end+2:])
			continue
		case strings.HasPrefix(rest, "<="), strings.HasPrefix(rest, ">="):
			n = 2
		case !strings.ContainsRune("():=<>", rune(rest[0])):
			n = strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`():=<>"`, r) })
			if n < 0 {
				n = len(rest)
			}
		}
		words = append(words, word{text: rest[:n]})
		rest = strings.TrimSpace(rest[n:])
	}
	return words, nil
}

type parser struct {
	words []word
	known func(field string) bool
}

func (p *parser) take() word {
	w := p.words[0]
	p.words = p.words[1:]
	return w
}

func (p *parser) next(text string) bool { return len(p.words) > 0 && p.words[0].is(text) }

func (p *parser) either(depth int) (search, error) {
	left, err := p.both(depth)
	for err == nil && p.next("OR") {
		p.take()
		var right search
		if right, err = p.both(depth); err == nil {
			left = combine(left, right, true)
		}
	}
	return left, err
}

func (p *parser) both(depth int) (search, error) {
	left, err := p.one(depth)
	for err == nil && len(p.words) > 0 && !p.next("OR") && !p.next(")") {
		if p.next("AND") {
			p.take()
		}
		var right search
		if right, err = p.one(depth); err == nil {
			left = combine(left, right, false)
		}
	}
	return left, err
}

// combine evaluates right only if left does not decide.
func combine(left, right search, settled bool) search {
	return func(values func(string) []string) bool {
		if left(values) == settled {
			return settled
		}
		return right(values)
	}
}

func (p *parser) one(depth int) (search, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested too deep")
	}
	if len(p.words) == 0 {
		return nil, fmt.Errorf("unexpected end")
	}
	switch {
	case p.next("NOT"):
		p.take()
		inner, err := p.one(depth + 1)
		if err != nil {
			return nil, err
		}
		return func(values func(string) []string) bool { return !inner(values) }, nil
	case p.next("("):
		p.take()
		inner, err := p.either(depth + 1)
		if err == nil && !p.next(")") {
			return nil, fmt.Errorf("unclosed parenthesis")
		}
		if err == nil {
			p.take()
		}
		return inner, err
	default:
		return p.term()
	}
}

func isSign(w word) bool {
	return !w.quoted && slices.Contains([]string{"(", ")", ":", "=", "<", ">", "<=", ">=", "AND", "OR"}, w.text)
}

// term parses "field: value", "field > number" or a single word.
func (p *parser) term() (search, error) {
	field := p.take()
	if isSign(field) {
		return nil, fmt.Errorf("unexpected %q", field.text)
	}
	if len(p.words) == 0 || !slices.ContainsFunc([]string{":", "=", "<", ">", "<=", ">="}, p.next) {
		return compare("message", ":", field.text)
	}
	if !p.known(field.text) {
		return nil, fmt.Errorf("unknown field %q", field.text)
	}
	sign := p.take().text
	if len(p.words) == 0 || isSign(p.words[0]) {
		return nil, fmt.Errorf("no value for %q", field.text)
	}
	return compare(field.text, sign, p.take().text)
}

// compare returns a search in one field. The message and the description match if they
// contain the value, other fields if they are equal to it; case is ignored.
func compare(field, sign, want string) (search, error) {
	number, err := strconv.ParseInt(want, 10, 64)
	if err != nil && strings.ContainsAny(sign, "<>") {
		return nil, fmt.Errorf("%q is not a number, which %q is compared with", want, field)
	}
	prose := field == "message" || field == "description"
	matches := func(have string) bool {
		switch sign {
		case ":", "=":
			if prose {
				return strings.Contains(strings.ToLower(have), strings.ToLower(want))
			}
			return strings.EqualFold(have, want)
		}
		n, err := strconv.ParseInt(have, 10, 64)
		if err != nil {
			return false
		}
		return sign[0] == '<' && n < number || sign[0] == '>' && n > number || len(sign) == 2 && n == number
	}
	return func(values func(string) []string) bool { return slices.ContainsFunc(values(field), matches) }, nil
}

// Filter returns the rows that match a query. Its error says why it cannot be understood.
func Filter[E any](rows []E, query string, fields map[string]func(E) []string) ([]E, error) {
	found, err := parseSearch(query, func(field string) bool { return fields[field] != nil })
	if err != nil {
		return nil, err
	}
	var out []E
	for _, row := range rows {
		if found(func(field string) []string { return fields[field](row) }) {
			out = append(out, row)
		}
	}
	return out, nil
}
