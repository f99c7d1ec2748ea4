// Package redis shares the limits of [ratelimit.Limiter]s between processes, in Redis.
//
// For most uses pass a store from [New] to [ratelimit.WithStore]:
//
//	import (
//		goredis "github.com/redis/go-redis/v9"
//
//		"github.com/tripware/tripware"
//		"github.com/tripware/tripware/contrib/redis"
//		"github.com/tripware/tripware/middleware/ratelimit"
//	)
//
//	rdb := goredis.NewClient(&goredis.Options{Addr: "redis:6379", MaxRetries: -1, ContextTimeoutEnabled: true})
//	store, err := redis.New(rdb)
//	limiter := ratelimit.NewLimiter(ratelimit.WithRate(200, 50), ratelimit.WithStore(store))
//	client, err := tripware.New(tripware.WithLimiter(limiter))
//
// All limiters with the same server, prefix and key then share one limit. A script reserves
// turns for them by the clock of the server; the clocks of the processes do not matter. If the
// server does not answer, no call fails: see [ratelimit.Store].
//
// # Server
//
// The script needs Redis 6 or later, or a server with the same commands, such as Valkey. A
// standalone server, Sentinel (goredis.NewFailoverClient) and a cluster work: a key of a
// limiter is one key of the server. A goredis.Ring works only with [WithoutPush]. If the
// server restarts empty, or a failover loses state, the script begins with no tokens for
// members that it has given turns before.
//
// The client must have MaxRetries -1 and ContextTimeoutEnabled true; [New] refuses other
// clients if it can read their options. Otherwise a server that hangs would use up the
// connections of the pool, because go-redis does not end a command when its context does,
// and sends it again after a timeout. No setting of the client makes a call wait longer than
// [ratelimit.Sharing].Timeout, since the limiter does not wait for the client. A store needs
// few connections: one that runs the script for each key that is in use, and one that
// receives pauses.
//
// go-redis prints connection failures to its logger, which is a variable of the process and
// writes to standard error. This package does not change it; goredis.SetLogger does.
//
// # Rights
//
// With ACLs the user of the client needs these rights, here with the default prefix:
//
//	ACL SETUSER fleet on >password resetchannels ~tripware:limit:* &tripware:limit:pause
//	  +eval +evalsha +time +hgetall +hset +hdel +pexpire +publish +subscribe +ping
//
// go-redis also sends HELLO and CLIENT SETINFO when it connects, and does without if they are
// not allowed; but a connection with a password needs +hello or +auth, which every user has
// until it has logged in. With [WithoutPush], +publish, +subscribe, +ping and the channel are
// not needed. A missing right is an error of the first ask that says so.
//
// # TLS
//
// The connection carries host names or hashes of keys, and no credential of the limited API;
// but who can write to the server can stop the fleet, or let it exceed the limit. Outside of a
// trusted network set TLSConfig in the client's options, or use a rediss:// URL with
// goredis.ParseURL.
package redis
