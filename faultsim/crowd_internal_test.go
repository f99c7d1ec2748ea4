package faultsim

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Hundreds of requests at one instant, to a server that responds at once, do not end a program
// that runs under the race detector.
func TestACrowdAtOneInstant(t *testing.T) {
	t.Parallel()
	Test(t, "ok", func(t *testing.T, s *Sim) {
		base := s.Base()
		var callers sync.WaitGroup
		for range 600 {
			callers.Go(func() {
				for range 400 {
					time.Sleep(time.Millisecond) // virtual, so that all of them are at the same instant
					req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example.com", nil)
					if assert.NoError(t, err) {
						resp, err := base.RoundTrip(req)
						if assert.NoError(t, err) {
							_ = resp.Body.Close()
						}
					}
				}
			})
		}
		callers.Wait()
	})
}
