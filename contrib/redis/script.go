package redis

import (
	"context"
	_ "embed"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tripware/tripware/middleware/ratelimit"
)

//go:embed lease.lua
var source string

// keep is how long the server stores a key that is not used. It is longer than a limiter
// does, so that a key is not lost while a limiter that got turns of it may use it.
const keep = 15 * time.Minute

// A call runs the script for one ask.
type call struct {
	rdb    goredis.UniversalClient
	script *goredis.Script
	keys   []string
	args   []any
}

// The arguments that differ between the runs of a call.
const (
	argLife  = 2
	argVoid  = 4
	argJump  = 5
	argSlip  = 26
	argMoved = 27
)

// newCall returns the call of an ask. Its arguments are in the order of the script.
func (s *Store) newCall(key string, ask *ratelimit.Ask) *call {
	channel := ""
	if s.push {
		channel = s.channel()
	}
	id := s.name + "-" + strconv.FormatUint(s.asks.Add(1), 36)
	r, last := &ask.Refused, &ask.Last
	args := []any{
		ask.Member, id, "", id, "", "",
		ask.Want, ask.Spare, ask.Back, flag(ask.Leave), number(ask.Horizon.Seconds()), ask.Passed,
		flag(*r != ratelimit.Refusal{}), r.Count, number(r.Hint.Seconds()), number(r.Ago.Seconds()), oneLine(r.Why),
		last.Members, last.Epoch, number(last.Rate),
		channel, key, keepOf(ask.Rates).Milliseconds(), ask.Alone, number(ask.Away.Seconds()), number(r.Window.Seconds()), "", "",
	}
	for _, rate := range ask.Rates {
		args = append(args, number(rate.PerSecond), rate.Burst)
	}
	return &call{rdb: s.rdb, script: s.script, keys: []string{s.prefix + ":" + key}, args: args}
}

// run runs the script. Only a script that the server does not know is sent again, in full.
func (c *call) run(ctx context.Context, known state, end time.Duration) (reply, error) {
	c.args[argLife], c.args[argVoid] = known.life, number(known.void(end))
	c.args[argJump], c.args[argSlip], c.args[argMoved] = number(known.jump), number(known.slip), known.moved
	values, err := c.script.EvalSha(ctx, c.rdb, c.keys, c.args...).Slice()
	if goredis.HasErrorPrefix(err, "NOSCRIPT") {
		values, err = c.script.Eval(ctx, c.rdb, c.keys, c.args...).Slice()
	}
	if err != nil {
		return reply{}, err
	}
	return parse(values)
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// oneLine replaces line ends, which separate the parts of a published pause.
func oneLine(text string) string { return strings.NewReplacer("\n", " ", "\r", " ").Replace(text) }

// keepOf returns how long a key is stored: at least until its buckets are full again.
func keepOf(rates []ratelimit.Rate) time.Duration {
	longest := keep.Seconds()
	for _, r := range rates {
		longest = max(longest, 2*float64(r.Burst)/r.PerSecond)
	}
	return time.Duration(min(longest, maxKeep.Seconds()) * float64(time.Second))
}

const maxKeep = 30 * 24 * time.Hour

// A reply is what the script returned.
type reply struct {
	void  bool    // it ran too late, or only to say the time
	clock float64 // of the server, in seconds
	life  string
	moved int64
	lease ratelimit.Lease
}

// errReply is the error for a reply that the script does not give.
var errReply = errors.New("redis: unexpected reply of the script: do other programs use keys with this prefix? WithPrefix sets another one")

// parse reads a reply: the kind and the time, and for a lease the account, the fields of the
// lease, and the turns.
func parse(values []any) (r reply, err error) {
	in := reader{values: values}
	kind := in.text()
	seconds, micros := in.integer(), in.integer()
	r.clock = float64(seconds) + float64(micros)/1e6
	if kind == "void" {
		r.void = true
		return r, in.end()
	}
	if kind != "lease" {
		return reply{}, errReply
	}
	r.life, r.moved = in.text(), in.integer()
	r.lease.Again, r.lease.Paused, r.lease.Why = in.micros(), in.micros(), in.text()
	r.lease.Epoch = uint64(max(0, in.integer()))
	r.lease.Rate = in.float()
	r.lease.Members = int(in.integer())
	if n := len(in.values); n > 0 {
		r.lease.Turns = make([]time.Duration, 0, n)
	}
	for len(in.values) > 0 && !in.broken {
		r.lease.Turns = append(r.lease.Turns, in.micros())
	}
	return r, in.end()
}

// A reader takes values off a reply.
type reader struct {
	values []any
	broken bool
}

func (r *reader) next() any {
	if len(r.values) == 0 {
		r.broken = true
		return nil
	}
	v := r.values[0]
	r.values = r.values[1:]
	return v
}

func (r *reader) text() string {
	s, ok := r.next().(string)
	r.broken = r.broken || !ok
	return s
}

func (r *reader) integer() int64 {
	switch v := r.next().(type) {
	case int64:
		return v
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		r.broken = r.broken || err != nil
		return n
	}
	r.broken = true
	return 0
}

func (r *reader) float() float64 {
	f, err := strconv.ParseFloat(r.text(), 64)
	r.broken = r.broken || err != nil || math.IsNaN(f)
	return f
}

func (r *reader) micros() time.Duration {
	return time.Duration(min(r.integer(), math.MaxInt64/int64(time.Microsecond))) * time.Microsecond
}

func (r *reader) end() error {
	if r.broken || len(r.values) > 0 {
		return errReply
	}
	return nil
}

// unpause reads a published pause.
func unpause(message string) (key string, pause ratelimit.Lease, ok bool) {
	parts := strings.SplitN(message, "\n", 4)
	if len(parts) != 4 {
		return "", pause, false
	}
	epoch, err := strconv.ParseUint(parts[0], 10, 64)
	micros, fault := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || fault != nil || micros <= 0 || micros > math.MaxInt64/int64(time.Microsecond) {
		return "", pause, false
	}
	pause = ratelimit.Lease{Epoch: epoch, Paused: time.Duration(micros) * time.Microsecond, Why: parts[2]}
	return parts[3], pause, true
}
