package layer

// A Place is a layer's position in the order of layers. A layer with a lower place must
// be above layers with a higher one. A layer at [Anywhere] may have any position.
//
// If no layer of a chain is at [Anywhere], the headers of transport.Identity are added
// just above the base, or by the first [Copy]. So a layer that reads those headers must
// be at [Anywhere].
type Place int

// The places, outermost first.
const (
	Anywhere     Place = iota // any position, for custom layers
	AtIdentity                // transaction id and default headers, once per call
	AtTrace                   // the span of a call, so that logs and events carry it
	AtCall                    // observers of calls
	AtCache                   // a cache, whose hits need no attempt
	AtRetry                   // the retry loop; layers below it run once per attempt
	AtHedge                   // several attempts at the same time
	AtBreaker                 // a circuit breaker, which refuses attempts
	AtBulkhead                // a limit of how many attempts run at the same time
	AtLimit                   // rate limits
	AtAttempt                 // observers of attempts
	AtCredential              // a key or token
	AtSignature               // a signature of the whole request
	AtBase                    // observers of what is sent, just above the base; they see the credentials and must not show them
)
