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

func ExampleText() {
	fmt.Println(redact.Text(`{"user":"ann","apiKey":"7f3a","page":2}`))
	fmt.Println(redact.Text(`GET https://ann:7f3a@api.example.com/v2?token=7f3a&page=2`))
	fmt.Println(redact.Text(`Authorization: Bearer 7f3a`))
	fmt.Println(redact.Text(`the token: 7f3a was refused`))
	// Output:
	// {"user":"ann","apiKey":"***","page":2}
	// GET https://***@api.example.com/v2?token=***&page=2
	// Authorization: ***
	// the token: *** was refused
}
