package bench

// reasons says what profiles showed of limits that were not kept to when this was
// written. The page has those of the limits that its run did not keep to.
func reasons() map[string]string {
	const (
		pacing   = ": sent per success, wall / ideal"
		vendor   = "the vendor's headers" + pacing
		neither  = "neither" + pacing
		patient  = "throttled: retry alone, 8 retries from 300 ms: "
		standard = "throttled: retry alone, defaults: "

		strays = "The row of what is compared with itself shows how far such figures stray here: server and clients share the processors."
		slow   = "With a first ceiling of a second the last calls draw waits of many seconds, while the bucket overflows."
	)
	return map[string]string{
		"full chain, logging off: bytes beyond bare": "576 B are the block of the call's record, 1,072 the two copies of the " +
			"request (identity's and auth's: the struct, and a header map of its own), and 96 the transaction id and header values.",
		"full chain, logging off: time × bare": "The block of the record, the transaction id and the two copies of the request take " +
			"0.9 × bare by themselves, so that no chain with two copies reaches it here; the rest are the parsing of rate-limit " +
			"headers (nine look-ups, a fifth of what is added), three readings of the clock, and the layers' own questions.",
		"full chain, logging off: time × headers set by hand": "Headers set by hand copy once where the chain copies twice, keep no " +
			"record, and read no rate limit.",
		"retry only, around a base: time × bare": "Some 90 ns: the policy of the call, whether and how its body can be sent " +
			"again, its budget, and the clock that WithMaxElapsed needs, a quarter of it.",
		"loopback HTTP/1.1, 64 goroutines: throughput × headers by hand": strays,
		"loopback HTTP/2, 64 goroutines: throughput × headers by hand":   strays,
		"typed Get: throughput × by hand": "From memory it is the chain: two copies of the request, the record, the limiter and " +
			"its key. Over loopback the quartiles show how far such figures stray here.",
		"retry only, in a chain: time × bare": "It is the record of the call: 576 B in one block, which is cleared when it is made, and " +
			"the readings of the clock for it.",
		"an observer on each channel: allocations more, each": "Four for the three channels: two events, the wrapper of a body whose end " +
			"is told, and the URL as text. An answer without a body needs no wrapper.",
		"typed Get: allocations":               "By hand it takes nearly as many: most are encoding/json's, for its texts and lists.",
		"typed Get: throughput × official SDK": strays,
		"typed Create: throughput × by hand": "The call is short beside the chain: binding the request, its record and two copies take " +
			"as long as all that is done by hand.",
		"typed Create: throughput × official SDK": "Over loopback the server and the sockets take most of the time of so short a call.",
		"503, 503, 200: time × three plain requests": "In a profile less than half of the retry loop are the attempts; the two " +
			"drains, each bounded by a timer, are a third, and the rest is deciding, and noting attempts and waits on the record, much " +
			"of it reading the clock.",
		patient + vendor: "The vendor's period is the ceiling of a wait that is drawn, and not its floor (promise R6): many come " +
			"back within it, in vain. A limiter is what keeps to it.",
		patient + neither:  "Nobody knows when to come back: those whose waits have grown come late, those who are new in vain.",
		standard + vendor:  slow,
		standard + neither: slow,
		"throttled: retry alone: calls that failed, at most": "They are calls that used up their retries: each time they were drawn " +
			"too early.",
	}
}
