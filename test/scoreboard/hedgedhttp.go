package scoreboard

import (
	"net/http"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/cristalhq/hedgedhttp"

	"github.com/tripware/tripware/rttest"
)

// hedgedTasks is the channel by which hedgedhttp hands tasks to its goroutines.
// There is one for the whole program, made before any check: goroutines that
// wait for it would hold the virtual time of a check for ever. Each decorator
// gets one of its own, made where the check runs. Its code stays as it is.
//
//go:linkname hedgedTasks github.com/cristalhq/hedgedhttp.taskQueue
var hedgedTasks chan func() //nolint:gochecknoglobals // it is hedgedhttp's

// Two requests at most, the second after 100ms: a base that answers at once is
// asked once. After an error the second is sent at once, which is what a hedge
// is there for; that a call is sent only once is therefore not asked of it.
func hedged() Peer {
	return Peer{
		Name: "hedgedhttp", Module: "github.com/cristalhq/hedgedhttp", Kind: KindHedge,
		Settings: "NewRoundTripper with two requests at most, 100ms apart.",
		Apart:    true,
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			hedgedTasks = make(chan func())
			return made(hedgedhttp.NewRoundTripper(100*time.Millisecond, 2, base))
		},
		Claims: []rttest.Option{
			rttest.Skip("sent-once", "a hedger may send a request more than once: that is its purpose"),
			rttest.Skip("goroutines-end", "its goroutines are a pool: each ends 10s after its last task, longer than the check looks"),
		},
	}
}
