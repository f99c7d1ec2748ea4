// Package rttest tests decorators of [http.RoundTripper], as testing/fstest
// tests file systems and testing/slogtest tests log handlers.
//
// A decorator is a func(http.RoundTripper) http.RoundTripper. For most uses call
// [Run] from a test:
//
//	func TestUserAgent(t *testing.T) {
//		rttest.Run(t, func(base http.RoundTripper) http.RoundTripper {
//			return &userAgent{base: base, agent: "example/1.0"}
//		})
//	}
//
// Without options, Run checks what every caller may expect of a RoundTripper: that
// it does not modify the caller's request, closes the request body exactly once,
// returns either a response or an error, returns the response unchanged, leaves no
// goroutine behind, and so on; [Checks] returns the list. An option claims that the
// decorator does something more, and adds the checks for that claim:
//
//	rttest.Run(t, wrap,
//		rttest.Retries(rttest.Retry{Max: 3, MaxWait: time.Second}),
//		rttest.Carries(rttest.Credential{Origin: "https://api.example.com", Secret: key}),
//		rttest.Unwraps(),
//	)
//
// Checks that belong to a claim that was not made are not run. To leave out a check
// that the decorator fails on purpose, use [Skip] and give a reason.
//
// For a decorator that may respond without calling its base, such as a stub, a circuit
// breaker or a file transport, use [Answers]; checks that need a call to the base
// are then skipped if there was none. For a cache use [Caches], which checks what
// RFC 9111 requires of a cache and what it forbids:
//
//	rttest.Run(t, func(base http.RoundTripper) http.RoundTripper {
//		return &cache{base: base, kept: map[string]*entry{}} // empty each time
//	}, rttest.Caches())
//
// # How it runs
//
// Each check is a subtest. It calls the wrap function at least once, so that it starts
// with a new decorator. Most checks run in a testing/synctest bubble, where waits
// take no time and the clock starts in the year 2000. Create anything that has state
// or reads the clock (a limiter, a budget, a cache) inside the wrap function. The
// concurrency checks use loopback sockets. All checks together take about a second.
//
// Also run the tests with -race. Some checks read a request in another goroutine
// while the decorator must not write to it, and only the race detector notices a
// write.
//
// If a decorator hangs, the check fails after [WithPatience]. Two things end the whole
// test binary: a panic in a goroutine that the decorator started, and the runtime's
// "concurrent map writes".
package rttest
