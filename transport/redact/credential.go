package redact

import "strings"

// CredentialHeader reports whether a header with this name carries a credential and
// may therefore be sent only to the host that the credential is for. These are
// Authorization, Proxy-Authorization, Cookie, and names that end in api-key,
// access-token, auth-token, secret or password. Case, dashes and underscores are ignored.
func CredentialHeader(name string) bool {
	var buffer [longest]byte
	from, whole := fold(name, &buffer)
	tail := string(buffer[from:])
	if whole && (tail == "authorization" || tail == "proxyauthorization" || tail == "cookie") {
		return true
	}
	for _, ending := range [...]string{"apikey", "accesstoken", "authtoken", "secret", "password"} {
		if strings.HasSuffix(tail, ending) {
			return true
		}
	}
	return false
}
