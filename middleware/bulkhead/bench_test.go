package bulkhead_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// atOnce responds at once and allocates nothing.
func atOnce() http.RoundTripper {
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp.Request, resp.Body = req, open{}
		return resp, nil
	})
}

type open struct{}

func (open) Read([]byte) (int, error) { return 0, nil }
func (open) Close() error             { return nil }

func BenchmarkBulkhead(b *testing.B) {
	for _, row := range []struct {
		name string
		rt   http.RoundTripper
	}{{"without", atOnce()}, {"with", bulkhead.New(bulkhead.NewBulkhead(64))(atOnce())}} {
		b.Run(row.name, func(b *testing.B) {
			req := get(b, b.Context(), "https://"+host)
			b.ReportAllocs()
			for b.Loop() {
				resp, err := row.rt.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				layer.CloseBody(resp.Body)
			}
		})
	}
}

// A permit that is free costs one allocation.
func TestAllocationsOfAPermit(t *testing.T) { //nolint:paralleltest // it counts allocations
	rt := bulkhead.New(bulkhead.NewBulkhead(64))(atOnce())
	req := get(t, t.Context(), "https://"+host)
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() {
		resp, err := rt.RoundTrip(req)
		require.NoError(t, err)
		layer.CloseBody(resp.Body)
	}), 1.0)
}
