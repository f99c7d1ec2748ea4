package mistake

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Key returns an error that says what is wrong with an API key, without showing the key, or
// nil. Scheme is the word before the key in the Authorization header, which is not part of it.
func Key(key, scheme string) error {
	trimmed := strings.TrimSpace(key)
	switch word := schemeOf(trimmed, scheme); {
	case trimmed == "":
		return errors.New("API key is empty")
	case word != "":
		return fmt.Errorf("API key begins with %s: pass the key alone", word)
	case !strings.HasPrefix(key, trimmed):
		return fmt.Errorf("API key begins with %s: trim it", space(key[0]))
	case len(key) > len(trimmed):
		return fmt.Errorf("API key ends with %s: trim it", space(key[len(key)-1]))
	case strings.Trim(key, "\"'`“”‘’") != key:
		return errors.New("API key begins or ends with a quotation mark: pass the key alone")
	case strings.ContainsFunc(key, unicode.IsControl):
		return errors.New("API key contains a line end or another control character")
	}
	return nil
}

// schemeOf returns the word from an Authorization header that key begins with, or the empty
// string.
func schemeOf(key, scheme string) string {
	for _, word := range []string{"Authorization", scheme, "Bearer", "Basic"} {
		if len(key) > len(word) && strings.EqualFold(key[:len(word)], word) && strings.ContainsRune(" \t:=", rune(key[len(word)])) {
			return word
		}
	}
	return ""
}

// space returns the name of a white space character.
func space(char byte) string {
	if char == '\n' || char == '\r' {
		return "a line end"
	}
	return "a space"
}
