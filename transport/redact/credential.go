package redact

import "strings"

// CredentialHeader reports whether a request header of this name holds a
// credential: Authorization, Proxy-Authorization, Cookie, and names that end in
// api-key, access-token, auth-token, secret or password. Case, dashes and
// underscores make no difference. Such a header must not be sent to whatever host
// a redirect leads to, so it must not be a default of all requests.
func CredentialHeader(name string) bool {
	plain := strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name))
	switch plain {
	case "authorization", "proxyauthorization", "cookie":
		return true
	}
	for _, end := range []string{"apikey", "accesstoken", "authtoken", "secret", "password"} {
		if strings.HasSuffix(plain, end) {
			return true
		}
	}
	return false
}
