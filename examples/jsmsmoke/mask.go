package main

import (
	"regexp"
	"strings"
)

// A masker hides what belongs to a tenant in a text of the server or of an error: mail
// addresses, ids, host names, texts in quotation marks or brackets, and what the program was
// configured with.
type masker struct{ secrets []string }

var hidden = []struct {
	form *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`[^\s"'<>()\[\]]+@[^\s"'<>()\[\]]+`), "(mail)"},
	{regexp.MustCompile(`[0-9a-zA-Z:]*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(-[0-9]+)?`), "(id)"},
	{regexp.MustCompile(`\b[0-9a-fA-F]{16,}\b`), "(id)"},
	{regexp.MustCompile(`[a-zA-Z0-9-]+\.(atlassian\.net|jira\.com)`), "(site)"},
	{regexp.MustCompile(`"[^"]*"|'[^']*'|\[[^\]]*\]`), "(text)"},
	{regexp.MustCompile(`\b\d{5,}\b`), "(number)"},
}

// text returns the text on one line, at most 200 bytes long.
func (m masker) text(text string) string {
	for _, secret := range m.secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "(masked)")
		}
	}
	for _, h := range hidden {
		text = h.form.ReplaceAllString(text, h.by)
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "") + "…"
	}
	return text
}
