// Jsmsmoke reads from JSM Operations what it can, and prints how the service responds, to be
// pasted into a report. It sends only GET requests, and none that changes anything; it prints no
// value of a response: names of sites, mail addresses, ids and secrets are masked.
//
// It needs JSM_SITE, such as example.atlassian.net, or JSM_CLOUD_ID, and either JSM_EMAIL with
// JSM_API_TOKEN or JSM_OAUTH_TOKEN. Without them it reads from a small server on loopback, to
// show what a report looks like.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

func main() {
	log.SetFlags(0)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if err := run(ctx); err != nil {
		log.Print(err)
		os.Exit(1) //nolint:gocritic // nothing is left to cancel
	}
}

func run(ctx context.Context) error {
	s := &smoke{ids: map[string]string{}, guard: &guard{headers: map[string]bool{}}}
	done, err := s.connect()
	if err != nil {
		return err
	}
	defer done()
	fmt.Printf("jsmsmoke: %s, prefix %s\n", s.server, s.prefix)
	fmt.Print("Look through this before you publish it: masks can miss what a message says in plain words.\n\n")
	for _, r := range reads(time.Now()) {
		fmt.Println(s.report(ctx, r))
	}
	s.summary()
	return nil
}

// connect makes the client from the environment, or of the demonstration.
func (s *smoke) connect() (done func(), err error) {
	site, cloudID := os.Getenv("JSM_SITE"), os.Getenv("JSM_CLOUD_ID")
	email, token, oauth := os.Getenv("JSM_EMAIL"), os.Getenv("JSM_API_TOKEN"), os.Getenv("JSM_OAUTH_TOKEN")
	name, _, _ := strings.Cut(site, ".")
	s.mask.secrets = []string{token, oauth, email, site, name, cloudID}
	s.server, s.prefix = "the service", jsm.Direct
	stop := func() {}
	base, err := network.New()
	if err != nil {
		return nil, err
	}
	s.guard.next = base
	at, source, opts := jsm.Site(site), auth.Basic(email, redact.NewSecret(token)), []jsm.Option{jsm.WithBase(s.guard)}
	switch {
	case site == "" && cloudID == "":
		var url string
		url, stop = demonstrate()
		s.server = "a demonstration, because neither JSM_SITE nor JSM_CLOUD_ID is set"
		at, source = jsm.CloudID(demoCloudID), auth.Basic("ada@example.com", redact.NewSecret("demonstration"))
		opts = append(opts, jsm.WithBaseURL(url), quick)
	case cloudID != "":
		at = jsm.CloudID(cloudID)
	}
	if oauth != "" {
		s.prefix, source = jsm.Gateway, auth.Bearer(redact.NewSecret(oauth))
	}
	s.client, err = jsm.New(at, source, append(opts, jsm.WithPrefix(s.prefix))...)
	if err != nil {
		stop()
		return nil, errors.New(s.mask.text(err.Error()))
	}
	return func() { s.client.CloseIdleConnections(); stop() }, nil
}

// A guard refuses every request that could change something, and notes which headers responses
// have that are about limits and ids of requests. It is used by one request after another.
type guard struct {
	next    *http.Transport
	headers map[string]bool
}

var ofInterest = regexp.MustCompile(`(?i)ratelimit|retry|trace|request-id`)

var errChange = errors.New("jsmsmoke: refused: it is not a request that only reads")

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet || strings.HasSuffix(req.URL.Path, "/ping") {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, errChange
	}
	resp, err := g.next.RoundTrip(req)
	if err == nil {
		for name := range resp.Header {
			if ofInterest.MatchString(name) {
				g.headers[name] = true
			}
		}
	}
	return resp, err
}

func (g *guard) CloseIdleConnections() { g.next.CloseIdleConnections() }

// summary prints the counts, and what was not asked.
func (s *smoke) summary() {
	fmt.Printf("\nread %d, not read %d, not asked %d\n", s.read, s.unread, s.unasked)
	fmt.Println("headers:", cmp.Or(sorted(s.guard.headers), "none about limits or ids of requests"))
	for _, name := range []string{"Heartbeats.Ping", "Alerts.GetRequestStatus", "Teams.GetRequestStatus"} {
		fmt.Printf("never sent: %s: %s\n", name, skipped()[name])
	}
}
