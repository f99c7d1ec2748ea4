package opsgenietest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func ExampleStart() {
	s, err := opsgenietest.Start()
	if err != nil {
		panic(err)
	}
	defer s.Close()
	s.Throttle(opsgenietest.DomainAlert, 1)

	for range 2 {
		req, err := http.NewRequest("POST", s.URL+"/v2/alerts", strings.NewReader(`{"message": "Disk full", "alias": "disk/07"}`))
		if err != nil {
			panic(err)
		}
		req.Header.Set("Authorization", "GenieKey "+s.Key)
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			panic(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		fmt.Println(resp.StatusCode, resp.Header.Get("X-RateLimit-State"))
	}

	s.Settle() // the write is asynchronous
	alert, _ := s.Alert("disk/07")
	fmt.Println(alert.TinyID, alert.Message, alert.Status, alert.Priority)
	for _, r := range s.Requests() {
		fmt.Println(r.Route, r.Header.Get("Authorization"), r.Status)
	}
	// Output:
	// 429 THROTTLED
	// 202 OK
	// 1 Disk full open P3
	// POST /v2/alerts GenieKey *** 429
	// POST /v2/alerts GenieKey *** 202
}

// test stands for the *testing.T that a test function is given.
type test struct{ cleanups []func() }

func (*test) Helper()               {}
func (t *test) Cleanup(f func())    { t.cleanups = append(t.cleanups, f) }
func (*test) Fatalf(string, ...any) {}

func ExampleNew() {
	t := &test{}
	s := opsgenietest.New(t, opsgenietest.WithPathPrefix("/jsm/ops/integration"))
	resp, err := http.Get(s.URL + "/v2/account") // without a key
	if err != nil {
		panic(err)
	}
	_ = resp.Body.Close()
	fmt.Println(resp.Status)

	t.cleanups[0]() // what a test does when it ends
	_, err = http.Get(s.URL + "/v2/account")
	fmt.Println(err != nil)
	// Output:
	// 401 Unauthorized
	// true
}

func ExampleServer_Inject() {
	s, err := opsgenietest.Start()
	if err != nil {
		panic(err)
	}
	defer s.Close()
	lost := s.Inject(opsgenietest.Fault{
		Kind:          opsgenietest.Reset,
		Route:         "POST /v2/alerts",
		AfterApplying: true, // the alert is created, but its creator does not learn it
	})

	req, err := http.NewRequest("POST", s.URL+"/v2/alerts", strings.NewReader(`{"message": "Disk full"}`))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Authorization", "GenieKey "+s.Key)
	req.Header.Set("Content-Type", "application/json")
	_, err = http.DefaultClient.Do(req)
	s.Settle()
	fmt.Println(err != nil, lost.Struck(), len(s.Alerts()))
	// Output: true 1 1
}
