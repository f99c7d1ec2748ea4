package redact_test

import (
	"fmt"

	"github.com/tripware/tripware/transport/redact"
)

func ExampleNewSecret() {
	secret := redact.NewSecret("correct horse")
	fmt.Printf("%v %+v %q %d\n", secret, secret, secret, len(secret.Reveal()))
	// Output: *** *** *** 13
}
