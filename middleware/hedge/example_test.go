package hedge_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

func ExampleNew() {
	var requests atomic.Int32
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if requests.Add(1) == 1 { // the first request hangs
			<-req.Context().Done()
			return nil, req.Context().Err()
		}
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("hello")), Request: req}, nil
	})
	client := &http.Client{Transport: transport.Chain(server, retry.New(), hedge.New(hedge.WithDelay(50*time.Millisecond)))}
	resp, err := client.Get("https://api.example.com/")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(string(body), err)
	for _, a := range transport.CallOf(resp).Attempts() {
		fmt.Printf("attempt %d: leg %d, lost: %t, status %d, %s\n", a.Number, a.Leg, a.Lost, a.Status, a.Class)
	}
	// Output:
	// hello <nil>
	// attempt 1: leg 1, lost: true, status 0, hedge_lost
	// attempt 2: leg 2, lost: false, status 200,
}
