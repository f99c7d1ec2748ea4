package inspect_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/transport"
)

// H1, T3: the timeline and the page show the legs of a hedge, and which of them has lost.
func TestTheLegsOfAHedgeAreShown(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		steps []step
		want  string
		line  string
	}{
		{
			"the second wins",
			[]step{{wait: time.Second, status: 200}, {wait: 10 * ms, status: 200}},
			"60ms\n" +
				"      0ms  #1 lost, canceled in 60ms\n" +
				"     50ms  #2 hedge: 200 in 10ms\n",
			"200, 2 attempts, a hedge won in 60ms",
		},
		{
			"the first wins",
			[]step{{wait: 70 * ms, status: 200}, {wait: time.Second, status: 200}},
			"70ms\n" +
				"      0ms  #1 200 in 70ms\n" +
				"     50ms  #2 hedge: lost, canceled in 20ms\n",
			"200, 2 attempts, hedged in 70ms",
		},
		{
			"the second fails first",
			[]step{{wait: 70 * ms, status: 200}, {wait: 10 * ms, status: 503}},
			"70ms\n" +
				"      0ms  #1 200 in 70ms\n" +
				"     50ms  #2 hedge: 503 in 10ms, lost\n",
			"200, 2 attempts, hedged in 70ms",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				in := inspect.New(inspect.WithAllow(func(*http.Request) bool { return true }))
				var n atomic.Int64
				base := roundTripper(func(req *http.Request) (*http.Response, error) {
					s := row.steps[n.Add(1)-1] // the legs begin one after the other
					return s.run(req)
				})
				for _, c := range []*http.Client{
					client(t, in, base, tripware.WithHedge(hedge.WithDelay(50*ms))),
					{Transport: transport.Chain(base, hedge.New(hedge.WithDelay(50*ms)))},
				} {
					n.Store(0)
					resp, _ := send(t, c, request(t, http.MethodGet, "https://api.example.com/v2/things", nil))
					time.Sleep(ms) // virtual
					synctest.Wait()
					_, shown, _ := strings.Cut(inspect.Timeline(transport.CallOf(resp)), ": 200 OK after 2 attempts in ")
					shown, _, _ = strings.Cut(shown, strings.Repeat(" ", 5)+"70ms  body")
					shown, _, _ = strings.Cut(shown, strings.Repeat(" ", 5)+"60ms  body")
					assert.Equal(t, row.want, shown)
				}
				w := httptest.NewRecorder()
				in.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?text", http.NoBody))
				page, err := io.ReadAll(w.Body)
				require.NoError(t, err)
				assert.Contains(t, string(page), row.line)
			})
		})
	}
}
