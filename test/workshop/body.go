package workshop

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"
)

const (
	bodySize = 512 << 10
	parts    = 64
)

// winnersBody returns how many bytes of the response to the second request of a hedge arrive, over
// a connection on loopback. The server hangs at the first request, and sends the second one's body
// in parts.
func winnersBody(hedged func(http.RoundTripper) call, http2 bool) result {
	var requests atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) == 1 {
			select {
			case <-r.Context().Done():
			case <-time.After(5 * time.Second):
			}
			return
		}
		part := make([]byte, bodySize/parts)
		for range parts {
			if _, err := w.Write(part); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			<-time.After(time.Millisecond)
		}
	}))
	s.EnableHTTP2 = http2
	s.StartTLS()
	defer s.Close()
	defer s.Client().CloseIdleConnections()
	return hedged(s.Client().Transport)(context.Background(), s.URL)
}
