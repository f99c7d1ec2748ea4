package bench

import (
	"fmt"
	"strings"
)

// A Verdict is one limit that ours must keep to, with what was found.
type Verdict struct {
	Subject, What string
	Limit, Ours   string
	Others        string // the best of the others, or several; a dash if none can
	Met           bool
	Why           string // what a profile says of a limit that is not kept to
}

// verdict makes a Verdict. Without a figure of ours, which found tells, it is not met.
func verdict(subject, what, limit, ours, others string, met, found bool) Verdict {
	v := Verdict{Subject: subject, What: what, Limit: limit, Ours: ours, Others: others, Met: met && found}
	switch {
	case !found:
		v.Ours = none
	case !met:
		v.Why = reasons()[subject+": "+what]
	}
	return v
}

// Verdicts judges all limits.
func (r Results) Verdicts() []Verdict {
	var all []Verdict
	for _, part := range [][]Verdict{
		r.judgeFull(), r.judgeRetry(), r.judgeAdditions(), r.judgeLoopback(), r.judgeTyped(),
		r.judgeTroubled(), r.judgeUploads(), r.judgeThrottle(),
	} {
		all = append(all, part...)
	}
	return all
}

// judgeFull: the full chain with its log off.
func (r Results) judgeFull() []Verdict {
	const subject = "full chain, logging off"
	ours, hand := r.Success.Row(nameChain).Full, r.Success.Row(nameByHand).Full
	if ours == nil || hand == nil {
		return []Verdict{verdict(subject, "all", none, none, none, false, false)}
	}
	best := func(of func(*Figure) float64, text func(float64) string) string {
		return "by hand " + text(of(hand)) + "; " + r.bestFull(of, text)
	}
	allocs := func(f *Figure) float64 { return f.Cost.Allocs }
	bytes := func(f *Figure) float64 { return f.Cost.Bytes }
	time := func(f *Figure) float64 { return f.Ratio.Median }
	return []Verdict{
		verdict(subject, "allocations beyond bare", "+8", signed(allocs(ours)), best(allocs, signed), allocs(ours) <= 8, true),
		verdict(subject, "bytes beyond bare", "+1,400", signed(bytes(ours)), best(bytes, signed), bytes(ours) <= 1400, true),
		verdict(subject, "time × bare", "1.70", ours.Ratio.String(), best(time, two), time(ours) <= 1.70, true),
		verdict(subject, "time × headers set by hand", "below 1", two(time(ours)/time(hand)), none, time(ours) < time(hand), true),
	}
}

// bestFull names the best full contestant that is not ours. Who only observes, or
// retries no answer, does less and does not count.
func (r Results) bestFull(of func(*Figure) float64, text func(float64) string) string {
	var c champion
	for _, other := range Contestants() {
		counts := other.Module != "" && other.Module != ourModule && !other.Observes && !other.Hedges
		if f := r.Success.Row(other.Name).Full; f != nil && counts {
			c.lower(other.Name, of(f), text(of(f)))
		}
	}
	return c.String()
}

// judgeRetry: the retry layer and nothing else.
func (r Results) judgeRetry() []Verdict {
	var verdicts []Verdict
	var allocs, time champion
	for _, other := range Contestants() {
		if f := r.Success.Row(other.Name).Retry; f != nil && other.Module != ourModule && !other.Hedges {
			allocs.lower(other.Name, f.Cost.Allocs, signed(f.Cost.Allocs))
			time.lower(other.Name, f.Ratio.Median, two(f.Ratio.Median))
		}
	}
	for _, row := range []struct {
		subject, name string
		allocs, time  float64
	}{
		{"retry only, around a base", nameLone, 0, 1.10},
		{"retry only, in a chain", nameChain, 3, 1.30},
	} {
		f := r.Success.Row(row.name).Retry
		if f == nil {
			f = &Figure{}
		}
		has := f.Ratio.Median > 0
		verdicts = append(verdicts,
			verdict(row.subject, "allocations beyond bare", signed(row.allocs), signed(f.Cost.Allocs), allocs.String(),
				f.Cost.Allocs <= row.allocs, has),
			verdict(row.subject, "time × bare", two(row.time), f.Ratio.String(), time.String(), f.Ratio.Median <= row.time, has))
	}
	return verdicts
}

// judgeAdditions: what the log and the observers add to the full chain.
func (r Results) judgeAdditions() []Verdict {
	base, log, observers := r.Success.Row(nameChain).Full, r.Success.Row(nameLogged).Full, r.Success.Row(nameObserved).Full
	if base == nil || log == nil || observers == nil {
		return []Verdict{verdict("full chain, log and observers", "all", none, none, none, false, false)}
	}
	const channels = 3
	logs := log.Cost.Allocs - base.Cost.Allocs
	each := (observers.Cost.Allocs - base.Cost.Allocs) / channels
	return []Verdict{
		verdict("logging on, slog JSON", "allocations more", "+2", signed(logs), none, logs <= 2, true),
		verdict("an observer on each channel", "allocations more, each", "+1", signed(each), none, each <= 1, true),
	}
}

// judgeLoopback: throughput, and connections after the warm-up.
func (r Results) judgeLoopback() []Verdict {
	var verdicts []Verdict
	for _, protocol := range []struct {
		name string
		of   func(LoadRow) *Load
	}{
		{"HTTP/1.1", func(row LoadRow) *Load { return row.HTTP1 }},
		{"HTTP/2", func(row LoadRow) *Load { return row.HTTP2 }},
	} {
		subject := "loopback " + protocol.name + ", 64 goroutines"
		var best champion
		for _, other := range Contestants() {
			if load := protocol.of(r.load(other.Name)); load != nil && other.Module != "" && other.Module != ourModule {
				best.higher(other.Name, load.Throughput.Median, two(load.Throughput.Median))
			}
		}
		ours := protocol.of(r.load(nameChain))
		if ours == nil {
			ours = &Load{}
		}
		has := ours.Throughput.Median > 0
		verdicts = append(verdicts,
			verdict(subject, "throughput × headers by hand", "0.97", ours.Throughput.String(), best.String(),
				ours.Throughput.Median >= 0.97, has),
			verdict(subject, "new connections after warm-up", "0", whole(float64(ours.Opened)), none, ours.Opened == 0, has))
	}
	return verdicts
}

// judgeTyped: a typed call beside one by hand and the official SDK's.
func (r Results) judgeTyped() []Verdict {
	var verdicts []Verdict
	for _, operation := range []string{opGet, opCreate} {
		subject := "typed " + operation
		ours, hand, sdk := r.Typed.Row(operation, nameTyped), r.Typed.Row(operation, nameWritten), r.Typed.Row(operation, nameSDK)
		has := ours.Cost.Allocs > 0
		share := ours.Loopback.Median / max(sdk.Loopback.Median, 1e-9)
		both := func(of func(TypedRow) string) string { return "by hand " + of(hand) + "; SDK " + of(sdk) }
		verdicts = append(verdicts,
			verdict(subject, "allocations", "80", whole(ours.Cost.Allocs),
				both(func(t TypedRow) string { return whole(t.Cost.Allocs) }), ours.Cost.Allocs <= 80, has),
			verdict(subject, "bytes", "7,000", whole(ours.Cost.Bytes),
				both(func(t TypedRow) string { return whole(t.Cost.Bytes) }), ours.Cost.Bytes <= 7000, has),
			verdict(subject, "throughput × by hand", "0.93", ours.Loopback.String(),
				"SDK "+two(sdk.Loopback.Median), ours.Loopback.Median >= 0.93, has),
			verdict(subject, "throughput × official SDK", "1.50", two(share), none, share >= 1.5, has))
	}
	return verdicts
}

// judgeTroubled: 503, 503, 200.
func (r Results) judgeTroubled() []Verdict {
	const subject = "503, 503, 200"
	var time, allocs champion
	drained := []string{}
	for _, other := range Contestants() {
		row := r.retry(other.Name)
		if row.Name == "" || row.Failed != nil || other.Module == ourModule {
			continue
		}
		time.lower(row.Name, row.Ratio.Median, two(row.Ratio.Median))
		allocs.lower(row.Name, row.Allocs, plain(row.Allocs))
		if row.Drained < 3 {
			drained = append(drained, fmt.Sprintf("%s %s", row.Name, plain(row.Drained)))
		}
	}
	ours := r.retry(nameChain)
	has := ours.Name != "" && ours.Failed == nil
	bodies := fmt.Sprintf("%s drained, %s closed", plain(ours.Drained), plain(ours.Closed))
	others := "all 3"
	if len(drained) > 0 {
		others = "all 3, but for " + strings.Join(drained, ", ")
	}
	return []Verdict{
		verdict(subject, "time × three plain requests", "0.80", ours.Ratio.String(), time.String(), ours.Ratio.Median <= 0.80, has),
		verdict(subject, "allocations per retry", "7", plain(ours.Allocs), allocs.String(), ours.Allocs <= 7, has),
		verdict(subject, "bodies of three", "3 drained, 3 closed", bodies, others, ours.Drained == 3 && ours.Closed == 3, has),
	}
}

// judgeUploads: the heap of a large upload that is sent twice.
func (r Results) judgeUploads() []Verdict {
	var verdicts []Verdict
	for _, kind := range []struct {
		what string
		of   func(UploadRow) *uint64
	}{
		{"peak heap, GetBody", func(row UploadRow) *uint64 { return row.Again }},
		{"peak heap, seekable", func(row UploadRow) *uint64 { return row.Seekable }},
	} {
		var best champion
		for _, other := range Contestants() {
			if grown := kind.of(r.upload(other.Name)); grown != nil && other.Module != ourModule {
				best.lower(other.Name, float64(*grown), memory(*grown))
			}
		}
		ours := kind.of(r.upload(nameChain))
		has := ours != nil
		if !has {
			ours = new(uint64)
		}
		verdicts = append(verdicts,
			verdict("64 MiB upload, one retry", kind.what, "64 KiB", memory(*ours), best.String(), *ours <= 64<<10, has))
	}
	return verdicts
}

// judgeThrottle: requests per call that succeeds, wall time, and failed calls.
func (r Results) judgeThrottle() []Verdict {
	var verdicts []Verdict
	failed := map[bool]int{} // with a limiter, and without
	for _, row := range []struct {
		name       string
		sent, wall float64
	}{
		{nameGate, 1.10, 1.20}, {nameGateLong, 1.10, 1.20}, {nameAlone, 1.5, 1.7}, {nameAloneLong, 1.5, 1.7},
	} {
		for _, h := range Hintings() {
			got := r.throttled(row.name, h.Name)
			limited := row.sent < 1.5
			failed[limited] = max(failed[limited], got.Failed)
			name := "throttled: " + strings.TrimPrefix(row.name, "tripware, ")
			verdicts = append(verdicts, verdict(name, h.Name+": sent per success, wall / ideal",
				two(row.sent)+", "+two(row.wall), got.String(), r.bestPacer(h.Name),
				got.Sent <= row.sent && got.Wall <= row.wall, got.Sent > 0))
		}
	}
	for _, kind := range []struct {
		subject string
		limited bool
	}{{"throttled: learning limiter", true}, {"throttled: retry alone", false}} {
		n := failed[kind.limited]
		verdicts = append(verdicts, verdict(kind.subject, "calls that failed, at most", "0",
			whole(float64(n)), none, n == 0, len(r.Throttle) > 0))
	}
	return verdicts
}

// bestPacer names the fastest of the others of which no call failed.
func (r Results) bestPacer(hinting string) string {
	var best champion
	for _, row := range r.Throttle {
		got, has := row.By[hinting]
		if has && got.Failed == 0 && !strings.HasPrefix(row.Name, nameChain) {
			best.lower(row.Name, got.Wall, got.String())
		}
	}
	return best.String()
}

func (t Throttled) String() string { return two(t.Sent) + ", " + two(t.Wall) }

// A champion is the best so far.
type champion struct {
	name, text string
	value      float64
}

func (c *champion) lower(name string, value float64, text string) {
	if value == value && (c.name == "" || value < c.value) {
		c.name, c.value, c.text = name, value, text
	}
}

func (c *champion) higher(name string, value float64, text string) { c.lower(name, -value, text) }

func (c *champion) String() string {
	if c.name == "" {
		return none
	}
	return c.name + " " + c.text
}
