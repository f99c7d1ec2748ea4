// First makes one call to any API: it reads the URL in API_URL. The client retries, limits
// its rate and logs; the record of the call says what happened.
package main

import (
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

func main() {
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(10, 20)) // 10 requests a second to each host, after a burst of 20
	client, err := tripware.New(tripware.WithLimiter(limiter), tripware.WithLogger(slog.Default()),
		tripware.WithRetry(retry.WithAttemptTimeout(10*time.Second), retry.WithCallTimeout(time.Minute)))
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.Get(os.Getenv("API_URL")) // up to 6 attempts, with random waits between them
	if err != nil {
		//nolint:gosec // it prints what the user asked for
		log.Fatal(err, "\n", transport.CallOfError(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Printf("%d bytes, error %v\n%v\n", len(body), err, transport.CallOf(resp)) // the attempts and waits
}
