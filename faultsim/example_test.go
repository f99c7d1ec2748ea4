package faultsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/middleware/retry"
)

func ExampleTest() {
	outage := func(t *testing.T) {
		faultsim.Test(t, "20s ok; 40s 503; ok", func(t *testing.T, s *faultsim.Sim) {
			s.Latency(faultsim.Exp(20*time.Millisecond, 10*time.Millisecond))
			r := s.Clients(1, retry.New()).Callers(100).Every(time.Second).Run(80 * time.Second)
			fmt.Print(r.Timeline(), "\n", r)
			if during := r.Between(20*time.Second, time.Minute); during.Amplification() > 1.4 {
				t.Error("retries add too much to the load of a server that is down")
			}
		})
	}
	asTest(outage) // what go test does for a function called TestOutage
	// Output:
	// from     server  calls/s  requests/s  per call  failed      p50      p99
	// 0s       ok        100.0       100.0      1.00    0.0%   27.7ms     65ms  ##############
	// 5s       ok        100.0       100.0      1.00    0.0%   26.8ms   61.5ms  ##############
	// 10s      ok        100.0       100.0      1.00    0.0%   26.8ms   68.2ms  ##############
	// 15s      ok        100.0       100.0      1.00    0.0%   27.1ms   64.1ms  ##############
	// 20s      503       100.0       145.8      1.46  100.0%   36.6ms    3.52s  ####################
	// 25s      503       100.0       129.0      1.29  100.0%   29.8ms    5.22s  ##################
	// 30s      503       100.0       130.0      1.30  100.0%   30.4ms    2.39s  ##################
	// 35s      503       100.0       131.6      1.32  100.0%   30.3ms    2.43s  ##################
	// 40s      503       100.0       129.4      1.29   99.8%   30.4ms    2.63s  ##################
	// 45s      503       100.0       129.0      1.29  100.0%   32.5ms    2.36s  ##################
	// 50s      503       100.0       130.8      1.31  100.0%   30.8ms    2.08s  ##################
	// 55s      503       100.0       130.6      1.31   96.6%   30.7ms     2.7s  ##################
	// 1m       ok        100.0       103.6      1.04    0.0%   26.6ms     64ms  ##############
	// 1m5s     ok        100.0       100.0      1.00    0.0%   26.3ms   59.9ms  ##############
	// 1m10s    ok        100.0       100.0      1.00    0.0%   26.5ms   69.8ms  ##############
	// 1m15s    ok        100.0       100.0      1.00    0.0%   27.1ms   58.8ms  ##############
	//
	// 8000 calls, 9299 requests: 1.16 for each call, at most 6; 49.8% of the calls failed
	// calls took 28.6ms (p50), 312ms (p90), 2.18s (p99), at most 21.4s
	// requests: at most 194 in a second, 13 at the same time
	// after an outage the first call succeeded within 38ms, and all succeeded after 6.31ms
}

func ExampleParse() {
	script, err := faultsim.Parse(`
		2m ok
		5m 503 p=.8 retry-after=1s, timeout p=.05   # the database was restarted
		30s reset
		ok`)
	fmt.Println(script, err)
	_, err = faultsim.Parse("2m ok; 5m 503 p=80%")
	fmt.Println(err)
	// Output:
	// 2m ok; 5m 503 p=0.8 retry-after=1, timeout p=0.05; 30s reset; ok <nil>
	// faultsim: read script: line 1, column 17: found "80%", expected a share of the requests above 0 and up to 1, such as .5
}

func ExampleExplain() {
	client, err := tripware.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(faultsim.Explain(client.Transport, faultsim.WithLoad(200, 4)))
	// Output:
	// identity: adds a transaction id and default headers
	// retry(5, 429,500,502-599): makes up to 5 retries of a call
	//     max retries      5
	//     codes            429,500,502-599
	//     backoff          full jitter, from 1s up to 30s
	//     hints            followed up to 30s
	//     max elapsed      1m
	//     attempt timeout  no limit
	//     call timeout     no limit
	//     budget           20 % of the calls, and a reserve of 100 that refills at 10 a second
	// ratelimit: reads rate-limit headers
	// *http.Transport: sends requests with net/http
	//     idle connections of a host 128
	//
	// worst case of a call
	//     attempts                     6
	//     requests on the wire         6; up to 774 if each finds 128 idle connections closed, after which net/http sends it again
	//     longest wait                 1m, or 16s if the server never asks for a wait
	//     all waits                    1m, or 31s if the server never asks for a wait
	//     time until the header        unbounded: no timeout is set
	//     time with the body           unbounded: no timeout is set
	//     below a client that retries  AWS SDK (3 attempts) 18, azcore (4 attempts) 24, client-go (11 attempts) 66
	//
	// load of a server that is down: 200 calls a second from 4 clients
	//     in the first 1s        up to 680 requests, 3.4 for each call
	//     in the first 10s       up to 3200 requests, 1.6 for each call
	//     in the first 1m        up to 17200 requests, 1.43 for each call
	//     after that             up to 280 requests a second, 1.4 for each call
	//     if it throttles (429)  up to 1200 requests a second, 6 for each call
	//
	// warning: a call may never end: no timeout is set
}
