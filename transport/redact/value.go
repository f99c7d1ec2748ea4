package redact

import "strings"

// A span is text[from:to].
type span struct{ from, to int }

// opening returns the index of the quote that opens a value at i, or -1. Python may
// have letters before the quote.
func (s *scanner) opening(i int) int {
	for letters := 0; letters < 2 && i < len(s.text) && strings.IndexByte("bBuUrR", s.text[i]) >= 0; letters++ {
		i++
	}
	if i < len(s.text) && isQuote(s.text[i]) {
		return i
	}
	return -1
}

// quoted returns the content of the string that the quote at open begins. The quote
// may be doubled (CSV) or tripled. A quote inside the string is encoded once more, or
// doubled, or, as in a shell, the string is closed and reopened around it.
func (s *scanner) quoted(open int) span {
	quote, level := s.text[open], s.level(open)
	run := min(s.run(open), 3)
	if run == 2 && (s.ends(open+2) || isQuote(s.text[open+2])) {
		return span{open + 1, open + 1}
	}
	for i := open + run; i < len(s.text); i++ {
		if s.text[i] != quote {
			continue
		}
		if s.level(i).deeper(level) {
			if run == 2 && s.is(i+1, quote) {
				i++ // a doubled quote that is also escaped
			}
			continue
		}
		n := s.run(i)
		if n == run || n > run && run > 1 || level.deeper(s.level(i)) {
			return span{open + run, i}
		}
		i += n - 1
	}
	return span{min(open+run, len(s.text)), len(s.text)}
}

// run counts the quotes from i on, without those that end an enclosing string.
func (s *scanner) run(i int) int {
	n := 1
	for s.is(i+n, s.text[i]) && !s.level(i).deeper(s.level(i+n)) {
		n++
	}
	return n
}

// ends reports whether the byte at i may follow a value.
func (s *scanner) ends(i int) bool {
	return i >= len(s.text) || strings.IndexByte(" \t\r\n,;:)]}>&/\\", s.text[i]) >= 0
}

// member hides the value at start of a name in quotes, as in JSON.
func (s *scanner) member(n name, start int) int {
	if open := s.opening(s.skip(start, "+ ")); open >= 0 { // a form writes a space as +
		return s.hideQuoted(open)
	}
	quote := s.written(n.quote, n.quote+1) // replaced by a string, the text stays valid JSON
	return s.hide(start, s.memberEnd(start, s.level(n.quote)), quote+Mask+quote)
}

func (s *scanner) hideQuoted(open int) int {
	value := s.quoted(open)
	return s.hide(value.from, value.to, Mask)
}

// memberEnd returns the end of the value at start, which is not a string. An object or
// array is taken as a whole. The quotes of the name have the level given.
func (s *scanner) memberEnd(start int, level level) int {
	depth := 0
	for i := start; i < len(s.text); i++ {
		if s.level(i).deeper(level) {
			continue
		}
		c := s.text[i]
		if isQuote(c) && level.deeper(s.level(i)) {
			return s.trim(start, i) // the end of the enclosing string
		}
		switch {
		case s.opensIn(start, i):
			i = s.quoted(i).to
		case depth == 0 && (c == ',' || c == '\n' || closes(c)):
			return s.trim(start, i)
		case opens(c):
			depth++
		case closes(c):
			depth--
		}
	}
	return len(s.text)
}

// opensIn reports whether a string begins at i, within a value that begins at start.
func (s *scanner) opensIn(start, i int) bool {
	return isQuote(s.text[i]) && (i == start || strings.IndexByte("[({,:= \t\r\n", s.text[i-1]) >= 0)
}

func opens(c byte) bool  { return c == '{' || c == '[' || c == '(' }
func closes(c byte) bool { return c == '}' || c == ']' || c == ')' }

// field hides the value of a name without quotes. Where the value ends depends on where
// the name was found: in braces, in a query, in quotes, on a line or in a sentence.
func (s *scanner) field(n name, separator, next int) int {
	start := s.skip(next, " \t")
	if open := s.opening(s.skip(start, "+ ")); open >= 0 {
		return s.hideQuoted(open)
	}
	spaced := start > next || n.to < separator || s.is(next, '\r') || s.is(next, '\n')
	return s.hide(start, s.fieldValueEnd(n, separator, start, spaced), Mask)
}

// fieldValueEnd returns the end of the value at start of a name without quotes. spaced
// says whether there are blanks around the separator.
func (s *scanner) fieldValueEnd(n name, separator, start int, spaced bool) int {
	text := s.text[n.from:n.to]
	around := s.around(n.from)
	before := byte('\n')
	if around >= 0 {
		before = s.text[around]
	}
	enclosed := around == n.from-1 && isQuote(before)
	parameter := s.text[separator] == '=' && !spaced && !wholeLine(text)
	level := s.level(separator)
	switch {
	case opens(before) || before == ',':
		return s.fieldEnd(start, level)
	case enclosed && parameter:
		return s.parameterEnd(start, separator, before)
	case parameter || before == '?' || before == '&':
		return s.parameterEnd(start, separator, 0)
	case enclosed:
		return s.quoted(around).to
	case before == '\n':
		return s.lineEnd(start, s.level(around), false)
	default:
		return s.proseEnd(text, start, level, isWord(before), spaced || s.text[separator] == '=')
	}
}

// proseEnd returns the end of a value in the middle of a line. If a word precedes the
// name, what follows may be a sentence: the key: value pair.
func (s *scanner) proseEnd(name string, start int, level level, afterWord, spaced bool) int {
	switch {
	case len(name) <= len("sig"):
		return start
	case !spaced:
		return s.fieldEnd(start, level)
	case afterWord && isPlain(name) && !wholeLine(name):
		return s.wordsEnd(start)
	}
	return s.lineEnd(start, level, true)
}

// around returns the index of what is before a name, or -1. It skips blanks and, at
// the beginning of a line, the marks that curl and diff write.
func (s *scanner) around(i int) int {
	i--
	for i >= 0 && (s.text[i] == ' ' || s.text[i] == '\t') {
		i--
	}
	if i == 0 || i > 0 && s.text[i-1] == '\n' {
		if strings.IndexByte("<>*#+-", s.text[i]) >= 0 {
			i--
		}
	}
	return i
}

// isPlain reports whether a name may be a word in a sentence.
func isPlain(name string) bool { return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") == "" }

// fieldEnd returns the end of a value inside braces, as Go and Java print it: where the
// braces close, or where the next name begins.
func (s *scanner) fieldEnd(start int, level level) int {
	depth := 0
	for i := start; i < len(s.text); i++ {
		if s.level(i).percents() > level.percents() {
			continue
		}
		c := s.text[i]
		switch {
		case (i == start || depth > 0) && s.opensIn(start, i):
			i = s.quoted(i).to
		case depth == 0 && s.endsField(i):
			return s.trim(start, i)
		case opens(c):
			depth++
		case closes(c) && depth > 0:
			depth--
		}
	}
	return len(s.text)
}

func (s *scanner) endsField(i int) bool {
	switch c := s.text[i]; {
	case c == '\n':
		return true
	case closes(c), isQuote(c):
		for n := 0; n < 3 && i+1 < len(s.text) && isQuote(s.text[i+1]); n++ {
			i++ // quotes that end the enclosing strings
		}
		return s.ends(i + 1)
	case (c == ' ' || c == ',') && (i == 0 || strings.IndexByte(" ,", s.text[i-1]) < 0): // only the first of a run
		i = s.skip(i, " ,\t\"'")
		word := i
		for i < len(s.text) && isWord(s.text[i]) {
			i++
		}
		i = s.skip(i, "\"'")
		return i > word && (s.is(i, ':') || s.is(i, '='))
	}
	return false
}

// parameterEnd returns the end of a parameter's value at i. If the parameter is inside
// quotes, quote is that quote and the value may have blanks; otherwise quote is zero.
// A separator that is percent-encoded once more does not end the value.
func (s *scanner) parameterEnd(i, separator int, quote byte) int {
	level := s.level(separator)
	for ; i < len(s.text); i++ {
		if s.level(i).percents() > level.percents() {
			continue
		}
		switch c := s.text[i]; {
		case c == '&' || c == '<' || c == '>',
			(c == '\r' || c == '\n') && !s.level(i).deeper(level),
			quote == 0 && (c == ' ' || c == '\t'),
			quote == 0 && isQuote(c) && s.ends(i+1),
			c == quote && !s.level(i).deeper(level):
			return i
		}
	}
	return i
}

// lineEnd returns the end of a value at start that takes the rest of its line, with
// continuation lines, which are indented more. A line inside a string ends with the
// string. middle says whether the name was in the middle of the line.
func (s *scanner) lineEnd(start int, level level, middle bool) int {
	for i := start; i < len(s.text); i++ {
		c := s.text[i]
		switch {
		case c == '\n' && !s.level(i).deeper(level):
			if next := s.indented(i + 1); next-i-1 <= s.depth || next == len(s.text) {
				return s.trim(start, i)
			}
		case c == '"' && s.endsString(i, level, middle):
			return i
		}
	}
	return len(s.text)
}

// indented skips the blanks at the beginning of the line at i. A form writes a space as
// +, and a string writes a tab as \t.
func (s *scanner) indented(i int) int {
	blanks, level := " \t", s.level(i-1)
	if level.percents() > 0 {
		blanks = " \t+"
	}
	for i = s.skip(i, blanks); level&(7*escaped) != 0 && s.is(i, '\\') && s.is(i+1, 't'); {
		i = s.skip(i+2, blanks)
	}
	return i
}

// endsString reports whether the quote at i ends the string that contains a line. If the
// line begins inside the string, its end is encoded once more than the quote.
func (s *scanner) endsString(i int, level level, middle bool) bool {
	quote := s.level(i)
	if middle {
		return quote.percents() <= level.percents() && s.ends(i+1) && !s.is(i+1, ' ')
	}
	return level.deeper(quote) && !quote.deeper(level) && s.ends(i+1)
}

// wordsEnd returns the end of the word at start, or of the next word if the first is
// an authentication scheme.
func (s *scanner) wordsEnd(start int) int {
	end := s.wordEnd(start)
	if end-start == len("404") && strings.Trim(s.text[start:end], "0123456789") == "" {
		return start // cannot fetch token: 401 Unauthorized
	}
	for _, scheme := range [...]string{"Bearer", "Basic", "Token", "GenieKey"} {
		if strings.EqualFold(s.text[start:end], scheme) {
			return s.wordEnd(s.skip(end, " \t"))
		}
	}
	return end
}

func (s *scanner) wordEnd(i int) int {
	for i < len(s.text) && !isBlank(s.text[i]) && (!isQuote(s.text[i]) || !s.ends(i+1)) {
		i++
	}
	return i
}
