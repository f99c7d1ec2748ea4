// Package tripware creates HTTP clients with retries, rate limits, credentials, logs,
// metrics and traces, so that a program survives a busy server without overloading it, and
// can say afterwards what each call did. Each part is a decorator of [http.RoundTripper],
// also called a layer: use them all together, or one of them under a client that you have.
//
// For most uses call [New], which returns an *[http.Client]. To use all decorators under
// an existing client, call [NewTransport]. To add one decorator, import only package
// transport and the package of the decorator:
//
//	client.Transport = transport.Chain(client.Transport, retry.New())
//
// If the existing client retries by itself, switch its retries off, since the attempts
// would multiply: docs/clients.md says how.
//
// # Calls and attempts
//
// One Do of the client is a call; it may take several attempts. Some decorators run once
// for each call, others once for each attempt. Each writes what it learns to the record of
// the call, a [transport.Call]: the transaction id, the attempts, the waits, the server's
// rate limits, and why retries ended.
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
//	metrics.calls     the events of calls
//	(PerCall)         your own layers, once for each call
//	retry             retries with full jitter, after status codes and broken connections
//	(WithHedge)       sends a further request if a response is late
//	(breaker)         layers of PerAttempt with such a place
//	(WithBulkhead)    limits how many attempts run at the same time
//	ratelimit         limits the rate, also of retries, and reads the server's rate limits
//	logging.attempts  logs each attempt; above auth, so that it never sees the key
//	metrics.attempts  the events of attempts
//	(PerAttempt)      your own layers, once for each attempt
//	auth              signs each attempt; a signature of the whole request comes last
//	base              an *http.Transport, or the round tripper of WithBase
//
// [New] and [NewTransport] return one error that lists all invalid settings, and layers in an order
// that would make one ineffective. A chain prints as its layers in order.
package tripware
