package opsgenietest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func TestAStormStrikesAboutAsOftenAsItWasAskedTo(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	calm := s.Storm(0)
	require.NoError(t, calm.Err())
	assert.Equal(t, 200, c.do("GET", "/v2/account", "").status)
	calm.Stop()
	storm := s.Storm(0.25)
	require.NoError(t, storm.Err())
	kinds := map[string]int{}
	for range 400 {
		_, err := c.try("POST", "/v2/alerts", created)
		if err != nil {
			kinds["lost"]++
		}
	}
	assert.InDelta(t, 100, storm.Struck(), 30)
	for _, r := range s.Requests() {
		kinds[r.Fault]++
	}
	assert.Equal(t, storm.Struck(), kinds["status"]+kinds["reset"]+kinds["truncate"])
	assert.Equal(t, kinds["lost"], kinds["reset"]+kinds["truncate"])
	for _, kind := range []string{"status", "reset", "truncate"} {
		assert.Positive(t, kinds[kind], kind)
	}
	storm.Stop()
	only := s.Storm(1, opsgenietest.Fault{Kind: opsgenietest.Status, Status: 418, Method: "PUT"})
	assert.Equal(t, 418, c.do("GET", "/v2/account", "").status, "what a fault of a storm chooses does not count")
	only.Stop()
}

// Servers with one seed strike the same requests of a client that sends one after
// the other, with the same faults. Each of the six has an equal share.
func TestAStormIsDeterminedByItsSeed(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (transcript string, shares map[string]int) {
		s := opsgenietest.New(t, opsgenietest.WithSeed(seed), opsgenietest.WithClock(newClock().now), opsgenietest.WithFaultRate(0.5))
		c := dial(t, s)
		c.http = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // on a used one net/http itself sends a GET again
		var said strings.Builder
		for i := range 150 {
			for _, row := range [][3]string{
				{"POST", "/v2/alerts", fmt.Sprintf(`{"message":"m","alias":"a%d"}`, i%7)},
				{"GET", "/v2/alerts?limit=3", ""}, {"PATCH", "/v2/teams/none", `{}`}, {"GET", "/nowhere", ""},
			} {
				r, err := c.try(row[0], row[1], row[2])
				if r == nil {
					r = &reply{}
				}
				fmt.Fprintln(&said, row, r.status, r.header.Get("Content-Length"), strings.ReplaceAll(string(r.raw), s.URL, ""), err == nil)
			}
		}
		shares = map[string]int{}
		for _, r := range s.Requests() {
			if r.Fault != "" {
				shares[fmt.Sprint(r.Fault, r.Status)]++
			}
		}
		return said.String(), shares
	}
	first, shares := run(7)
	again, _ := run(7)
	other, _ := run(8)
	assert.Equal(t, first, again)
	assert.NotEqual(t, first, other)
	assert.Equal(t, []string{"reset0", "status429", "status500", "status503", "truncate0"}, slices.Sorted(maps.Keys(shares)))
	for fault, n := range shares {
		want := 50
		if fault == "reset0" { // before the request is applied, and after
			want = 100
		}
		assert.InDelta(t, want, n, 20, fault)
	}
}
