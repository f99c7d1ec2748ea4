package layer

// Place says where in the standing order a layer belongs. Layers of a lower
// place stand above those of a higher one; layers at [Anywhere] are free.
//
// In a chain whose layers all have a place but [Anywhere], the headers of
// transport.Identity are added next to the base, or by the first [Copy]: a layer
// that reads those headers belongs at [Anywhere].
type Place int

// The places of the standing order, outermost first.
const (
	Anywhere     Place = iota // no rule: a layer of the user's own
	AtIdentity                // transaction id and default headers: once per call
	AtCall                    // observers of calls
	AtRetry                   // the retry loop: below it, all happens once per attempt
	AtLimit                   // pacing and rate-limit state
	AtAttempt                 // observers of attempts
	AtCredential              // a key or a token
	AtSignature               // a signature of the whole request, next to the base
)
