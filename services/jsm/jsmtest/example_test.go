package jsmtest_test

import (
	"context"
	"fmt"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/jsmtest"
	"github.com/tripware/tripware/transport/redact"
)

func ExampleStart() {
	s, err := jsmtest.Start()
	if err != nil {
		panic(err)
	}
	defer s.Close()
	lost := s.Inject(jsmtest.Fault{
		Kind:          jsmtest.Reset,
		Route:         "POST /v1/alerts",
		AfterApplying: true, // the alert is created, but the response is lost
	})

	token := auth.Basic(s.Email, redact.NewSecret(s.Token))
	c, err := jsm.New(jsm.Site(s.Site), token, jsm.WithBaseURL(s.URL),
		jsm.WithPolling(poll.WithBaseDelay(0)), jsm.WithTransport(tripware.WithRetry(retry.WithBaseDelay(0))))
	if err != nil {
		panic(err)
	}
	defer c.CloseIdleConnections()
	ctx := context.Background()
	pending, err := c.Alerts.Create(ctx, alert.CreateRequest{Message: "Disk full", Alias: "disk/07"})
	if err != nil {
		panic(err)
	}
	created, err := pending.Alert(ctx)
	if err != nil {
		panic(err)
	}
	fmt.Println(lost.Struck(), created.Value.Message, created.Value.Count)
	for _, r := range s.Requests()[:3] {
		fmt.Println(r.Route, r.Status)
	}
	// Output:
	// 1 Disk full 2
	// GET /_edge/tenant_info 200
	// POST /v1/alerts 0
	// POST /v1/alerts 200
}

// test stands for the *testing.T that a test function is given.
type test struct{ cleanups []func() }

func (*test) Helper()               {}
func (t *test) Cleanup(f func())    { t.cleanups = append(t.cleanups, f) }
func (*test) Fatalf(string, ...any) {}

func ExampleNew() {
	t := &test{}
	s := jsmtest.New(t, jsmtest.WithProcessingPolls(0))
	team := s.AddTeam("Storage", "712020:ada")
	teams, err := s.Peek("/v1/teams")
	fmt.Println(len(team), len(teams) > 0, err)

	t.cleanups[0]() // what a test does when it ends
	// Output: 36 true <nil>
}
