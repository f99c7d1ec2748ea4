// Polling waits for a job that a server works on: full jitter between the
// questions, a hint from the server followed, and an error that says what was
// heard last when the wait is given up.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/poll"
)

// errRunning is what the job's server says while it works.
var errRunning = errors.New("job 7 is still running")

func main() {
	asked := 0
	ask := func(context.Context) (string, bool, error) {
		if asked++; asked < 4 {
			return "", false, errRunning
		}
		return "42 pages printed", true, nil
	}
	result, err := poll.Until(context.Background(), ask, poll.WithBaseDelay(time.Millisecond))
	fmt.Println(result, err, "after", asked, "questions")

	never := func(context.Context) (string, bool, error) { return "", false, errRunning }
	_, err = poll.Until(context.Background(), never, poll.WithBaseDelay(0), poll.WithMaxRetries(2))
	fmt.Println(err)
	fmt.Println(errors.Is(err, poll.ErrUnsettled), errors.Is(err, errRunning))
}
