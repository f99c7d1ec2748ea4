package bulkhead_test

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/transport"
)

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) { return body(req), nil })
	limit := bulkhead.NewBulkhead(2, bulkhead.WithoutQueue())
	client, err := tripware.New(tripware.WithBase(server), tripware.WithBulkhead(limit))
	if err != nil {
		panic(err)
	}
	var open []*http.Response
	for range 3 {
		resp, err := client.Get("https://api.example.com/") // its body stays open, and so it keeps its permit
		if errors.Is(err, bulkhead.ErrFull) {
			fmt.Println("not sent:", transport.CallOfError(err).ErrorClass())
			continue
		}
		open = append(open, resp)
		fmt.Println(resp.StatusCode)
	}
	state, _ := limit.Snapshot("api.example.com")
	fmt.Println(state.InUse, "in use")
	for _, resp := range open {
		_ = resp.Body.Close()
	}
	state, _ = limit.Snapshot("api.example.com")
	fmt.Println(state.InUse, "in use")
	// Output:
	// 200
	// 200
	// not sent: bulkhead_full
	// 2 in use
	// 0 in use
}
