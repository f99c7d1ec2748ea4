package storetest

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/tripware/tripware/middleware/ratelimit"
)

func burst(t *testing.T, b *bench) {
	m := b.member(t, b.key(), "a")
	first := m.want(20)
	for i, in := range first.Turns {
		want := max(0, float64(i-9)/100)
		m.between("turn", in.Seconds(), want-b.Tolerance.Seconds(), want+b.Tolerance.Seconds())
	}
	m.equal("turns", len(first.Turns), 20)
	b.Advance(300 * time.Millisecond) // ten are reserved, so that 20 tokens are too many for the bucket
	second := m.want(20)
	m.equal("turns at once", atOnce(second.Turns, 2*b.Tolerance), 10)
}

// atOnce returns the number of turns that may be used now.
func atOnce(turns []time.Duration, tolerance time.Duration) (n int) {
	for _, in := range turns {
		if in <= tolerance {
			n++
		}
	}
	return n
}

func twoRates(t *testing.T, b *bench) {
	m := b.member(t, b.key(), "a")
	two := []ratelimit.Rate{{PerSecond: 100, Burst: 5}, {PerSecond: 10, Burst: 8}}
	lease := m.ask(ratelimit.Ask{Rates: two, Want: 20})
	m.equal("turns at once", atOnce(lease.Turns, b.Tolerance), 5)
	m.between("last of the second burst", lease.Turns[7].Seconds(), .029, .031)
	m.between("turn after it", lease.Turns[8].Seconds(), .099, .101)
	m.between("limit", lease.Rate, 10, 10)
}

func horizon(t *testing.T, b *bench) {
	m := b.member(t, b.key(), "a")
	m.want(10)
	lease := m.ask(ratelimit.Ask{Rates: rate(), Want: 100, Horizon: 100 * time.Millisecond})
	m.between("turns within 100ms", float64(len(lease.Turns)), 9, 11)
	lease = m.ask(ratelimit.Ask{Rates: rate(), Want: 1, Horizon: 50 * time.Millisecond})
	m.equal("turns within 50ms", len(lease.Turns), 0)
	m.between("again", lease.Again.Seconds(), .04, .07)
	spare := m.ask(ratelimit.Ask{Rates: rate(), Spare: 5})
	m.equal("spare turns of an empty bucket", len(spare.Turns), 0)
}

func back(t *testing.T, b *bench) {
	m := b.member(t, b.key(), "a")
	m.want(10)
	b.Advance(time.Millisecond)
	lease := m.ask(ratelimit.Ask{Rates: rate(), Want: 20, Back: 8})
	m.between("turns at once", float64(atOnce(lease.Turns, b.Tolerance)), 8, 9)
	other := b.member(t, m.key, "b")
	lease = other.ask(ratelimit.Ask{Rates: rate(), Want: 1, Back: 8})
	m.equal("turns given back by a member that had none", atOnce(lease.Turns, b.Tolerance), 0)
}

// unused turns of a bucket that was full since are not tokens: the bucket was full without them.
func unused(t *testing.T, b *bench) {
	key := b.key()
	m, other := b.member(t, key, "a"), b.member(t, key, "b")
	m.want(8)
	other.want(1)
	b.Advance(300 * time.Millisecond)
	m.equal("turns at once", atOnce(other.want(10).Turns, b.Tolerance), 10)
	m.equal("turns at once for turns given back", atOnce(m.ask(ratelimit.Ask{Rates: rate(), Want: 8, Back: 8}).Turns, b.Tolerance), 0)
}

func apart(t *testing.T, b *bench) {
	b.member(t, b.key(), "a").want(10)
	m := b.member(t, b.key(), "a")
	m.equal("turns of another key", atOnce(m.want(10).Turns, b.Tolerance), 10)
}

func refusal(count int, hint, ago time.Duration) ratelimit.Refusal {
	return ratelimit.Refusal{Count: count, Hint: hint, Ago: ago, Why: "paused by 429"}
}

func pauses(t *testing.T, b *bench) {
	key := b.key()
	m, other := b.member(t, key, "a"), b.member(t, key, "b")
	m.want(1)
	epoch := m.last.Epoch
	b.Advance(10 * time.Millisecond)
	lease := m.ask(ratelimit.Ask{Rates: rate(), Want: 1, Refused: refusal(1, 3*time.Second, 0)})
	m.between("pause", lease.Paused.Seconds(), 2.9, 3.2)
	if lease.Why != "paused by 429" || lease.Epoch == epoch {
		t.Fatalf("reason %q, epoch %d after %d", lease.Why, lease.Epoch, epoch)
	}
	b.Advance(time.Second)
	m.between("pause of the other", other.want(1).Paused.Seconds(), 1.8, 2.2)
	b.Advance(2200 * time.Millisecond)
	m.equal("turns after the pause", len(other.want(1).Turns), 1)
	lease = m.ask(ratelimit.Ask{Rates: rate(), Want: 1, Refused: refusal(0, 800*time.Millisecond, 0)})
	m.between("pause of an unavailable server", lease.Paused.Seconds(), .7, .9)
}

func stale(t *testing.T, b *bench) {
	key := b.key()
	m, other := b.member(t, key, "a"), b.member(t, key, "b")
	m.want(1)
	other.want(1)
	b.Advance(200 * time.Millisecond)
	m.ask(ratelimit.Ask{Rates: rate(), Refused: refusal(1, 1500*time.Millisecond, 0)})
	b.Advance(1700 * time.Millisecond)
	lease := other.ask(ratelimit.Ask{Rates: rate(), Want: 1, Refused: refusal(1, 1500*time.Millisecond, 1800*time.Millisecond)})
	m.equal("turns after an old refusal", len(lease.Turns), 1)
	m.equal("epoch", int(lease.Epoch), int(m.last.Epoch))
}

func learns(t *testing.T, b *bench) {
	m := b.member(t, b.key(), "a")
	lease := m.ask(ratelimit.Ask{Want: 50})
	m.equal("turns without a limit", atOnce(lease.Turns, 0), 50)
	m.between("limit", lease.Rate, 0, 0)
	b.Advance(100 * time.Millisecond)
	lease = m.ask(ratelimit.Ask{Want: 1, Passed: 40, Refused: refusal(10, time.Second, 0)})
	m.between("pause", lease.Paused.Seconds(), .9, 1.1)
	b.Advance(1100 * time.Millisecond)
	slow := m.ask(ratelimit.Ask{Want: 50}).Rate
	m.between("rate after the pause", slow, 1, 40)
	b.Advance(time.Second)
	fast := m.ask(ratelimit.Ask{Want: 50, Passed: int(slow)}).Rate
	m.between("growth", fast/slow, 2, 8)
	b.Advance(500 * time.Millisecond)
	lease = m.ask(ratelimit.Ask{Passed: int(fast), Refused: refusal(3, time.Second, 0)})
	m.between("rate after the next refusal", lease.Rate, fast/4, fast*1.5)
	m.equal("pauses", int(lease.Paused), 0)
	b.Advance(25 * time.Second)
	m.between("limit after long", m.ask(ratelimit.Ask{Want: 1}).Rate, 0, 0)
}

func members(t *testing.T, b *bench) {
	key := b.key()
	m, other := b.member(t, key, "a"), b.member(t, key, "b")
	m.equal("members", m.want(1).Members, 1)
	m.equal("members", other.want(1).Members, 2)
	other.ask(ratelimit.Ask{Rates: rate(), Leave: true})
	m.equal("members", m.want(1).Members, 1)
	other.want(1)
	b.Advance(31 * time.Second)
	m.equal("members after long", m.want(1).Members, 1)
}

// second returns the turns that m gets in a second, asking every 100ms.
func (m *member) second() (turns float64) {
	for range 10 {
		m.Advance(100 * time.Millisecond)
		turns += float64(len(m.ask(ratelimit.Ask{Rates: rate(), Want: 30, Horizon: 200 * time.Millisecond}).Turns))
	}
	return turns
}

// busy lets both members use half of the rate for two seconds.
func busy(t *testing.T, b *bench) (m, other *member) {
	key := b.key()
	m, other = b.member(t, key, "a"), b.member(t, key, "b")
	for range 20 {
		b.Advance(100 * time.Millisecond)
		m.want(5)
		other.want(5)
	}
	return m, other
}

func silent(t *testing.T, b *bench) {
	m, other := busy(t, b)
	m.second()
	m.between("rate beside a silent member", m.second(), 40, 65)
	b.Advance(100 * time.Millisecond)
	other.want(1)
	m.between("rate when it is back", m.second(), 80, 120)
	b.Advance(31 * time.Second)
	m.want(30)
	m.between("rate when it is gone", m.second(), 90, 120)
}

func left(t *testing.T, b *bench) {
	m, other := busy(t, b)
	other.ask(ratelimit.Ask{Rates: rate(), Leave: true})
	m.second()
	m.between("rate beside a member that left", m.second(), 90, 120)
}

func alone(t *testing.T, b *bench) {
	m := b.member(t, b.key(), "a")
	m.want(1)
	b.Advance(time.Second)
	lease := m.ask(ratelimit.Ask{Rates: rate(), Want: 10, Alone: 7})
	m.equal("turns at once", atOnce(lease.Turns, b.Tolerance), 3)
}

func pushes(t *testing.T, b *bench) {
	pusher, ok := b.store.(interface {
		Push(pushed func(key string, pause ratelimit.Lease) bool)
	})
	if !ok {
		t.Skip("the store has no Push")
	}
	type push struct {
		key   string
		pause ratelimit.Lease
	}
	pushed := make(chan push, 10)
	pusher.Push(func(key string, pause ratelimit.Lease) bool {
		select {
		case pushed <- push{key, pause}:
			return true
		default: // this test has ended, or is about to
			return false
		}
	})
	m := b.member(t, b.key(), "a")
	m.want(1)
	b.Advance(500 * time.Millisecond)
	m.ask(ratelimit.Ask{Rates: rate(), Want: 1, Refused: refusal(1, 2*time.Second, 0)})
	for { // other tests may have paused other keys
		select {
		case p := <-pushed:
			if p.key != m.key {
				continue
			}
			m.between("pause", p.pause.Paused.Seconds(), 1.8, 2.1)
			m.equal("epoch", int(p.pause.Epoch), int(m.last.Epoch))
			return
		case <-time.After(5 * time.Second):
			t.Fatal("the pause was not reported")
		}
	}
}

func invalid(t *testing.T, b *bench) {
	m := b.member(t, b.key(), "a")
	refused := func(perSecond float64, burst int) {
		rates := []ratelimit.Rate{{PerSecond: perSecond, Burst: burst}}
		if _, err := m.try(t.Context(), ratelimit.Ask{Rates: rates, Want: 1}); err == nil {
			t.Errorf("the store accepted the rate %g with burst %d", perSecond, burst)
		}
	}
	for _, perSecond := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		refused(perSecond, 1)
	}
	refused(1, 0)
	refused(1, -1)
}

func canceled(t *testing.T, b *bench) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := b.member(t, b.key(), "a")
	if _, err := m.try(ctx, ratelimit.Ask{Rates: rate(), Want: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want an error that matches context.Canceled", err)
	}
}

func forgot(t *testing.T, b *bench) {
	if b.Restart == nil {
		t.Skip("the store cannot be restarted here")
	}
	key := b.key()
	m, other := b.member(t, key, "a"), b.member(t, key, "b")
	other.want(5)
	m.want(5)
	b.Restart()
	lease := m.ask(ratelimit.Ask{Rates: rate(), Want: 10, Back: 5, Away: time.Second})
	m.equal("turns at once", atOnce(lease.Turns, b.Tolerance), 0)
	m.equal("members", lease.Members, 2)
	m.between("rate while the other is missing", m.second(), 40, 70)
	other.want(1)
	m.between("rate when it is back", m.second(), 80, 120)
}

func jumps(t *testing.T, b *bench) {
	if b.Jump == nil {
		t.Skip("the store's clock cannot be set here")
	}
	m := b.member(t, b.key(), "a")
	m.want(30)
	b.Jump(-time.Hour)
	lease := m.want(1)
	if len(lease.Turns) == 0 && lease.Again > ahead {
		t.Fatalf("no turn after the clock was set back: %+v", lease)
	}
	m.ask(ratelimit.Ask{Rates: rate(), Refused: refusal(1, 2*time.Second, 0)})
	b.Jump(-time.Hour)
	m.between("pause after the clock was set back", m.want(1).Paused.Seconds(), 0, 2.2)
	b.Advance(2200 * time.Millisecond)
	m.second()
	b.Jump(time.Hour)
	m.between("turns at once after the clock was set forward", float64(atOnce(m.want(50).Turns, b.Tolerance)), 0, 11)
}
