// Package rttest checks decorators of [http.RoundTripper], as testing/fstest
// checks file systems and testing/slogtest log handlers.
//
// A decorator is a func(http.RoundTripper) http.RoundTripper. To put yours
// under test takes five lines:
//
//	func TestUserAgent(t *testing.T) {
//		rttest.Run(t, func(base http.RoundTripper) http.RoundTripper {
//			return &userAgent{base: base, agent: "example/1.0"}
//		})
//	}
//
// Without options it checks what everybody may expect of a RoundTripper: that
// the caller's request is left alone, that its body is closed once on every
// path, that there is a response or an error, that the response comes through
// whole, that no goroutine stays behind, and more; [Checks] is the list. An
// option says what a decorator claims besides, and brings the checks of it:
//
//	rttest.Run(t, wrap,
//		rttest.Retries(rttest.Retry{Max: 3, MaxWait: time.Second}),
//		rttest.Carries(rttest.Credential{Origin: "https://api.example.com", Secret: key}),
//		rttest.Unwraps(),
//	)
//
// A check that the decorator claims nothing about is not run. One that it fails
// on purpose can be left out by [Skip], which wants a reason.
//
// A decorator that answers requests itself, such as a stub, a circuit breaker or
// a file transport, claims [Answers]: its base need not be asked, and a check for
// which it would have to be is skipped where it was not. A cache claims [Caches],
// and is checked for what RFC 9111 says that a cache must do, or must not:
//
//	rttest.Run(t, func(base http.RoundTripper) http.RoundTripper {
//		return &cache{base: base, kept: map[string]*entry{}} // empty each time
//	}, rttest.Caches())
//
// # How it runs
//
// Each check is a subtest. It calls the wrap function itself, once or several
// times, so that each begins with a decorator that nothing happened to. Most run
// in a bubble of testing/synctest, where waits take no time and the clock begins
// in the year 2000: make what has a state or a clock (a limiter, a budget, a
// cache) inside the wrap function. Concurrency is checked over loopback sockets.
// The whole takes about a second.
//
// Run the tests with -race too: some checks read a request in another goroutine
// at a moment when a decorator must not write it, and only the race detector
// sees that it does.
//
// A check does not hang on a decorator that does: it is given up and failed
// after [Patience]. What it cannot survive is a panic in a goroutine that the
// decorator starts, and the runtime's own "concurrent map writes".
package rttest
