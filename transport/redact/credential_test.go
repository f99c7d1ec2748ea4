package redact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/transport/redact"
)

// A5: what holds a credential is known by its name, however it is spelt.
func TestKnowsHeadersThatHoldACredential(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Authorization": true, "authorization": true, "Proxy-Authorization": true, "Cookie": true, "COOKIE": true,
		"X-Api-Key": true, "x_api_key": true, "XApiKey": true, "Apikey": true, "Dd-Api-Key": true, "X-Access-Token": true,
		"X-Auth-Token": true, "X-Amz-Access_Token": true, "X-Client-Secret": true, "Secret": true, "X-Password": true,

		"": false, "Accept": false, "User-Agent": false, "Set-Cookie": false, "Cookie2": false, "X-Api-Key-Id": false, "X-Api-Version": false,
		"X-Secret-Name": false, "X-Token": false, "Idempotency-Key": false, "X-Authorization-Mode": false, "X-Request-Id": false,
	} {
		assert.Equal(t, want, redact.CredentialHeader(name), name)
	}
}
