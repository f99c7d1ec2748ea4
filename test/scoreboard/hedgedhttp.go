package scoreboard

import (
	"net/http"
	_ "unsafe" // for go:linkname

	"github.com/cristalhq/hedgedhttp"

	"github.com/tripware/tripware/rttest"
)

// hedgedTasks is the channel through which hedgedhttp passes tasks to its goroutines.
// The program has one, made before any check, and goroutines that wait for it would
// stop the virtual time of a check forever. So each decorator gets a new channel, made
// inside the check. The code of hedgedhttp is unchanged.
//
//go:linkname hedgedTasks github.com/cristalhq/hedgedhttp.taskQueue
var hedgedTasks chan func() //nolint:gochecknoglobals // it is hedgedhttp's

// At most two requests, the second after 100ms, so that a base that responds at once
// is called once. After an error the second request is sent at once, which is the
// purpose of a hedge, so the check that a call is sent only once is skipped.
func hedged() Peer {
	return Peer{
		Name: "hedgedhttp", Module: "github.com/cristalhq/hedgedhttp", Kind: KindHedge,
		Settings: "NewRoundTripper with two requests at most, 100ms apart.",
		Apart:    true,
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			hedgedTasks = make(chan func())
			return made(hedgedhttp.NewRoundTripper(hedgeDelay, 2, base))
		},
		Claims: []rttest.Option{
			oneHedge(),
			rttest.Skip("sent-once", "a hedger may send a request more than once: that is its purpose"),
			rttest.Skip("goroutines-end", "its goroutines are a pool: each ends 10s after its last task, longer than the check looks"),
		},
	}
}
