package redact

import "strings"

// element handles an XML element. If its name is that of a secret, its attributes and
// all of its content are hidden.
func (s *scanner) element(i int) int {
	end := i + 1
	for end < len(s.text) && (isWord(s.text[end]) || s.text[end] == ':') {
		end++
	}
	tag := s.text[i+1 : end]
	if tag == "" {
		return end
	}
	s.tag = true
	if !SecretName(tag[strings.IndexByte(tag, ':')+1:]) {
		return end
	}
	level := s.level(i)
	open := s.tagEnd(end, level)
	attributes := s.skip(end, " \t\r\n")
	if open == len(s.text) {
		return s.hide(attributes, open, Mask)
	}
	if s.text[open-1] == '/' {
		s.hide(attributes, s.trim(end, open-1), Mask)
		return open
	}
	content := open
	if s.text[open] == '>' {
		content++
	}
	s.tag, s.named = false, false
	closing := s.closing(content, tag, level)
	if content == closing && end == open {
		return closing
	}
	return s.hide(end, closing, s.written(open, content)+Mask)
}

// tagEnd returns the index of the '>' that ends a tag, or of a '<' before it.
func (s *scanner) tagEnd(i int, level level) int {
	for ; i < len(s.text); i++ {
		c := s.text[i]
		if s.level(i).deeper(level) {
			continue
		}
		if c == '>' || c == '<' {
			return i
		}
		if isQuote(c) && s.is(i-1, '=') {
			i = s.quoted(i).to
		}
	}
	return len(s.text)
}

// closing returns the end of the element whose content begins at i. It skips nested
// elements with the same name.
func (s *scanner) closing(i int, tag string, level level) int {
	for depth := 1; i < len(s.text); i++ {
		if s.text[i] != '<' || s.level(i).deeper(level) {
			continue
		}
		begin, step := i+1, 1
		if s.is(begin, '/') {
			begin, step = begin+1, -1
		}
		if !strings.HasPrefix(s.text[begin:], tag) || begin+len(tag) < len(s.text) && isWord(s.text[begin+len(tag)]) {
			continue
		}
		if depth += step; depth == 0 {
			return i
		}
	}
	return len(s.text)
}

// authority hides the user part of a URL whose authority begins at i.
func (s *scanner) authority(i int) int {
	word := s.word(i)
	host := i
	for host < word.to && (strings.IndexByte("/?#", s.text[host]) < 0 || s.level(host).percents() > s.level(i-1).percents()) {
		host++
	}
	if s.cut && host == len(s.text) {
		return s.hide(i, host, Mask) // it may be a user whose @ was cut off
	}
	if at := strings.LastIndexByte(s.text[i:host], '@'); at >= 0 {
		return s.hide(i, i+at, Mask)
	}
	_, port, found := strings.Cut(strings.TrimRight(s.text[i:host], ":,;.)]}'`"), ":")
	if !found || s.text[i] == '[' || strings.Trim(port, "0123456789") == "" {
		return i
	}
	return s.user(i, host, word)
}

// user hides the user part of a URL whose host, at i, has an invalid port. That port is
// probably a password that has a slash or a space in it, or that is cut off.
func (s *scanner) user(i, host int, word span) int {
	switch rest := s.remainder(word.to); {
	case word.from >= i:
		return s.hide(i, word.from, Mask)
	case host == len(s.text):
		return s.hide(i, host, Mask)
	case host == word.to && rest.from >= host:
		return s.hide(i, rest.from, Mask)
	case host == word.to && s.cut && rest.to == len(s.text):
		return s.hide(i, rest.to, Mask)
	}
	return i
}

// word returns the end of the word around i, and its last '@', which may be before i.
// It searches only once for all URLs in one word.
func (s *scanner) word(i int) span {
	percents := s.level(i - 1).percents()
	w := &s.words[percents]
	if i <= w.to && w.to > 0 {
		return *w
	}
	w.from = -1
	for w.to = i; w.to < len(s.text); w.to++ {
		if s.level(w.to).percents() > percents {
			continue
		}
		c := s.text[w.to]
		if isBlank(c) || c == '<' || c == '>' || isQuote(c) && s.ends(w.to+1) {
			break
		}
		if c == '@' {
			w.from = w.to
		}
	}
	return *w
}

// remainder returns the end of the string or line around i, and the last '@' in it.
func (s *scanner) remainder(i int) span {
	r := &s.rest
	if i <= r.to && r.to > 0 {
		return *r
	}
	r.from = -1
	for r.to = i; r.to < len(s.text); r.to++ {
		c := s.text[r.to]
		if c == '\n' || c == '<' || c == '>' || isQuote(c) && s.level(r.to) == 0 {
			break
		}
		if c == '@' {
			r.from = r.to
		}
	}
	return *r
}
