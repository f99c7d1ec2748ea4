// Polling waits for a job that runs on a server. It polls with full jitter, waits as
// long as the server asks, and returns an error with the last state if it gives up.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/poll"
)

// errRunning is returned while the job is running.
var errRunning = errors.New("job 7 is still running")

func main() {
	probes := 0
	probe := func(context.Context) (string, bool, error) {
		if probes++; probes < 4 {
			return "", false, errRunning
		}
		return "42 pages printed", true, nil
	}
	result, err := poll.Until(context.Background(), probe, poll.WithBaseDelay(time.Millisecond))
	fmt.Println(result, err, "after", probes, "probes")

	never := func(context.Context) (string, bool, error) { return "", false, errRunning }
	_, err = poll.Until(context.Background(), never, poll.WithBaseDelay(0), poll.WithMaxRetries(2))
	fmt.Println(err)
	fmt.Println(errors.Is(err, poll.ErrUnsettled), errors.Is(err, errRunning))
}
