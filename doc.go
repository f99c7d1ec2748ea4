// Package tripware creates HTTP clients with retries, rate limits, credentials, logs and
// metrics. Each of these is a decorator of [http.RoundTripper].
//
// For most uses call [New], which returns an *[http.Client]. To use the decorators with
// an existing client, call [NewTransport]. To use a single decorator, import package
// transport and the middleware's package; nothing else is pulled in. If the existing
// client retries by itself (resty, azcore, the AWS SDK), switch its retries off, since
// the attempts would multiply.
//
// # Calls and attempts
//
// A call is one Do of the caller. It may take several attempts: layers above the retry
// loop run once per call, and layers below it once per attempt. The layers record what
// happens in one [transport.Call] per call: the transaction id, the attempts, the waits,
// the server's rate limits, and why retries ended.
//
//	resp, err := client.Do(req)
//	call := transport.CallOf(resp) // or transport.CallOfError(err)
//	fmt.Println(call.TransactionID(), call.AttemptCount(), call.Waited())
//
// # The order of layers
//
//	identity          transaction id, user agent, default headers; the same in all attempts
//	(WithTracing)     the span of the call, which logs and events carry
//	logging.calls     logs each call
//	metrics.calls     the channels of calls
//	(PerCall)         your own layers, once per call
//	retry             retries with full jitter, after status codes and broken connections
//	(hedge, breaker)  layers of PerAttempt with such a place
//	ratelimit         limits the rate, also of retries, and reads the server's rate limits
//	logging.attempts  logs each attempt; above auth, so that it never sees the key
//	metrics.attempts  the HTTP channel
//	(PerAttempt)      your own layers, once per attempt
//	auth              signs each attempt; a signature of the whole request comes last
//	base              an *http.Transport, or the round tripper of WithBase
//
// [New] and [NewTransport] return one error that lists all invalid settings, and layers
// in an order that would make one ineffective. A chain prints as its layers in order.
package tripware
