package redact

import "strings"

// CredentialHeader reports whether a header of this name carries a credential, so
// that it must only be sent to the host that the credential is for: Authorization,
// Proxy-Authorization, Cookie, and names that end in api-key, access-token,
// auth-token, secret or password, in any case, with or without dashes and underscores.
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
