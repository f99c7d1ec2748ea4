package redis

import (
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// WithClock sets the local clock.
func WithClock(now func() time.Duration) Option { return func(s *Store) { s.now = now } }

// WithServerClock lets the script read the time from two keys instead of the server.
func WithServerClock(seconds, micros string) Option {
	return func(s *Store) {
		s.script = goredis.NewScript(strings.Replace(source, "redis.call('TIME')", "redis.call('MGET', '"+seconds+"', '"+micros+"')", 1))
	}
}
