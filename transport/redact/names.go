package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// SecretName reports whether a header, query parameter, form field, JSON member
// or XML element of this name holds a secret: apiKey, token, password, secret,
// signature, credential, Authorization, Cookie and what ends so, in any case, with
// or without dashes, underscores and blanks; and key and sig alone. Of a nested name
// (auth.token, auth[token], auth[token][0]) the last part that is no index counts.
func SecretName(name string) bool {
	var buffer [longest]byte
	from, whole := fold(lastPart(name), &buffer)
	tail := string(buffer[from:])
	return secretTail(tail) || whole && exactName(tail)
}

// secretTail knows how the names of secrets end.
func secretTail(tail string) bool {
	if tail == "" || strings.IndexByte("ysndetl", tail[len(tail)-1]) < 0 {
		return false // none of the endings, which most names show by their last letter
	}
	for _, ending := range [...]string{
		"apikey", "apikeys", "privatekey", "secretkey", "accesskey", "accesskeyid", "authkey", "accountkey",
		"subscriptionkey", "signingkey", "encryptionkey", "token", "password", "passwords", "passwd", "pwd",
		"passphrase", "secret", "secrets", "signature", "credential", "authorization", "cookie", "geniekey",
	} {
		if strings.HasSuffix(tail, ending) {
			return true
		}
	}
	return false
}

// exactName knows the names that are too short to be an ending.
func exactName(tail string) bool { return tail == "key" || tail == "sig" }

// secretParameter knows the names of query and form parameters. Elsewhere a code is
// a number that readers need.
func secretParameter(name string) bool {
	var buffer [longest]byte
	from, whole := fold(lastPart(name), &buffer)
	tail := string(buffer[from:])
	return secretTail(tail) || whole && (exactName(tail) || tail == "code" || tail == "jwt")
}

// wholeLine knows the headers whose values have blanks in them wherever they stand.
func wholeLine(name string) bool {
	var buffer [longest]byte
	from, _ := fold(name, &buffer)
	tail := string(buffer[from:])
	return strings.HasSuffix(tail, "authorization") || strings.HasSuffix(tail, "cookie")
}

// lastPart returns the last part of a nested name that is no index.
func lastPart(name string) string {
	for strings.HasSuffix(name, "]") {
		open := strings.LastIndexByte(name, '[')
		part := strings.Trim(name[open+1:len(name)-1], `"'`)
		if open < 0 || strings.Trim(part, "0123456789") != "" {
			name = part
			break
		}
		name = name[:open]
	}
	return name[strings.LastIndexAny(name, ".[")+1:]
}

// longest is more than the longest ending that is looked for has bytes.
const longest = 24

// fold writes the end of name to the end of buffer, in lower case and without
// dashes, underscores and blanks. It returns where it begins there, and whether that
// is all of name.
func fold(name string, buffer *[longest]byte) (from int, whole bool) {
	from = len(buffer)
	for name != "" {
		r, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
		switch r {
		case '-', '_', ' ':
			continue
		case 'ſ':
			r = 's' // which folds to it, as the Kelvin sign does to k
		}
		if r = unicode.ToLower(r); from == 0 || r >= utf8.RuneSelf {
			return from, false
		}
		from--
		buffer[from] = byte(r)
	}
	return from, true
}
