package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// SecretName reports whether a header, query parameter, form field, JSON member
// or XML element with this name holds a secret. These are names that end in apiKey,
// privateKey, secretKey, accessKey, accessKeyID, authKey, accountKey, subscriptionKey,
// signingKey, encryptionKey, genieKey, token, password, passwd, pwd, passphrase, secret,
// signature, credential, authorization or cookie, and the whole names key and sig.
// Case, dashes, underscores and spaces are ignored. In a nested name (auth.token,
// auth[token], auth[token][0]) the last part that is not an index counts.
func SecretName(name string) bool {
	var buffer [longest]byte
	from, whole := fold(lastPart(name), &buffer)
	tail := string(buffer[from:])
	return secretTail(tail) || whole && exactName(tail)
}

// secretTail reports whether a folded name ends like that of a secret.
func secretTail(tail string) bool {
	if tail == "" || strings.IndexByte("ysndetl", tail[len(tail)-1]) < 0 {
		return false // the last letter rules out most names
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

// exactName reports whether a folded name is a secret's name that is too short to be
// looked for as an ending.
func exactName(tail string) bool { return tail == "key" || tail == "sig" }

// secretParameter is SecretName for query and form parameters, where code and jwt are
// secrets too. Elsewhere a code is a number that readers need.
func secretParameter(name string) bool {
	var buffer [longest]byte
	from, whole := fold(lastPart(name), &buffer)
	tail := string(buffer[from:])
	return secretTail(tail) || whole && (exactName(tail) || tail == "code" || tail == "jwt")
}

// wholeLine reports whether a header with this name may have spaces in its value.
func wholeLine(name string) bool {
	var buffer [longest]byte
	from, _ := fold(name, &buffer)
	tail := string(buffer[from:])
	return strings.HasSuffix(tail, "authorization") || strings.HasSuffix(tail, "cookie")
}

// lastPart returns the last part of a nested name that is not an index.
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

// longest is more than the number of bytes in the longest ending.
const longest = 24

// fold writes the end of name to the end of buffer, in lower case and without dashes,
// underscores and spaces. It returns where the result begins in buffer, and whether
// all of name fitted.
func fold(name string, buffer *[longest]byte) (from int, whole bool) {
	from = len(buffer)
	for name != "" {
		r, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
		switch r {
		case '-', '_', ' ':
			continue
		case 'ſ':
			r = 's' // the long s folds to s; ToLower folds the Kelvin sign to k
		}
		if r = unicode.ToLower(r); from == 0 || r >= utf8.RuneSelf {
			return from, false
		}
		from--
		buffer[from] = byte(r)
	}
	return from, true
}
