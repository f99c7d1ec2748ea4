package contract_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/transport"
)

// The environment variables that name Prism's program and the document.
const (
	prismVariable    = "CONTRACT_PRISM"
	documentVariable = "CONTRACT_DOCUMENT"
)

// startPrism starts Prism with the document and returns its address: as a mock of
// the API, or as a proxy of a server, which compares what passes with the document.
// It ends with the test.
func startPrism(t *testing.T, mode string, upstream ...string) string {
	t.Helper()
	return startPrismWith(t, os.Getenv(documentVariable), mode, upstream...)
}

// startPrismWith is startPrism for another document.
func startPrismWith(t *testing.T, document, mode string, upstream ...string) string {
	t.Helper()
	program := os.Getenv(prismVariable)
	if program == "" {
		t.Skipf("SKIPPED: %s names no program; .ci/contract does", prismVariable)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	host, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	var log strings.Builder
	args := append([]string{program, mode, "-h", host, "-p", port, document}, upstream...)
	prism := exec.CommandContext(t.Context(), "node", args...)
	prism.Stdout, prism.Stderr = &log, &log
	require.NoError(t, prism.Start())
	ended := make(chan struct{})
	go func() {
		_ = prism.Wait() // it is killed, or its log tells
		close(ended)
	}()
	t.Cleanup(func() {
		_ = prism.Process.Kill()
		<-ended
	})
	address := net.JoinHostPort(host, port)
	for until := time.Now().Add(time.Minute); ; {
		if conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", address); err == nil {
			require.NoError(t, conn.Close())
			return "http://" + address
		}
		select {
		case <-ended:
			require.Fail(t, "Prism ended", log.String())
		case <-time.After(200 * time.Millisecond):
			require.True(t, time.Now().Before(until), "Prism does not listen after a minute")
		}
	}
}

// inOrder sorts operations so that a thing is created before it is used, what it
// lies in before it; and what lies in a thing is changed and deleted before it. What
// others use is deleted last.
func inOrder(all []operation, routes map[string]transport.Route) []operation {
	rank := func(o operation) (int, int) {
		_, verb, _ := strings.Cut(o.name, ".")
		route := string(routes[o.name])
		depth := strings.Count(route[:strings.LastIndex(route, "/")], "{") // of the list
		switch {
		case strings.HasPrefix(verb, "Create"), strings.HasPrefix(route, "POST ") && strings.HasPrefix(verb, "Add"):
			return depth, 0
		case strings.HasPrefix(verb, "Delete"), strings.HasPrefix(verb, "Remove"):
			used := []string{"Escalations.Delete", "Schedules.Delete", "Users.Delete", "Teams.Delete"}
			return 100 - depth, 2 + slices.Index(used, o.name) // Index is -1 for all others
		default:
			return 100 - depth, 0
		}
	}
	return slices.SortedStableFunc(slices.Values(all), func(a, b operation) int {
		aDepth, aLast := rank(a)
		bDepth, bLast := rank(b)
		return cmp.Or(cmp.Compare(aDepth, bDepth), cmp.Compare(aLast, bLast))
	})
}

// routesOf tells what each operation sends, by sending it nowhere.
func routesOf(t *testing.T, c choices) map[string]transport.Route {
	t.Helper()
	client, w := open(t, "http://127.0.0.1:9", transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return nil, http.ErrHandlerTimeout
	}))
	routes := map[string]transport.Route{}
	for _, o := range operations(client) {
		arguments, err := o.arguments(builder{choices: c, full: true})
		require.NoError(t, err)
		_ = o.send(t.Context(), arguments) // nobody answers
		routes[o.name] = w.route
	}
	return routes
}

// excused are the complaints of Prism that are none of the simulator's: by
// operation, what they hold.
func excused() map[string]string {
	calendar := "must match pattern" // the document wants the text of a calendar in base 64
	return map[string]string{
		"Schedules.ExportICS":    calendar,
		"OnCall.ExportUserICS":   calendar,
		"IncidentTemplates.List": "property data must be array", // the vendor's Go client reads an object that holds it
	}
}

// violations returns what Prism has against the answer that a witness saw.
func (w *witness) violations(excuse string) (all []string) {
	var said []struct {
		Location []string
		Message  string
		Severity string
	}
	_ = json.Unmarshal([]byte(w.said), &said) // none said is none
	for _, v := range said {
		if len(v.Location) > 0 && v.Location[0] == "response" && (excuse == "" || !strings.Contains(v.Message, excuse)) {
			all = append(all, strings.Join(v.Location, ".")+": "+v.Message)
		}
	}
	return all
}

// What the simulator answers fits the vendor's description: every operation
// succeeds there, with all fields and with the required ones, and Prism, which
// stands between, finds nothing wrong with an answer.
func TestTheSimulatorAnswersAsDescribed(t *testing.T) {
	sim := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	w := &witness{next: http.DefaultTransport}
	g := &guide{t: t, sim: sim, next: w, known: map[string]string{}}
	client := clientOver(t, startPrism(t, "proxy", sim.URL), g)
	defer client.CloseIdleConnections()
	all := operations(client)
	c := chosen(t, all)
	routes := routesOf(t, c)
	all = inOrder(all, routes)
	sent, bad := 0, 0
	for _, v := range variants(c) {
		g.seed()
		for _, o := range all {
			arguments, err := o.arguments(v.builder)
			require.NoError(t, err, o.name)
			err = o.send(t.Context(), arguments)
			sent++
			if slices.Contains(unconfirmed, o.name) {
				continue // Prism has no description to hold it to
			}
			problems := w.violations(excused()[o.name])
			if err != nil && !errors.Is(err, errUnread) || w.code >= 300 {
				problems = append(problems, fmt.Sprintf("answered %d: %v", w.code, err))
			}
			if len(problems) > 0 {
				bad++
				fmt.Printf("%s (%s): %s\n      %s %.300s\n      %.700s\n", o.name, v.name, strings.Join(problems, "; "), w.asked, w.sent, w.got)
			}
		}
	}
	fmt.Printf("simulator behind Prism: operations %d, requests %d, answers with a violation %d\n", len(all), sent, bad)
	assert.Zero(t, bad)
}
