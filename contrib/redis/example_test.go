package redis_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/redis"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/services/opsgenie"
)

// All processes that run this share 200 requests a second.
func ExampleNew() {
	addr, api, end := fleetServers()
	defer end()

	rdb := goredis.NewClient(&goredis.Options{Addr: addr, MaxRetries: -1, ContextTimeoutEnabled: true})
	defer rdb.Close()
	store, err := redis.New(rdb)
	if err != nil {
		panic(err)
	}
	defer store.Close()
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(200, 50), ratelimit.WithStore(store))
	client, err := tripware.New(tripware.WithLimiter(limiter))
	if err != nil {
		panic(err)
	}

	resp, err := client.Get(api)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	state, _ := limiter.Snapshot(limiter.Keys()[0])
	fmt.Println(resp.Status, "with a limit of", state.Rate, "a second for", state.Members, "member")
	// Output: 200 OK with a limit of 200 a second for 1 member
}

// Without a rate, the members learn the limit together.
func ExampleNew_learned() {
	addr, _, end := fleetServers()
	defer end()
	rdb := goredis.NewClient(&goredis.Options{Addr: addr, MaxRetries: -1, ContextTimeoutEnabled: true})
	defer rdb.Close()
	store, err := redis.New(rdb)
	if err != nil {
		panic(err)
	}
	defer store.Close()

	limiter := ratelimit.NewLimiter(ratelimit.WithStore(store))

	fmt.Println(limiter.Fault())
	// Output: <nil>
}

// Two limits hold at the same time, here 20 a second and 300 a minute.
func ExampleNew_twoLimits() {
	addr, _, end := fleetServers()
	defer end()
	rdb := goredis.NewClient(&goredis.Options{Addr: addr, MaxRetries: -1, ContextTimeoutEnabled: true})
	defer rdb.Close()
	store, err := redis.New(rdb)
	if err != nil {
		panic(err)
	}
	defer store.Close()

	limiter := ratelimit.NewLimiter(
		ratelimit.WithRates(ratelimit.Rate{PerSecond: 20, Burst: 20}, ratelimit.Rate{PerSecond: 5, Burst: 300}),
		ratelimit.WithStore(store),
	)

	fmt.Println(limiter.Fault())
	// Output: <nil>
}

// All clients of an Opsgenie account share the limits of its rate-limit domains. The name of
// the account joins clients that use different API keys of it.
func ExampleNew_opsgenie() {
	addr, _, end := fleetServers()
	defer end()
	rdb := goredis.NewClient(&goredis.Options{Addr: addr, MaxRetries: -1, ContextTimeoutEnabled: true})
	defer rdb.Close()
	store, err := redis.New(rdb)
	if err != nil {
		panic(err)
	}
	defer store.Close()

	client, err := opsgenie.New("an API key", opsgenie.WithFleet(store), opsgenie.WithAccount("payments"))

	fmt.Println(client != nil, err)
	// Output: true <nil>
}

// What a limiter knows of its fleet.
func ExampleNew_state() {
	addr, api, end := fleetServers()
	defer end()
	rdb := goredis.NewClient(&goredis.Options{Addr: addr, MaxRetries: -1, ContextTimeoutEnabled: true})
	defer rdb.Close()
	store, err := redis.New(rdb)
	if err != nil {
		panic(err)
	}
	defer store.Close()
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(200, 50), ratelimit.WithStore(store))
	client, err := tripware.New(tripware.WithLimiter(limiter))
	if err != nil {
		panic(err)
	}
	resp, err := client.Get(api)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()

	for _, key := range limiter.Keys() {
		state, _ := limiter.Snapshot(key)
		fmt.Printf("%g a second for %d members, store down: %t\n", state.Rate, state.Members, !state.StoreDown.IsZero())
	}
	// Output: 200 a second for 1 members, store down: false
}

// A server across a network that is not trusted: TLS, and a user with few rights.
func ExampleNew_tls() {
	rdb := goredis.NewClient(&goredis.Options{
		Addr: "redis.example.com:6380", Username: "fleet", Password: "from a secret store",
		TLSConfig:  &tls.Config{MinVersion: tls.VersionTLS12},
		MaxRetries: -1, ContextTimeoutEnabled: true,
	})
	defer rdb.Close()
	store, err := redis.New(rdb, redis.WithPrefix("billing:limit"))
	if err != nil {
		panic(err)
	}
	fmt.Println(store.Close())
	// Output: <nil>
}

// fleetServers starts a Redis and an API.
func fleetServers() (addr, api string, end func()) {
	mini, err := miniredis.Run()
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	return mini.Addr(), server.URL, func() {
		server.Close()
		mini.Close()
	}
}
