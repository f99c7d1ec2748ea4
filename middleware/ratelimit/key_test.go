package ratelimit_test

import (
	"fmt"
	"net/http"
	neturl "net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

// L2: spellings of one host are one key.
func TestSpellingsOfAHostAreOneKey(t *testing.T) {
	t.Parallel()
	for name, targets := range map[string][]string{
		"api.example.com":      {"https://api.example.com", "https://Api.EXAMPLE.com", "https://api.example.com:443", "https://api.example.com.", "https://api.example.com.:443", "https://api.example.com:", "http://api.example.com:80"},
		"api.example.com:8443": {"https://api.example.com:8443", "https://API.example.com.:8443"},
		"api.example.com:80":   {"https://api.example.com:80"},
		"api.example.com:443":  {"http://api.example.com:443"},
		"[::1]":                {"https://[::1]", "https://[::1]:443", "http://[::1]:80"},
		"[fe80::80]:8080":      {"http://[FE80::80]:8080"},
		"[2001:db8::443]":      {"https://[2001:db8::443]"},
		"127.0.0.1":            {"http://127.0.0.1:80", "https://127.0.0.1"},
	} {
		limiter := ratelimit.NewLimiter()
		for _, target := range targets {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
			require.NoError(t, err)
			send(t, ratelimit.New(limiter)(always(200)), req)
			_, ok := limiter.Snapshot(name)
			assert.True(t, ok, target)
		}
		assert.Equal(t, 1, limiter.Len(), name)
	}
}

// L2: the keys are known by their names, the most recently used first.
func TestListsItsKeys(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.NewLimiter()
	assert.Empty(t, limiter.Keys())
	rt := ratelimit.New(limiter)(always(200))
	for _, name := range []string{"a", "b", "c", "a"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+name, nil)
		require.NoError(t, err)
		send(t, rt, req)
	}
	assert.Equal(t, []string{"a", "c", "b"}, limiter.Keys())
}

func TestTheKeyOfANormalHostCostsNothing(t *testing.T) {
	for _, target := range []string{"https://api.example.com/", "https://api.example.com:8443/", "https://api.example.com:443/", "http://[::1]:80/"} {
		at, err := neturl.Parse(target)
		require.NoError(t, err)
		req := &http.Request{URL: at}
		rt := ratelimit.New(ratelimit.NewLimiter())(atOnce())
		assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = rt.RoundTrip(req) }), target)
	}
}

// L2: keys that are no longer used are let go, but none that an attempt holds.
func TestLetsIdleKeysGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		name := func(req *http.Request) string { return req.Header.Get("Name") }
		limiter := ratelimit.NewLimiter(ratelimit.WithKey(name), ratelimit.WithIdleKeys(time.Minute))
		long := make(chan struct{})
		rt := ratelimit.New(limiter)(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if req.Header.Get("Name") == "long" {
				<-long
			}
			return answer(200), nil
		}))
		ask := func(name string) {
			req := request(t, nil)
			req.Header.Set("Name", name)
			send(t, rt, req)
		}
		for name := range strings.SplitSeq("abcdefgh", "") {
			ask(name)
		}
		time.Sleep(time.Minute)
		ask("a")
		assert.Equal(t, 8, limiter.Len(), "a minute is not over a minute")
		go ask("long")
		time.Sleep(time.Minute + 1)
		for range 4 {
			ask("a")
		}
		assert.Equal(t, 2, limiter.Len())
		_, ok := limiter.Snapshot("long")
		assert.True(t, ok)
		close(long)
		synctest.Wait()
		time.Sleep(2 * time.Minute)
		ask("a")
		assert.Equal(t, 1, limiter.Len())
	})
}

// L2, C10: an idle time of zero is no bound.
func TestKeepsKeysForEverIfTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter(ratelimit.WithIdleKeys(0), ratelimit.WithKey(func(req *http.Request) string { return req.Method }))
		rt := ratelimit.New(limiter)(begin())
		for _, method := range []string{"GET", "PUT", "GET"} {
			req := request(t, nil)
			req.Method = method
			send(t, rt, req)
			time.Sleep(1000 * time.Hour)
		}
		assert.Equal(t, 2, limiter.Len())
	})
}

// L2: an attempt that hangs keeps its own key and no other.
func TestAHungAttemptKeepsNoOtherKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter(ratelimit.WithKey(func(req *http.Request) string { return req.URL.Path }))
		release := make(chan struct{})
		rt := ratelimit.New(limiter)(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if strings.HasPrefix(req.URL.Path, "/hung") {
				<-release
			}
			return answer(200), nil
		}))
		ask := func(format string, n int) {
			req := request(t, nil)
			req.URL = req.URL.JoinPath("/") // a copy
			req.URL.Path = fmt.Sprintf(format, n)
			send(t, rt, req)
		}
		const hung, old, fresh = 3, 1000, 1000
		for i := range hung {
			go ask("/hung%d", i)
		}
		synctest.Wait()
		for i := range old {
			ask("/old%d", i)
		}
		time.Sleep(time.Hour)
		for i := range fresh {
			ask("/new%d", i)
		}
		assert.Equal(t, hung+fresh, limiter.Len())
		for i := range hung {
			_, ok := limiter.Snapshot(fmt.Sprintf("/hung%d", i))
			assert.True(t, ok)
		}
		close(release)
		synctest.Wait()
		time.Sleep(time.Hour)
		for range hung + fresh {
			ask("/last%d", 0)
		}
		assert.Equal(t, 1, limiter.Len())
	})
}
