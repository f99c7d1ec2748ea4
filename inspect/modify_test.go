package inspect_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// O1: what the page shows of a running call was noted before. Many layers and bases of users
// modify the headers of the request that they get, and a map that is read meanwhile would end
// the program.
func TestARequestThatIsModifiedWhileTheCallRuns(t *testing.T) {
	t.Parallel()
	in := inspect.New()
	modify := func(req *http.Request) {
		for begun := time.Now(); time.Since(begun) < 50*time.Millisecond; {
			req.Header.Set("X-Number", "1")
			req.Header.Del("X-Number")
		}
	}
	base := roundTripper(func(req *http.Request) (*http.Response, error) {
		modify(req)
		return memory(req)
	})
	above := func(next http.RoundTripper) http.RoundTripper {
		return &modifier{layer.NewLink("modifier", layer.AtCall, next, nil), modify}
	}
	c := client(t, in, base, tripware.PerCall(transport.Middleware(above)))
	req := request(t, http.MethodGet, "https://a.example.com/running", nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		resp, err := c.Do(req)
		if assert.NoError(t, err) {
			assert.NoError(t, resp.Body.Close())
		}
	}()
	seen := 0
	for running := true; running; {
		live, _ := snapshot(t, in)
		for _, call := range live.Running {
			require.Equal(t, "https://a.example.com/running", call.URL)
			seen++
		}
		select {
		case <-done:
			running = false
		default:
		}
	}
	assert.Positive(t, seen)
}

// A modifier is a layer that modifies the request it gets.
type modifier struct {
	layer.Link

	modify func(*http.Request)
}

func (m *modifier) RoundTrip(req *http.Request) (*http.Response, error) {
	m.modify(req)
	return m.Send(req)
}
