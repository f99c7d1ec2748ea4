package shape

import "github.com/tripware/tripware/services"

// A Time is a time in a response. It is zero if the server sent none, an empty text, or
// something that is not a time.
type Time = services.Time
