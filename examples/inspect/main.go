// Inspect prints the timeline of a call whose first attempt is throttled, whose second
// loses its connection and whose third succeeds, the curl command of the last attempt, and
// the record of the call in a log.
package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

func main() {
	url := shaky() // a server on loopback that throttles the first request and breaks the second
	in := inspect.New(inspect.WithPhases())
	client := must(tripware.New(tripware.WithTracing(in.Calls()), tripware.PerAttempt(in.Attempts()), tripware.WithRetry(
		retry.WithBaseDelay(20*time.Millisecond)), tripware.WithAuth(url, auth.Bearer(redact.NewSecret("s3cr3t")))))
	call := must(get(client, url+"/v2/things?limit=5&apiKey=s3cr3t"))
	fmt.Print(inspect.Timeline(call), "\n", inspect.Curl(call, call.AttemptCount()), "\n\n")
	slog.New(slog.NewTextHandler(os.Stdout, nil)).Info("done", slog.Any("call", call))
}

// get reads a URL and returns the record of the call.
func get(client *http.Client, url string) (*transport.Call, error) {
	resp, err := client.Get(url)
	if err != nil {
		return transport.CallOfError(err), err
	}
	defer resp.Body.Close()
	_, err = io.ReadAll(resp.Body)
	return transport.CallOf(resp), err
}
