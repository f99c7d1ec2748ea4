// Package canary provides secrets for tests to send through the toolkit, and finds
// them in its output. Only tests of this module use it.
//
// Create one [Net] and pass it everything that a program could show: log records
// (through [Net.Logger]), events, errors and values. Then check that [Net.Leaks] is empty.
package canary

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// The secrets. Each begins and ends with a unique word. Between the words, those that
// may hold any character have characters that end a value in a URL, a header, a form,
// JSON or XML, so that a value masked only up to there is found.
const (
	Key      = "KEYHEADc4n4ry-KEYTAILc4n4ry"
	Password = "PROXYHEADc4n4ry:/@ %?#&=+;,\"'\\<>é|PROXYTAILc4n4ry" // of User, for a proxy or in a URL
	Token    = "QUERYHEADc4n4ry&=+ %/?#;QUERYTAILc4n4ry"             // the value of a query parameter
	Body     = "BODYHEADc4n4ry\"}\\,]&=<é BODYTAILc4n4ry"            // a member of a JSON body
)

// User is the user name that belongs to [Password]. It is not a secret.
const User = "canary user"

// A form is one way to write a part of a secret. folded is the text in lower case, or
// empty if the case matters.
type form struct{ of, text, folded string }

// forms returns the texts to search for: the words at both ends of each secret, which
// percent-encoding, JSON and quoting leave unchanged, and encodings of the whole secret.
func forms() (list []form) {
	for _, secret := range []struct{ name, text, pair string }{
		{"key", Key, ""}, {"password", Password, User + ":" + Password}, {"token", Token, ""}, {"body", Body, ""},
	} {
		head, tail := ends(secret.text)
		for _, word := range []string{head, tail} {
			list = append(list,
				folding(secret.name, word),
				folding(secret.name+" in hex", hex.EncodeToString([]byte(word))),
				folding(secret.name+" as bytes", strings.Trim(fmt.Sprintf("%d", []byte(word)), "[]")),
				folding(secret.name+" as Go bytes", strings.ReplaceAll(fmt.Sprintf("% #x", word), " ", ", ")))
		}
		for _, whole := range []string{secret.text, secret.pair, url.QueryEscape(secret.text), url.PathEscape(secret.text)} {
			for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
				if whole != "" {
					list = append(list, form{of: secret.name + " in base64", text: encoding.EncodeToString([]byte(whole))})
				}
			}
		}
	}
	return list
}

func folding(of, text string) form { return form{of, text, strings.ToLower(text)} }

// ends returns the words that a secret begins and ends with.
func ends(secret string) (head, tail string) {
	const mark = "c4n4ry"
	head = secret[:strings.Index(secret, mark)+len(mark)]
	return head, secret[strings.LastIndexFunc(strings.TrimSuffix(secret, mark), notWord)+1:]
}

func notWord(r rune) bool { return r < 'A' || r > 'Z' }

// Find returns the names of the secrets that text contains, in any case and form. Each
// name is listed once, in alphabetical order.
func Find(text string) []string { return find(forms(), text) }

func find(wanted []form, text string) (found []string) {
	folded := strings.ToLower(text)
	for _, f := range wanted {
		if strings.Contains(text, f.text) || f.folded != "" && strings.Contains(folded, f.folded) {
			found = append(found, f.of)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
