package redis

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// clientFault returns what is wrong with a client, as far as it can be seen.
func clientFault(rdb goredis.UniversalClient, push bool) error {
	if v := reflect.ValueOf(rdb); rdb == nil || v.Kind() == reflect.Pointer && v.IsNil() {
		return errors.New("redis: the client is nil")
	}
	retries, ends := 0, true
	switch c := rdb.(type) {
	case *goredis.Client:
		retries, ends = c.Options().MaxRetries, c.Options().ContextTimeoutEnabled
	case *goredis.ClusterClient:
		retries, ends = c.Options().MaxRetries, c.Options().ContextTimeoutEnabled
	case *goredis.Ring:
		if push {
			return errors.New("redis: the servers of a Ring do not pass on what another one publishes: add WithoutPush, or use a cluster")
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
	said := replyOf(err)
	cure := "run the script"
	switch {
	case errors.Is(err, errReply):
		return err
	case missesRight(err):
		return s.rights(err)
	case isTimeout(err) && !errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
	case contains(said, "NOAUTH", "WRONGPASS"):
		cure = "the server refused the login: set Username and Password in the client's options"
	case contains(said, "READONLY"):
		cure = "the server is a read-only replica: connect to the primary, which goredis.NewFailoverClient finds"
	case contains(said, "WRONGTYPE"):
		cure = "another program uses keys with this prefix: choose one with WithPrefix"
	case contains(said, "OOM", "MISCONF"):
		cure = "the server does not store anything"
	}
	return fmt.Errorf("redis: %s: %w", cure, err)
}

// replyOf returns the error that the server sent, or "". Some servers put the place in the
// script before it.
func replyOf(err error) string {
	if reply, ok := errors.AsType[goredis.Error](err); ok {
		return reply.Error()
	}
	return ""
}

func contains(text string, codes ...string) bool {
	return slices.ContainsFunc(codes, func(code string) bool { return strings.Contains(text, code) })
}

// missesRight reports whether the user of the client may not do something.
func missesRight(err error) bool {
	return contains(replyOf(err), "NOPERM", "The user executing the script can't")
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
