package redis

import (
	"errors"
	"fmt"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// clientFault returns what is wrong with a client, as far as it can be seen.
func clientFault(rdb goredis.UniversalClient, push bool) error {
	retries, ends := 0, true
	switch c := rdb.(type) {
	case nil:
		return errors.New("redis: the client is nil")
	case *goredis.Client:
		if c == nil {
			return errors.New("redis: the client is nil")
		}
		retries, ends = c.Options().MaxRetries, c.Options().ContextTimeoutEnabled
	case *goredis.ClusterClient:
		if c == nil {
			return errors.New("redis: the client is nil")
		}
		retries, ends = c.Options().MaxRetries, c.Options().ContextTimeoutEnabled
	case *goredis.Ring:
		if c == nil {
			return errors.New("redis: the client is nil")
		}
		if push {
			return errors.New("redis: the servers of a Ring do not pass on what is published on another one: add WithoutPush, or use a cluster")
		}
		retries, ends = c.Options().MaxRetries, c.Options().ContextTimeoutEnabled
	}
	var faults []error
	if retries > 0 {
		faults = append(faults, errors.New("redis: the client sends a command again after a timeout: set MaxRetries: -1 in its options"))
	}
	if !ends {
		faults = append(faults, errors.New(
			"redis: the client does not end a command when its context does: set ContextTimeoutEnabled: true in its options"))
	}
	return errors.Join(faults...)
}

// explain adds to an error of the script what to do about it.
func (s *Store) explain(err error) error {
	switch {
	case errors.Is(err, errReply):
		return err
	case missesRight(err):
		return s.rights(err)
	case hasPrefix(err, "NOAUTH", "WRONGPASS"):
		return scriptError(err, "the server refused the login: set Username and Password in the client's options")
	case hasPrefix(err, "READONLY"):
		return scriptError(err, "the server is a read-only replica: connect to the primary, which goredis.NewFailoverClient finds")
	case hasPrefix(err, "WRONGTYPE"):
		return scriptError(err, "another program uses keys with this prefix: choose one with WithPrefix")
	case hasPrefix(err, "OOM", "MISCONF"):
		return scriptError(err, "the server does not store anything")
	}
	return scriptError(err, "run the script")
}

// missesRight reports whether the user of the client may not do something.
func missesRight(err error) bool {
	return hasPrefix(err, "NOPERM") || err != nil && strings.Contains(err.Error(), "The user executing the script can't")
}

func hasPrefix(err error, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if goredis.HasErrorPrefix(err, prefix) {
			return true
		}
	}
	return false
}

// rights returns the error for a missing right, with the command that gives all of them.
func (s *Store) rights(err error) error {
	keys, commands := "~"+s.prefix+":*", "+eval +evalsha +time +hgetall +hset +hdel +pexpire"
	if s.push {
		keys += " &" + s.channel()
		commands += " +publish +subscribe +ping"
	}
	return fmt.Errorf("redis: the client's user misses a right: ACL SETUSER <user> %s %s: %w", keys, commands, err)
}
