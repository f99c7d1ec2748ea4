// Decorator adds one decorator, for retries, to an existing client, and then others, one at
// a time. This file imports only the packages transport and middleware/retry of this module.
package main

import (
	"fmt"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

func main() {
	client, url := weather(2) // an existing client, for an API whose first two responses fail
	client.Transport = transport.Chain(client.Transport, retry.New())
	resp, err := client.Get(url + "/today")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status, "after", transport.CallOf(resp).AttemptCount(), "attempts")
	single(weather(0))
}
