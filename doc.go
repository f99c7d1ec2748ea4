// Package tripware assembles an HTTP client from decorators of
// [http.RoundTripper]: identity, logs, metrics, retries, rate limits and
// credentials, in an order that holds.
//
// # Call and attempt
//
// One Do of the user is a call. A call may take several attempts: the retry loop
// stands in the middle of the chain, what is above it runs once per call, what is
// below it once per attempt. Whatever the layers learn lies on one record per
// call ([transport.Call]): its transaction id, its attempts, its waits, what the
// server said of rate limits, and why retries ended.
//
//	resp, err := client.Do(req)
//	call := transport.CallOf(resp) // transport.CallOfError(err)
//	fmt.Println(call.TransactionID(), call.AttemptCount(), call.Waited())
//
// # The standing order
//
//	identity          transaction id, user agent, default headers: all attempts share them
//	logging.calls     one line per call
//	metrics.calls     the API channel
//	(PerCall)         layers of your own, once per call
//	retry             full jitter over status codes and broken connections
//	ratelimit         pacing, and what the server says of its limits: a retry pays like a first attempt
//	logging.attempts  above auth: a log never holds the key
//	metrics.attempts  the HTTP channel
//	(PerAttempt)      layers of your own, once per attempt
//	auth              each attempt is signed afresh, next to the base; a signature of the whole request last
//	an *http.Transport, or what WithBase puts there
//
// [New] and [NewTransport] refuse settings that are impossible and orders that
// defeat a layer, all at once. A chain prints as its order.
//
// Who wants one decorator under a client that exists imports package transport
// and one package below middleware, and nothing else comes along. A client that
// retries by itself (resty, azcore, the AWS SDK) must have its retries switched
// off: attempts would multiply.
package tripware
