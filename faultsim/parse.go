package faultsim

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// longest is the longest time that a script or a run may take.
const longest = 24 * time.Hour

// A ScriptError describes where a script cannot be read.
type ScriptError struct {
	Line, Column int    // counted from 1; the column is in characters
	Offset       int    // in bytes, counted from 0
	Found        string // the word at that position; empty at the end of the script
	Want         string // what is expected there
}

// Error returns the position, what was found and what was expected.
func (e *ScriptError) Error() string {
	found := "the end"
	if e.Found != "" {
		found = strconv.Quote(e.Found)
	}
	return fmt.Sprintf("faultsim: read script: line %d, column %d: found %s, expected %s", e.Line, e.Column, found, e.Want)
}

// Parse reads a script, whose language the package comment describes. [Test] does so itself;
// call Parse to check a script that is made by a program. If the script is invalid, the error
// is a [*ScriptError].
func Parse(text string) (Script, error) {
	p := &parser{text: text}
	p.next()
	script, err := p.script()
	if err != nil {
		return Script{}, err
	}
	return script, nil
}

// A token is a word, or one of the marks ; and , and the end of a line.
type token struct {
	text   string // empty at the end of the script
	offset int
}

const (
	wantPhase  = "a phase, such as 30s ok or 5m 503 p=.8"
	wantFault  = "a fault: ok, a status from 200 to 599, slow=DURATION, cut, reset, refused, dns or timeout"
	wantOption = "an option, such as p=.5 or retry-after=1s; or a comma and another fault; or a semicolon and another phase"
)

// A parser reads a script from left to right. The first error ends it.
type parser struct {
	text  string
	at    int // the offset of what follows the token
	token token
}

func (p *parser) end() bool     { return p.token.text == "" }
func (p *parser) newline() bool { return p.token.text == "\n" }

// mark reports whether the token is none that is a word.
func (p *parser) mark() bool {
	return p.end() || p.newline() || p.token.text == ";" || p.token.text == ","
}

// next reads the next token. It skips spaces, and comments up to the end of their line.
func (p *parser) next() {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '#':
			end := strings.IndexByte(p.text[p.at:], '\n')
			if end < 0 {
				end = len(p.text) - p.at
			}
			p.at += end
		case c == ' ' || c == '\t' || c == '\r':
			p.at++
		case strings.IndexByte(";,\n", c) >= 0:
			p.token = token{p.text[p.at : p.at+1], p.at}
			p.at++
			return
		default:
			rest := p.text[p.at:]
			length := strings.IndexAny(rest, " \t\r\n;,#")
			if length < 0 {
				length = len(rest)
			}
			p.token = token{rest[:length], p.at}
			p.at += length
			return
		}
	}
	p.token = token{"", len(p.text)}
}

func (p *parser) skipLines() {
	for p.newline() {
		p.next()
	}
}

// fail returns an error at the part of the token that begins after skip bytes, or at the whole
// token if nothing follows them.
func (p *parser) fail(skip int, want string) error {
	const most = 40 // bytes of the word that are shown
	if skip >= len(p.token.text) {
		skip = 0
	}
	offset := p.token.offset + skip
	before := p.text[:offset]
	line := strings.LastIndexByte(before, '\n') + 1
	found := p.token.text[skip:]
	if len(found) > most {
		found = strings.ToValidUTF8(found[:most], "") + "…"
	}
	return &ScriptError{
		Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[line:]) + 1,
		Offset: offset, Found: found, Want: want,
	}
}

func (p *parser) script() (s Script, err error) {
	var total time.Duration
	for p.skipLines(); !p.end() || len(s.phases) == 0; p.skipLines() {
		if n := len(s.phases); n > 0 && s.phases[n-1].lasts == 0 && !p.mark() {
			return s, p.fail(0, "the end of the script: the phase before has no duration, so it does not end")
		}
		from := p.token
		next, err := p.phase()
		if err != nil {
			return s, err
		}
		if total += next.lasts; total > longest {
			p.token = from
			return s, p.fail(0, "a duration: the phases may take up to "+short(longest)+" in all")
		}
		s.phases = append(s.phases, next)
		switch {
		case p.token.text == ";":
			p.next()
		case !p.end() && !p.newline():
			return s, p.fail(0, wantOption)
		}
	}
	return s, nil
}

func (p *parser) phase() (ph phase, err error) {
	if p.mark() {
		return ph, p.fail(0, wantPhase)
	}
	if isDuration(p.token.text) {
		if ph.lasts, err = p.duration(0, "a duration above zero and up to "+short(longest)+", such as 30s or 1m30s"); err != nil {
			return ph, err
		}
		p.next()
	}
	left := 1.0
	for {
		f, err := p.fault(&left)
		if err != nil {
			return ph, err
		}
		ph.faults = append(ph.faults, f)
		if p.token.text != "," {
			return ph, nil
		}
		p.next()
		p.skipLines()
	}
}

// isDuration reports whether a word is meant as one: a number with a unit.
func isDuration(word string) bool {
	return strings.ContainsAny(word[:1], "0123456789.+-") && strings.ContainsAny(word, "hmsuµn")
}

func (p *parser) duration(skip int, want string) (time.Duration, error) {
	d, err := time.ParseDuration(p.token.text[skip:])
	if err != nil || d <= 0 || d > longest {
		return 0, p.fail(skip, want)
	}
	return d, nil
}

// fault reads a fault and its options. left is the share of the requests that the faults
// before it left.
func (p *parser) fault(left *float64) (f fault, err error) {
	begin := p.token
	if f, err = p.kind(); err != nil {
		return f, err
	}
	p.next()
	seen := map[string]bool{}
	for !p.mark() {
		if err := p.option(&f, seen, *left); err != nil {
			return f, err
		}
		p.next()
	}
	if f.open = !seen["p"]; f.open {
		f.share = *left
	}
	if f.share <= 0 {
		p.token = begin
		return f, p.fail(0, "no further fault: those before it take all requests; give them a share, such as p=.5")
	}
	if *left -= f.share; *left < tiny {
		*left = 0
	}
	return f, nil
}

// tiny is a share that results from rounding.
const tiny = 1e-9

// kind reads the word that names a fault.
func (p *parser) kind() (f fault, err error) {
	f.cut = -1
	name, value, valued := strings.Cut(p.token.text, "=")
	if status, err := strconv.Atoi(name); err == nil && !valued && len(name) == 3 && status >= 200 && status <= 599 {
		f.kind, f.status = kindStatus, status
		return f, nil
	}
	var known bool
	if f.kind, known = kindOf(name); !known || p.mark() {
		return f, p.fail(0, wantFault)
	}
	skip := len(name) + 1
	switch {
	case f.kind == kindSlow && !valued:
		err = p.fail(0, "slow=DURATION, such as slow=2s")
	case f.kind == kindSlow:
		f.slow, err = p.duration(skip, "a duration above zero and up to "+short(longest)+", such as 2s")
	case f.kind == kindCut && valued:
		if f.cut, err = strconv.Atoi(value); err != nil || f.cut < 0 {
			err = p.fail(skip, "the number of bytes after which the body breaks off")
		}
	case valued:
		err = p.fail(0, name+" without a value")
	}
	return f, err
}

// option reads a share, or a header of the response.
func (p *parser) option(f *fault, seen map[string]bool, left float64) error {
	name, value, valued := strings.Cut(p.token.text, "=")
	skip := len(name) + 1
	name = strings.ToLower(name)
	switch {
	case !valued || name == "":
		return p.fail(0, wantOption)
	case seen[name]:
		return p.fail(0, "each option once")
	}
	seen[name] = true
	if name == "p" {
		share, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil || !(share > 0 && share <= 1):
			return p.fail(skip, "a share of the requests above 0 and up to 1, such as .5")
		case share > left+tiny:
			most := strconv.FormatFloat(math.Round(left*1e9)/1e9, 'g', -1, 64)
			return p.fail(skip, "a share of at most "+most+", which the faults before it leave")
		}
		f.share = share
		return nil
	}
	return p.header(f, name, value, skip)
}

// header reads an option that is a header.
func (p *parser) header(f *fault, name, value string, skip int) error {
	switch {
	case name != "retry-after" && !strings.HasPrefix(name, "ratelimit") && !strings.HasPrefix(name, "x-") || !isToken(name):
		return p.fail(0, "p, or a header of the response: retry-after, or a name that begins with x- or ratelimit")
	case !f.kind.responds():
		return p.fail(0, "p only: there is no response that could have a header")
	case value == "" || strings.ContainsFunc(value, func(r rune) bool { return r < '!' || r > '~' }):
		return p.fail(skip, "a value of visible ASCII characters")
	}
	if (strings.HasSuffix(name, "-after") || strings.HasSuffix(name, "-reset")) && isDuration(value) {
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 || d%time.Second != 0 {
			return p.fail(skip, "whole seconds, such as 30s or 2m")
		}
		value = strconv.FormatInt(int64(d/time.Second), 10)
	}
	f.headers = append(f.headers, pair{name, value})
	return nil
}

func isToken(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
}
